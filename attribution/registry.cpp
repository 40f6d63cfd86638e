// The rows themselves stand in the rooms of their families (FAMILY/rows.cpp).
#include <gradpath/attribution/registry.hpp>

#include <array>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/method_row.hpp>

namespace gradpath::attribution {

Baseline with_samples(Baseline baseline, std::optional<Index> samples) {
    if (!samples) return baseline;
    if (auto* uniform = std::get_if<baseline::Uniform>(&baseline)) uniform->samples = *samples;
    if (auto* gaussian = std::get_if<baseline::Gaussian>(&baseline)) gaussian->samples = *samples;
    if (auto* coalition = std::get_if<baseline::Coalition>(&baseline)) coalition->samples = *samples;
    return baseline;
}

std::string describe(Claim claim) {
    static constexpr std::array<std::string_view, 11> names{"completeness",
                                                            "sensitivity",
                                                            "dummy",
                                                            "linearity",
                                                            "implementation-invariance",
                                                            "symmetry",
                                                            "affine-scale-invariance",
                                                            "proportionality",
                                                            "positivity",
                                                            "symmetric-monotonicity",
                                                            "locality"};
    return std::string(names[static_cast<std::size_t>(claim)]);
}

std::span<const Method> methods() {
    static const std::vector<Method> all = [] {
        std::vector<Method> list;
        for (auto family : {gradient_rows, path_rows, geometry_rows, coalition_rows, neuron_rows, rule_rows})
            for (Method& method : family()) list.push_back(std::move(method));
        return list;
    }();
    return all;
}

const Method& find_method(std::string_view name) {
    std::vector<std::string> names;
    for (const Method& method : methods()) {
        if (method.name == name) return method;
        names.push_back(method.name);
    }
    const std::string guess = suggestion(name, names);
    throw ValueError(guess.empty() ? "method: " + unknown(name, names, joined(names, " "))
                                   : text("method: '", name, "' is unknown", guess));
}

}  // namespace gradpath::attribution

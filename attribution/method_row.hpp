#pragma once
// For rows of the registry: how a method's option struct becomes a table of options, and how a caller's settings fill
// it. `visit` is the one source of both.
#include <map>
#include <string>
#include <vector>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/registry.hpp>

namespace gradpath::attribution {

using Texts = std::map<std::string, std::string>;

template <class Options>
std::vector<OptionInfo> options_of() {
    static const Options options;
    std::vector<OptionInfo> list;
    Options::visit(options, [&](const char* name, const auto& field, const char* help) {
        list.push_back({name, field_text(field), help});
    });
    return list;
}

/// Sets the options named in `set` and takes them out of it.
template <class Options>
void take_options(const std::string& method, Options& options, Texts& set) {
    Options::visit(options, [&](const char* name, auto& field, const char*) {
        if (const auto found = set.find(name); found != set.end()) {
            parse_field(method + ": " + name, found->second, field);
            set.erase(found);
        }
    });
}

/// What is left in `set` after take_options is unknown.
template <class Options>
void require_none_left(const std::string& method, const Texts& set) {
    if (set.empty()) return;
    const std::string& name = set.begin()->first;
    std::vector<std::string> known;
    for (const OptionInfo& option : options_of<Options>()) known.push_back(option.name);
    if (known.empty()) throw ValueError(text(method, ": option '", name, "' is unknown: the method has none"));
    throw ValueError(text(method, ": option ", unknown(name, known, joined(known, " "))));
}

/// A random baseline with the number of draws that was asked for.
Baseline with_samples(Baseline baseline, std::optional<Index> samples);

/// The option struct that settings stand for: the fields that all methods share by their names, then `set`. Throws
/// ValueError for an option that the method does not have.
template <class Options>
Options options_from(const std::string& method, const Settings& s) {
    Options o;
    if constexpr (requires { o.target; }) o.target = s.target;
    if constexpr (requires { o.stage; }) o.stage = s.stage;
    o.run = s.run;
    if constexpr (requires { o.baseline; }) o.baseline = with_samples(s.baseline.value_or(o.baseline), s.samples);
    if constexpr (requires { o.references; }) o.references = with_samples(s.baseline.value_or(o.references), s.samples);
    if constexpr (requires { o.quadrature.steps; })
        o.quadrature = {.tolerance = s.tolerance, .steps = s.steps, .rule = s.rule};
    else if constexpr (requires { o.quadrature; }) o.quadrature = {.tolerance = s.tolerance, .rule = s.rule};
    if constexpr (requires { o.steps; })
        if (s.steps) o.steps = *s.steps;
    if constexpr (requires { o.rule = s.rule; }) o.rule = s.rule;
    if constexpr (requires { o.tolerance; }) o.tolerance = s.tolerance;
    if constexpr (requires { o.samples; })
        if (s.samples) o.samples = *s.samples;
    if constexpr (requires { o.sampling; }) {
        o.sampling.samples = s.samples;
        o.sampling.tolerance = s.tolerance;
    }
    if constexpr (requires { o.seed; }) o.seed = s.seed.value_or(o.seed);
    if constexpr (requires { o.pool.points; }) o.pool.points = s.pool.value_or(Tensor{});
    if constexpr (requires { o.region; }) o.region = s.region.value_or(o.region);
    Texts set = s.set;
    take_options(method, o, set);
    require_none_left<Options>(method, set);
    return o;
}

/// Runs a method by its function.
template <class Options>
auto runner(const std::string& name, Attribution (*method)(const Model&, const Tensor&, const Options&)) {
    return [name, method](const Model& model, const Tensor& x, const Settings& s) {
        return method(model, x, options_from<Options>(name, s));
    };
}

/// The rows of each family, in the order of the documentation.
std::vector<Method> gradient_rows();
std::vector<Method> path_rows();
std::vector<Method> geometry_rows();
std::vector<Method> coalition_rows();
std::vector<Method> neuron_rows();
std::vector<Method> rule_rows();

}  // namespace gradpath::attribution

// The figures of compare: those of the values alone here, the others by what they look at.
#include <gradpath/tools/commands/measures.hpp>

#include <algorithm>
#include <array>
#include <functional>

#include <gradpath/attribution/quality/completeness.hpp>
#include <gradpath/attribution/quality/complexity.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/arguments.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

namespace quality = attribution::quality;

constexpr Index most_players = 16;

template <double quality::Completeness::*field>
PerRow sums(const Measure&, const Contest&, Contestant& c) {
    if (!c.f_baseline) return {};
    return each(quality::completeness(c.values, c.f_input, *c.f_baseline), field);
}

template <double (*figure)(quality::List)>
PerRow sizes(const Measure&, const Contest&, Contestant& c) {
    const Tensor numbers = flatten(c.values.to(DType::float64));
    const auto width = static_cast<std::size_t>(numbers.size() / numbers.rows());
    PerRow list;
    for (std::size_t first = 0; first < static_cast<std::size_t>(numbers.size()); first += width)
        list.push_back(figure(numbers.data<double>().subspan(first, width)));
    return list;
}

std::span<const Measure> measures_of_sums() {
    static constexpr std::array<Measure, 2> list{{
        {.name = "completeness",
         .words = "|sum of a - dF| / max(|dF|, sum of |a|, 1e-12)",
         .better = Better::low,
         .of = sums<&quality::Completeness::relative_gap>,
         .usual = true,
         .low = 0},
        {.name = "cancellation",
         .words = "sum of |a| / |dF|; 1 where nothing cancels",
         .better = Better::neither,
         .of = sums<&quality::Completeness::cancellation>,
         .usual = true,
         .low = 0},
    }};
    return list;
}

std::span<const Measure> measures_of_sizes() {
    static constexpr std::array<Measure, 3> list{{
        {.name = "entropy",
         .words = "of the shares |a| / sum, in nats",
         .better = Better::neither,
         .of = sizes<quality::entropy>,
         .usual = true,
         .low = 0,
         .of_values = true},
        {.name = "gini",
         .words = "of |a|: 0 all alike, towards 1 one pixel has all",
         .better = Better::neither,
         .of = sizes<quality::gini>,
         .usual = true,
         .low = 0,
         .high = 1,
         .of_values = true},
        {.name = "sparsity",
         .words = "share of the numbers whose |a| is at most 0.05 of the largest",
         .better = Better::neither,
         .of = sizes<quality::sparsity>,
         .low = 0,
         .high = 1,
         .of_values = true},
    }};
    return list;
}

std::string without_players(const Contest& q) {
    const Shape row = q.x.shape().slice(1, q.x.rank());
    try {
        const Index players = attribution::players_of("--groups", q.groups, row).count();
        if (players <= most_players) return {};
        return text("looks at exact Shapley values, which take too long for ", players,
                    " players: give --groups with at most ", most_players);
    } catch (const Error& error) {
        return text("has no players: ", error.what());
    }
}

}  // namespace

std::span<const Measure> measures() {
    static const std::vector<Measure> all = [] {
        std::vector<Measure> list;
        for (const auto part : {measures_of_sums(), measures_of_changes(), measures_of_second_answers(),
                                measures_of_knowledge(), measures_of_sizes()})
            list.insert(list.end(), part.begin(), part.end());
        return list;
    }();
    return all;
}

const Measure& find_measure(const std::string& name) {
    std::vector<std::string> names;
    for (const Measure& m : measures()) {
        if (name == m.name) return m;
        names.emplace_back(m.name);
    }
    std::string list;
    for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
    const std::string guess = did_you_mean(name, names);
    throw UsageError(
        text("compare: there is no metric \"", name, "\"", guess.empty() ? "; there are: " + list : guess));
}

std::string unsuited(const Measure& m, const Contest& q) {
    const bool drawn_anew = q.subject.model && q.subject.model->architecture != "onnx";
    switch (m.needs) {
        case Needs::nothing: return {};
        case Needs::pictures:
            if (q.of_pictures()) return {};
            return text("is of pictures: rows have the shape ", q.x.shape().slice(1, q.x.rank()));
        case Needs::region: return q.inside ? "" : "asks where the evidence is: give --locate";
        case Needs::network:
            return drawn_anew ? ""
                              : "draws parameters anew: a .safetensors file says how they were made, others do not";
        case Needs::players: return without_players(q);
        case Needs::many_rows: return q.x.rows() > 1 ? "" : "ranks rows: there must be two at least";
    }
    return {};
}

attribution::quality::Confidence Measure::mean_of(std::span<const double> numbers) const {
    const bool alike = numbers.size() > 1 && std::ranges::adjacent_find(numbers, std::not_equal_to{}) == numbers.end();
    if (of_values && alike) return {numbers.front(), numbers.front(), numbers.front()};
    if (bounded()) return quality::confidence_within(numbers, {low, high});
    quality::Confidence found = quality::confidence(numbers);
    found.low = std::max(found.low, low);  // NaN stays
    return found;
}

}  // namespace gradpath::tools

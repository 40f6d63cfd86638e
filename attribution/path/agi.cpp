// The attack is steered by the probability of the class it aims at, whatever stage is explained. A row that has arrived
// stays where it is: its further edges have no length and no share.
#include <gradpath/attribution/path/agi.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/path/each_target.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr const char* name = "agi";

/// The range of each row, [rows, 1, ..]: as given, else 0 to 1, widened to what the row spans.
struct Range {
    Tensor low, high;
};

Range range_of(const Tensor& x, const Agi& o) {
    require(!o.low || !o.high || *o.low < *o.high, name, ": low must be below high but they are ", o.low.value_or(0),
            " and ", o.high.value_or(0));
    const Tensor rows = flatten(x);
    const Tensor least = -max(-rows, {.axes = {1}}), most = max(rows, {.axes = {1}});
    const double low = -max(-least).at(0), high = max(most).at(0);
    require(low >= o.low.value_or(low) && high <= o.high.value_or(high), name, ": the input must lie between low and ",
            "high but spans [", low, ", ", high, "]; set them");
    const auto bound = [&](std::optional<double> given, const Tensor& own) {
        return per_row(given ? full(own.shape(), *given, x.dtype()) : own, x);
    };
    return {bound(o.low, minimum(least, 0.0)), bound(o.high, maximum(most, 1.0))};
}

/// The class that attack `sample` aims at, for each row: the others in an order by seed, the row's own left out.
std::vector<Index> aims(const std::vector<Index>& own, Index outputs, std::uint64_t seed, Index sample) {
    std::vector<Index> list;
    for (const Index answer : own) {
        const Indices order = random::permutation(outputs, seed, std::uint64_t{3} << 32);
        Index left = sample;
        for (const Index candidate : order.data())
            if (candidate != answer && left-- == 0) list.push_back(candidate);
    }
    return list;
}

/// Rows of z, each moved one step uphill in the probability of its aim unless the model answers that already.
Tensor attack(const Objective& objective, const Tensor& z, const std::vector<Index>& aim, double rate) {
    const Recording on;
    const Tensor leaf = tracked(z);
    const Tensor output = objective.run(leaf);
    const Indices aims({z.rows()}, aim);
    const Tensor chosen = sum(softmax(output) * one_hot(aims, output.shape()[1], z.dtype()));
    const Tensor uphill = sign(grad(chosen, leaf));
    const NoRecording off;
    const Indices answers = argmax(output, 1);
    std::vector<double> going;
    for (Index row = 0; row < z.rows(); ++row) going.push_back(answers[row] == aims[row] ? 0 : rate);
    return z + uphill * per_row(Tensor({z.rows()}, std::span<const double>(going)).to(z.dtype()), z);
}

Walker walker(Evaluator& evaluator, const Agi& o, Index sample) {
    std::vector<Index> own = evaluator.objective().indices();
    require(!own.empty(), name, ": the target must be an output of the model; give an index");
    const std::vector<Index> aim = aims(own, evaluator.objective().outputs(), o.seed, sample);
    const Range range = range_of(evaluator.input(), o);
    const auto move = [=, &o, &evaluator](const Tensor& rows, Index first) {
        const Index last = first + rows.rows();
        const Tensor moved = attack(evaluator.objective(), rows, {aim.begin() + first, aim.begin() + last}, o.rate);
        return minimum(maximum(moved, slice(range.low, 0, first, last)), slice(range.high, 0, first, last));
    };
    return {.start = evaluator.input(),
            .next = [=, &evaluator](const Tensor& at, Index) { return by_chunks(evaluator, at, move); }};
}

}  // namespace

Attribution agi(const Model& model, const Tensor& x, const Agi& o) {
    require(std::isfinite(o.rate) && o.rate > 0, name, ": rate must be above 0 but is ", o.rate);
    require(o.classes >= 1, name, ": classes must be at least 1 but is ", o.classes);
    if (std::holds_alternative<AllTargets>(o.target)) return each_target(name, model, x, o, agi);
    const Index outputs = outputs_of(name, model, x);
    require(outputs >= 2, name, ": the model must have at least two outputs to walk from one to another");
    const auto make = [&o](Evaluator& evaluator, Index sample) { return walker(evaluator, o, sample); };
    Attribution result = along_walks(name, model, x,
                                     {.target = o.target,
                                      .stage = o.stage,
                                      .quadrature = o.quadrature,
                                      .samples = std::min(o.classes, outputs - 1),
                                      .steps = o.steps,
                                      .away = true,
                                      .run = o.run},
                                     make);
    result.seed = o.seed;
    return result;
}

}  // namespace gradpath::attribution

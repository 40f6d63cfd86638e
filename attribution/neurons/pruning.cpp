// A pruned model is the model under a tap that multiplies by 0 and 1, so nothing is rebuilt, and any function with taps
// can be pruned. The multiplication is recorded: gradients know of the silence.
#include <gradpath/attribution/neurons/pruning.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/taps.hpp>

namespace gradpath::attribution {
namespace {

std::vector<double> unit_totals(const Tensor& scores) {
    const Index units = scores.size() / scores.rows();
    std::vector<double> totals(static_cast<std::size_t>(units));
    for (Index k = 0; k < scores.size(); ++k) totals[static_cast<std::size_t>(k % units)] += scores.at(k);
    return totals;
}

/// A unit's place in the queue: the higher class first, within it the higher score.
struct Place {
    int rank;
    double score;
};

std::vector<Index> queue(const std::vector<Place>& places) {
    std::vector<Index> order(places.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(order, [&](Index a, Index b) {
        const Place &first = places[static_cast<std::size_t>(a)], &second = places[static_cast<std::size_t>(b)];
        return first.rank != second.rank ? first.rank > second.rank : first.score > second.score;
    });
    return order;
}

Place by_value(double score) { return std::isnan(score) ? Place{-1, 0} : Place{0, score}; }

Place by_ratio(double inside, double outside) {
    if (std::isnan(inside) || std::isnan(outside)) return {-1, 0};
    if (inside <= 0) return {0, inside};
    return outside <= 0 ? Place{2, inside} : Place{1, inside / outside};
}

void check(const Pruning& o, std::span<const Index> order, const LayerInfo& layer) {
    require(!std::holds_alternative<AllTargets>(o.target), "prune: takes one target at a time");
    std::vector<bool> seen(static_cast<std::size_t>(layer.shape.size()));
    for (const Index unit : order) {
        require(unit >= 0 && unit < layer.shape.size(), "prune: units of ", layer.name, " are 0 .. ",
                layer.shape.size() - 1, " but the order has ", unit);
        require(!seen[static_cast<std::size_t>(unit)], "prune: an order names a unit once but has ", unit, " twice");
        seen[static_cast<std::size_t>(unit)] = true;
    }
    for (const Index count : o.counts)
        require(count >= 0 && count <= static_cast<Index>(order.size()), "prune: counts must lie in 0 .. ",
                order.size(), ", the units of the order, but one is ", count);
}

Attribution explain(const Model& model, const Tensor& x, const Target& target, const Pruning& o) {
    return integrated_gradients(model, x,
                                {.target = target,
                                 .baseline = o.baseline,
                                 .stage = o.stage,
                                 .quadrature = o.quadrature,
                                 .seed = o.seed,
                                 .run = o.run});
}

PrunedAnswer divided(Index silent, Attribution ig, const Tensor& mask) {
    const Tensor flat = flatten(ig.values.to(DType::float64)), in = flatten(mask.to(DType::float64));
    const auto sums = [](const Tensor& t) {
        const Tensor total = sum(t, {.axes = {1}});
        const auto numbers = total.data<double>();
        return std::vector<double>(numbers.begin(), numbers.end());
    };
    std::vector<double> inside = sums(flat * in), outside = sums(flat * (1.0 - in));
    return {silent, std::move(ig), std::move(inside), std::move(outside)};
}

}  // namespace

Model pruned(const Model& model, const LayerInfo& layer, std::span<const Index> units) {
    std::vector<float> factors(static_cast<std::size_t>(layer.shape.size()), 1);
    for (const Index unit : units) {
        require(unit >= 0 && unit < layer.shape.size(), "pruned: units of ", layer.name, " are 0 .. ",
                layer.shape.size() - 1, " but one is ", unit);
        factors[static_cast<std::size_t>(unit)] = 0;
    }
    const Tensor keep(Shape{1}.joined(layer.shape), factors);
    return [model, name = layer.name, keep](const Tensor& x) {
        Taps taps;
        taps.mask(name, keep.to(x.dtype()));
        return model(x);
    };
}

std::vector<Index> ranked_by_value(const Tensor& scores) {
    std::vector<Place> places;
    for (const double total : unit_totals(scores)) places.push_back(by_value(total));
    return queue(places);
}

std::vector<Index> ranked_by_ratio(const Tensor& inside, const Tensor& outside) {
    require<ShapeError>(inside.shape() == outside.shape(), "ranked_by_ratio: scores must have one shape but have ",
                        inside.shape(), " and ", outside.shape());
    const std::vector<double> in = unit_totals(inside), out = unit_totals(outside);
    std::vector<Place> places;
    for (std::size_t k = 0; k < in.size(); ++k) places.push_back(by_ratio(in[k], out[k]));
    return queue(places);
}

std::vector<PrunedAnswer> prune(const Model& model, const Tensor& x, std::span<const Index> order, const Pruning& o) {
    const LayerInfo layer = find_layer("prune", model, x, o.layer);
    check(o, order, layer);
    const Evaluator whole("prune", model, x, o.target, o.stage, o.run);
    const Target target = whole.fixed_target();
    const Tensor mask = region_mask("prune", o.region, x, [&] { return explain(model, x, target, o).values; });
    std::vector<PrunedAnswer> answers;
    for (const Index count : o.counts) {
        const Model silenced = pruned(model, layer, order.first(static_cast<std::size_t>(count)));
        answers.push_back(divided(count, explain(silenced, x, target, o), mask));
    }
    return answers;
}

}  // namespace gradpath::attribution

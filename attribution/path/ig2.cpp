// The descent is a gradient of its own, not of the explained number, so it is taken here, in the evaluator's chunks. A
// step is never longer than what is left of the way: near the reference, half of d / ‖∇d‖ (Newton's step for a
// distance) is the shorter one.
#include <gradpath/attribution/path/ig2.hpp>

#include <cmath>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

Tensor per_row(const Tensor& numbers, const Shape& like) {
    Shape column = like;
    for (Index axis = 1; axis < like.rank(); ++axis) column = column.with(axis, 1);
    return reshape(numbers, column);
}

/// at, moved towards the rows' goals in the representation by one step.
Tensor descend(const Model& representation, const Tensor& at, const Tensor& goal, const Ig2& o) {
    const Recording on;
    const Tensor leaf = tracked(at);
    const Tensor gap = flatten(representation(leaf)) - goal;
    const Tensor distance = sum(square(gap), {.axes = {1}});
    const Tensor slope = grad(sum(distance), leaf);
    const NoRecording off;
    const Tensor rows = flatten(slope);
    const Tensor steepness = sqrt(sum(square(rows), {.axes = {1}}));
    const Tensor safe = where(equal(steepness, 0.0), ones_like(steepness), steepness);
    const Tensor length = minimum(detached(distance) / safe * 2.0, o.rate);  // d = a‖z - z*‖²: the way left is 2d / ‖∇d‖
    const Tensor moved = at - slope * per_row(length / safe, at.shape());
    return minimum(maximum(moved, o.low), o.high);
}

}  // namespace

Attribution ig2(const Model& model, const Tensor& x, const Ig2& o) {
    require(std::isfinite(o.rate) && o.rate > 0, "ig2: rate must be above 0 but is ", o.rate);
    require(o.low < o.high, "ig2: low must be below high but they are ", o.low, " and ", o.high);
    const Model representation = o.representation ? o.representation : Model([&](const Tensor& z) { return model(z); });
    const auto flat = [&](const Tensor& z) {
        const Tensor r = representation(z);
        return r.rank() == 1 ? reshape(r, {r.rows(), 1}) : r;
    };
    const auto make = [&](Evaluator& evaluator, Index sample) {
        const Tensor reference = draw_baseline("ig2", o.references, evaluator.input(), {o.seed, sample});
        const auto next = [&, reference](const Tensor& at, Index) {
            const NoRecording off;
            std::vector<Tensor> parts;
            for (Index first = 0; first < at.rows(); first += evaluator.chunk()) {
                const Index last = std::min(at.rows(), first + evaluator.chunk());
                evaluator.begin_chunk(2 * (last - first));
                const Tensor goal = flatten(flat(slice(reference, 0, first, last)));
                parts.push_back(descend(flat, slice(at, 0, first, last), goal, o));
            }
            return detached(concat(parts));
        };
        return Walker{.start = evaluator.input(), .next = next, .away = true};
    };
    Attribution result = along_walks("ig2", model, x,
                                     {.target = o.target,
                                      .stage = o.stage,
                                      .quadrature = o.quadrature,
                                      .samples = samples_of(o.references),
                                      .steps = o.steps,
                                      .run = o.run},
                                     make);
    result.baseline = draw_baseline("ig2", o.references, detached(x), {o.seed, 0});
    result.baseline_kind = describe(o.references);
    if (is_random(o.references)) result.seed = o.seed;
    return result;
}

}  // namespace gradpath::attribution

// The descent is a gradient of its own, not of the explained number, so it is taken here, in the evaluator's chunks. A
// step is never longer than what is left of the way: near the reference, half of d / ‖∇d‖ (Newton's step for a
// distance) is the shorter one.
#include <gradpath/attribution/path/ig2.hpp>

#include <cmath>

#include <gradpath/attribution/path/each_target.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr const char* name = "ig2";

/// The representation as [rows, features].
Tensor represented(const Model& representation, const Tensor& z) {
    const Tensor r = representation(z);
    return r.rank() == 1 ? reshape(r, {r.rows(), 1}) : flatten(r);
}

/// at, moved towards the rows' goals in the representation by one step.
Tensor descend(const Model& representation, const Tensor& at, const Tensor& goal, const Ig2& o) {
    const Recording on;
    const Tensor leaf = tracked(at);
    const Tensor gap = represented(representation, leaf) - goal;
    const Tensor distance = sum(square(gap), {.axes = {1}});
    const Tensor slope = grad(sum(distance), leaf);
    const NoRecording off;
    const Tensor rows = flatten(slope);
    const Tensor steepness = sqrt(sum(square(rows), {.axes = {1}}));
    const Tensor safe = where(equal(steepness, 0.0), ones_like(steepness), steepness);
    const Tensor length =
        minimum(detached(distance) / safe * 2.0, o.rate);  // d = a‖z - z*‖²: the way left is 2d / ‖∇d‖
    const Tensor moved = at - slope * per_row(length / safe, at);
    return minimum(maximum(moved, o.low), o.high);
}

Walker walker(Evaluator& evaluator, const Model& representation, const Ig2& o, Index sample) {
    const Tensor reference = draw_baseline(name, o.references, evaluator.input(), {o.seed, sample});
    const auto move = [=, &o](const Tensor& rows, Index first) {
        const Tensor goal = represented(representation, slice(reference, 0, first, first + rows.rows()));
        return descend(representation, rows, goal, o);
    };
    return {.start = evaluator.input(),
            .next = [=, &evaluator](const Tensor& at, Index) { return by_chunks(evaluator, at, move); }};
}

}  // namespace

Attribution ig2(const Model& model, const Tensor& x, const Ig2& o) {
    require(std::isfinite(o.rate) && o.rate > 0, name, ": rate must be above 0 but is ", o.rate);
    require(o.low < o.high, name, ": low must be below high but they are ", o.low, " and ", o.high);
    if (std::holds_alternative<AllTargets>(o.target)) return each_target(name, model, x, o, ig2);
    const auto make = [&](Evaluator& evaluator, Index sample) {
        return walker(evaluator, o.representation ? o.representation : model, o, sample);
    };
    Attribution result = along_walks(name, model, x,
                                     {.target = o.target,
                                      .stage = o.stage,
                                      .quadrature = o.quadrature,
                                      .samples = samples_of(o.references),
                                      .steps = o.steps,
                                      .away = true,
                                      .run = o.run},
                                     make);
    result.baseline = draw_baseline(name, o.references, detached(x), {o.seed, 0});
    result.baseline_kind = describe(o.references);
    if (is_random(o.references)) result.seed = o.seed;
    return result;
}

}  // namespace gradpath::attribution

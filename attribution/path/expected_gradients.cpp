// Draw k is the same for every row, budget and number of threads: baseline and place come from streams of their own.
// Since the strata of t and the mirrored baselines make draws depend on each other, the standard error, which takes
// them as independent, is on the safe side.
#include <gradpath/attribution/path/expected_gradients.hpp>

#include <algorithm>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/path/along_paths.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::uint64_t places_stream = std::uint64_t{4} << 32, order_stream = places_stream + 1,
                        pool_stream = places_stream + 2;

/// Draw k of the baseline: mirrored in pairs where it is random, dealt out in a random order where it is a pool.
class Baselines {
public:
    Baselines(const ExpectedGradients& o, const Tensor& x)
        : o_(o), x_(x), pool_(samples_of(o.baseline)), order_(random::permutation(pool_, o.seed, pool_stream)) {}
    Tensor operator()(Index k) const {
        if (!is_random(o_.baseline))
            return draw_baseline("expected-gradients", o_.baseline, x_, {o_.seed, order_[k % pool_]});
        const bool mirrored = o_.antithetic && k % 2 == 1;
        return draw_baseline("expected-gradients", o_.baseline, x_, {o_.seed, mirrored ? k - 1 : k, mirrored});
    }

private:
    const ExpectedGradients& o_;
    const Tensor& x_;
    Index pool_;
    Indices order_;
};

Attribution integrated(const Model& model, const Tensor& x, const ExpectedGradients& o) {
    const Tensor input = detached(x);
    const Baselines baselines(o, input);
    const baseline::Function drawn{.draw = [&](const Tensor&, Index k) { return baselines(k); }, .samples = o.samples};
    return along_paths(model, x,
                       {.target = o.target,
                        .baseline = drawn,
                        .stage = o.stage,
                        .quadrature = {.tolerance = o.tolerance, .max_steps = o.max_steps},
                        .run = o.run},
                       "expected-gradients");
}

Attribution sampled(const Model& model, const Tensor& x, const ExpectedGradients& o) {
    const Recorder recorder;
    Evaluator evaluator("expected-gradients", model, x, o.target, o.stage, o.run);
    const Tensor& input = evaluator.input();
    const Baselines baselines(o, input);
    const Indices strata = random::permutation(o.samples, o.seed, order_stream);
    const Index rows = evaluator.rows();
    const auto features = static_cast<std::size_t>(evaluator.features());
    Tensor start;
    Index drawn = -1;
    const auto baseline_of = [&](Index k) -> const Tensor& {
        if (k != drawn) start = baselines(drawn = k).to(DType::float64);
        return start;
    };
    const Tensor end = input.to(DType::float64);
    const auto make = [&](Index first, Index last) {
        std::vector<double> at;
        Points points;
        for (Index place = first; place < last; ++place) {
            const Index k = place / rows, row = place % rows;
            const double u = random::uniform_at(o.seed, places_stream, static_cast<std::uint64_t>(k));
            const double t = (static_cast<double>(strata[k]) + u) / static_cast<double>(o.samples);
            const auto from = baseline_of(k).data<double>().subspan(static_cast<std::size_t>(row) * features, features);
            const auto to = end.data<double>().subspan(static_cast<std::size_t>(row) * features, features);
            for (std::size_t i = 0; i < features; ++i) at.push_back(from[i] + t * (to[i] - from[i]));
            points.rows.push_back(row);
        }
        points.at = Tensor(input.shape().with(0, last - first), std::span<const double>(at)).to(input.dtype());
        return points;
    };
    Average average;
    const auto lanes = static_cast<std::size_t>(evaluator.targets());
    Numbers sample(static_cast<std::size_t>(rows) * lanes * features);
    Tensor taken;
    Index taken_draw = -1;
    const auto take = [&](Index place, std::span<const double>, std::span<const double> slopes) {
        const Index k = place / rows;
        const auto row = static_cast<std::size_t>(place % rows);
        if (k != taken_draw) taken = baselines(taken_draw = k).to(DType::float64);
        const auto from = taken.data<double>().subspan(row * features, features);
        const auto to = end.data<double>().subspan(row * features, features);
        for (std::size_t i = 0; i < slopes.size(); ++i)
            sample[row * slopes.size() + i] = (to[i % features] - from[i % features]) * slopes[i];
        if (static_cast<Index>(row) + 1 == rows) average.add(sample);
    };
    evaluator.gradients(o.samples * rows, make, take, "samples", 0, o.samples * rows);
    Attribution result;
    std::vector<double> f_baseline(evaluator.f_input().size());
    for (Index k = 0; k < o.samples; ++k) {
        const std::vector<double> f = evaluator.values(baselines(k), "baselines");
        for (std::size_t lane = 0; lane < f.size(); ++lane) f_baseline[lane] += f[lane] / static_cast<double>(o.samples);
    }
    result.values = values_like(evaluator, average.mean());
    recorder.finish(result, evaluator, o.target);
    report_completeness(result, average.mean(), f_baseline);
    result.baseline = baselines(0);
    if (o.samples > 1) result.standard_error = values_like(evaluator, average.standard_error());
    return result;
}

}  // namespace

Attribution expected_gradients(const Model& model, const Tensor& x, const ExpectedGradients& o) {
    require(o.samples >= 1, "expected-gradients: samples must be at least 1 but is ", o.samples);
    Attribution result = o.tolerance ? integrated(model, x, o) : sampled(model, x, o);
    result.samples = o.samples;
    result.seed = o.seed;
    result.baseline_kind = describe(o.baseline);
    return result;
}

}  // namespace gradpath::attribution

// Draw k is the same for every row, budget and number of threads: baseline and place come from streams of their own.
// A mirrored pair of baselines is one draw to the standard error; that the strata of t depend on each other only makes
// the true error smaller.
#include <gradpath/attribution/path/expected_gradients.hpp>

#include <algorithm>

#include <gradpath/attribution/path/along_paths.hpp>
#include <gradpath/attribution/path/draws.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr const char* name = "expected-gradients";
constexpr std::uint64_t places_stream = std::uint64_t{4} << 32, order_stream = places_stream + 1,
                        pool_stream = places_stream + 2;

/// Draw k of the baseline: mirrored in pairs where it is random, dealt out in a random order where it is a pool.
class Baselines {
public:
    Baselines(const ExpectedGradients& o, const Tensor& x)
        : o_(o), x_(x), pool_(samples_of(o.baseline)), order_(random::permutation(pool_, o.seed, pool_stream)) {}
    Tensor operator()(Index k) const {
        if (!is_random(o_.baseline)) return draw_baseline(name, o_.baseline, x_, {o_.seed, order_[k % pool_]});
        const bool mirrored = block() == 2 && k % 2 == 1;
        return draw_baseline(name, o_.baseline, x_, {o_.seed, mirrored ? k - 1 : k, mirrored});
    }
    /// How many draws in a row depend on each other.
    Index block() const { return is_random(o_.baseline) && o_.antithetic ? 2 : 1; }

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
                        .block = baselines.block(),
                        .run = o.run},
                       name);
}

/// The lines from the draws to the input, in ascending order of the draws; holds one draw at a time.
class Lines {
public:
    Lines(const Baselines& baselines, const Tensor& input)
        : baselines_(baselines), end_(input.to(DType::float64)), features_(input.size() / input.rows()) {}

    /// Draw `draw` of the baseline, for all rows.
    const Tensor& start(Index draw) {
        if (draw != draw_) start_ = baselines_(draw_ = draw);
        return start_;
    }
    double step(Index draw, Index k) { return end_.at(k) - start(draw).at(k); }
    /// Appends the point at t on a row's line.
    void append(Index draw, Index row, double t, Numbers& points) {
        for (Index k = row * features_; k < (row + 1) * features_; ++k)
            points.push_back(start(draw).at(k) + t * step(draw, k));
    }

private:
    const Baselines& baselines_;
    Tensor end_, start_;
    Index features_, draw_ = -1;
};

/// One gradient on the line from each draw, row by row.
class Sampling {
public:
    Sampling(Evaluator& evaluator, const Baselines& baselines, const ExpectedGradients& o, Draws& draws)
        : evaluator_(evaluator),
          o_(o),
          draws_(draws),
          strata_(random::permutation(o.samples, o.seed, order_stream)),
          ahead_(baselines, evaluator.input()),
          behind_(ahead_),
          one_(empty_integral(evaluator, QuadratureRule::left)) {
        std::ranges::fill(one_.steps, Index{1});
    }

    void run() {
        const Index total = o_.samples * evaluator_.rows();
        evaluator_.gradients(
            total, [&](Index first, Index last) { return points(first, last); },
            [&](Index k, std::span<const double>, std::span<const double> slopes) { take(k, slopes); }, "samples", 0,
            total);
    }

private:
    /// Where on its line draw k lies: in its own stratum of [0, 1].
    double place(Index k) const {
        const double u = random::uniform_at(o_.seed, places_stream, static_cast<std::uint64_t>(k));
        return (static_cast<double>(strata_[k]) + u) / static_cast<double>(o_.samples);
    }

    Points points(Index first, Index last) {
        Numbers at;
        Points points;
        for (Index k = first; k < last; ++k) {
            const Index draw = k / evaluator_.rows(), row = k % evaluator_.rows();
            ahead_.append(draw, row, place(draw), at);
            points.rows.push_back(row);
        }
        const Tensor& input = evaluator_.input();
        points.at = Tensor(input.shape().with(0, last - first), std::span<const double>(at)).to(input.dtype());
        return points;
    }

    void take(Index k, std::span<const double> slopes) {
        const Index draw = k / evaluator_.rows(), row = k % evaluator_.rows(), features = evaluator_.features();
        double* values = one_.values.data() + static_cast<std::size_t>(row) * slopes.size();
        for (std::size_t i = 0; i < slopes.size(); ++i)
            values[i] = behind_.step(draw, row * features + static_cast<Index>(i) % features) * slopes[i];
        if (row + 1 == evaluator_.rows()) draws_.add(one_, evaluator_.values(behind_.start(draw), "baselines"));
    }

    Evaluator& evaluator_;
    const ExpectedGradients& o_;
    Draws& draws_;
    Indices strata_;
    Lines ahead_, behind_;
    Integral one_;  ///< what the draw at hand comes to
};

Attribution sampled(const Model& model, const Tensor& x, const ExpectedGradients& o) {
    const Recorder recorder;
    Evaluator evaluator(name, model, x, o.target, o.stage, o.run);
    const Baselines baselines(o, evaluator.input());
    Draws draws(baselines.block());
    Sampling(evaluator, baselines, o, draws).run();
    Attribution result;
    draws.report(result, evaluator, recorder, o.target, {});
    result.rule.clear();
    result.baseline = baselines(0);
    return result;
}

}  // namespace

Attribution expected_gradients(const Model& model, const Tensor& x, const ExpectedGradients& o) {
    require(o.samples >= 1, name, ": samples must be at least 1 but is ", o.samples);
    Attribution result = o.tolerance ? integrated(model, x, o) : sampled(model, x, o);
    result.samples = o.samples;
    result.seed = o.seed;
    result.baseline_kind = describe(o.baseline);
    return result;
}

}  // namespace gradpath::attribution

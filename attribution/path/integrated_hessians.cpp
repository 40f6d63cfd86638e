// With s = v⁴ the weights -s log s and -log s become 16 v⁷ (-log v) and 16 v³ (-log v), smooth enough at 0 for
// Gauss-Legendre nodes in v. At each node one gradient with its graph, then one product with the Hessian per feature:
// rows are independent, so the derivative of the sum over rows of gradient i is row i of every row's Hessian.
#include <gradpath/attribution/path/integrated_hessians.hpp>

#include <cmath>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/graph.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index most_features = 1024;

/// The model with softplus for relu, where it has any.
Model softened(const Model& model, const Tensor& row, double sharpness) {
    const auto graph = std::make_shared<const Graph>(record(model, row));
    const auto softplus_of = [sharpness](const std::vector<Tensor>& in, const Attributes&) {
        return std::vector{softplus(in[0] * sharpness) / sharpness};
    };
    bool any = false;
    for (const OpCode op : graph->executed) any = any || op == OpCode::relu;
    if (!any || sharpness == 0) return model;
    return [graph, softplus_of](const Tensor& x) { return replay(*graph, {x}, {{OpCode::relu, softplus_of}})[0]; };
}

/// Adds the part of one node to the interactions [rows, features, features] of all rows.
class Interactions {
public:
    Interactions(Evaluator& evaluator, const Tensor& start)
        : evaluator_(evaluator),
          start_(start),
          way_(flatten(evaluator.input() - start).to(DType::float64)),
          features_(evaluator.features()),
          sums_(static_cast<std::size_t>(evaluator.rows() * features_ * features_)) {}

    void add(double s, double weight) {
        for (Index first = 0; first < evaluator_.rows(); first += evaluator_.chunk()) {
            const Index last = std::min(evaluator_.rows(), first + evaluator_.chunk());
            evaluator_.begin_chunk(last - first);
            evaluator_.count_backward((features_ + 1) * (last - first));
            add_rows(first, last, s, weight);
        }
    }
    const Numbers& sums() const { return sums_; }

private:
    void add_rows(Index first, Index last, double s, double weight) {
        const Recording on;
        const Tensor from = slice(start_, 0, first, last), to = slice(evaluator_.input(), 0, first, last);
        const Tensor leaf = tracked(from + (to - from) * s);
        std::vector<Index> rows;
        for (Index row = first; row < last; ++row) rows.push_back(row);
        const Tensor score = evaluator_.objective().scores(evaluator_.objective().run(leaf), rows)[0];
        const Tensor slope = flatten(grad(sum(score), leaf, {.differentiable = true}));
        for (Index i = 0; i < features_; ++i) {
            const Tensor part = sum(slice(slope, 1, i, i + 1));
            const Tensor bend = part.is_tracked() ? flatten(grad(part, leaf)) : zeros_like(slope);
            for (Index row = first; row < last; ++row) {
                double* sums = sums_.data() + (row * features_ + i) * features_;
                const double along = way_.at(row * features_ + i), log_s = -std::log(s);
                for (Index j = 0; j < features_; ++j)
                    sums[j] += weight * s * log_s * along * way_.at(row * features_ + j) *
                               bend.at((row - first) * features_ + j);
                sums[i] += weight * log_s * along * slope.at((row - first) * features_ + i);
            }
        }
    }

    Evaluator& evaluator_;
    const Tensor& start_;
    Tensor way_;
    Index features_;
    Numbers sums_;
};

}  // namespace

Attribution integrated_hessians(const Model& model, const Tensor& x, const IntegratedHessians& o) {
    const std::string name = "integrated-hessians";
    const Recorder recorder;
    require(o.steps >= 1, name, ": steps must be at least 1 but is ", o.steps);
    require(std::isfinite(o.softplus) && o.softplus >= 0, name, ": softplus must not be negative but is ", o.softplus);
    require(!std::holds_alternative<AllTargets>(o.target), name, ": takes one target at a time");
    require<ShapeError>(x.rank() >= 1 && x.size() > 0 && x.size() / x.rows() <= most_features, name,
                        ": takes from 1 to ", most_features, " features but the input has shape ", x.shape(),
                        "; explain fewer, or groups of them");
    require(static_cast<bool>(model), name, ": the model is empty");
    const Model smooth = softened(model, slice(detached(x), 0, 0, 1), o.softplus);
    Evaluator evaluator(name, smooth, x, o.target, o.stage, o.run);
    const Nodes& rule = nodes(QuadratureRule::gauss_legendre, o.steps);
    const Index samples = samples_of(o.baseline);
    Attribution result;
    Average average;
    std::vector<double> f_baseline(static_cast<std::size_t>(evaluator.rows()));
    for (Index sample = 0; sample < samples; ++sample) {
        const Tensor start = draw_baseline(name, o.baseline, evaluator.input(), {o.seed, sample});
        if (sample == 0) result.baseline = start;
        const std::vector<double> f_start = evaluator.values(start, "baseline");
        for (std::size_t row = 0; row < f_start.size(); ++row)
            f_baseline[row] += f_start[row] / static_cast<double>(samples);
        Interactions interactions(evaluator, start);
        for (std::size_t k = 0; k < rule.at.size(); ++k) {
            const double v = rule.at[k];
            interactions.add(v * v * v * v, 4 * v * v * v * rule.weight[k]);
            if (o.run.progress) o.run.progress("path", static_cast<Index>(k) + 1, o.steps);
        }
        average.add(interactions.sums());
    }
    const Shape& shape = evaluator.input().shape();
    result.values = Tensor(shape.joined(shape.slice(1, shape.rank())), std::span<const double>(average.mean())).to(x.dtype());
    recorder.finish(result, evaluator, o.target);
    report_completeness(result, average.mean(), f_baseline);
    result.steps = std::vector<Index>(f_baseline.size(), o.steps);
    if (!std::holds_alternative<Tensor>(o.baseline) && is_random(o.baseline)) result.seed = o.seed;
    if (samples > 1) result.samples = samples;
    result.baseline_kind = describe(o.baseline);
    return result;
}

}  // namespace gradpath::attribution

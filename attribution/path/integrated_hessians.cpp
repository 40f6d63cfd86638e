// With s = v⁴ the weights -s log s and -log s become 16 v⁷ (-log v) and 16 v³ (-log v), smooth enough at 0 for
// Gauss-Legendre nodes in v. At each node one gradient with its graph, then one product with the Hessian per feature:
// rows are independent, so the derivative of the sum over rows of gradient i is row i of every row's Hessian.
#include <gradpath/attribution/path/integrated_hessians.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/doubling.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/soften.hpp>
#include <gradpath/attribution/path/along_paths.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/graph.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

constexpr const char* name = "integrated-hessians";
constexpr Index most_features = 1024;
constexpr Index graphs_at_once = 4;     // a gradient that is differentiated again keeps about as many times its graph
constexpr double worth_telling = 0.01;  // of a sum that is not complete

/// Adds the nodes of a rule to the interactions [rows · targets · features · features] of some rows.
class Interactions {
public:
    Interactions(Evaluator& evaluator, const Path& path, const std::vector<Index>& rows, Numbers& sums)
        : evaluator_(evaluator),
          start_(path.corner(0)),
          way_(flatten(evaluator.input() - start_).to(DType::float64)),
          rows_(rows),
          sums_(sums) {}

    void add(double s, double weight) {
        const Index chunk = std::max<Index>(1, evaluator_.chunk() / graphs_at_once);
        const auto count = static_cast<Index>(rows_.size());
        for (Index first = 0; first < count; first += chunk) {
            const Index last = std::min(count, first + chunk);
            evaluator_.begin_chunk(last - first);
            evaluator_.count_backward((evaluator_.features() + 1) * evaluator_.targets() * (last - first));
            add_rows({rows_.begin() + first, rows_.begin() + last}, s, weight);
        }
    }

private:
    void add_rows(const std::vector<Index>& rows, double s, double weight) {
        const Recording on;
        const Indices picks({static_cast<Index>(rows.size())}, rows);
        const Tensor from = gather(start_, picks), to = gather(evaluator_.input(), picks);
        const Tensor leaf = tracked(from + (to - from) * s);
        const std::vector<Tensor> scores = evaluator_.objective().scores(evaluator_.objective().run(leaf), rows);
        const double log_s = -std::log(s);
        for (std::size_t t = 0; t < scores.size(); ++t) {
            const Tensor slope = flatten(grad(sum(scores[t]), leaf, {.differentiable = true}));
            for (Index i = 0; i < evaluator_.features(); ++i) {
                const Tensor part = sum(slice(slope, 1, i, i + 1));
                const Tensor bend = part.is_tracked() ? flatten(grad(part, leaf)) : zeros_like(slope);
                for (std::size_t k = 0; k < rows.size(); ++k) {
                    const Index lane = rows[k] * evaluator_.targets() + static_cast<Index>(t);
                    add_feature(lane, i, static_cast<Index>(k), weight * log_s, {slope, bend * s});
                }
            }
        }
    }

    struct Derivatives {
        Tensor slope, bend;  ///< ∇F and s times row i of the Hessian, [rows of the chunk, features]
    };
    void add_feature(Index lane, Index i, Index k, double weight, const Derivatives& d) {
        const Index features = evaluator_.features(), way = lane / evaluator_.targets() * features;
        double* sums = sums_.data() + (lane * features + i) * features;
        const double along = weight * way_.at(way + i);
        for (Index j = 0; j < features; ++j) sums[j] += along * way_.at(way + j) * d.bend.at(k * features + j);
        sums[i] += along * d.slope.at(k * features + i);
    }

    Evaluator& evaluator_;
    Tensor start_, way_;
    const std::vector<Index>& rows_;
    Numbers& sums_;
};

Integral interactions_along(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends) {
    const auto run = [&](Index count, const std::vector<Index>& rows, Integral& integral) {
        const Nodes& rule = nodes(QuadratureRule::gauss_legendre, count);
        Interactions interactions(evaluator, path, rows, integral.values);
        for (std::size_t k = 0; k < rule.at.size(); ++k) {
            const double v = rule.at[k];
            interactions.add(v * v * v * v, 4 * v * v * v * rule.weight[k]);
            evaluator.tell("path", static_cast<Index>(k) + 1, count);
        }
        for (const Index row : rows) integral.steps[static_cast<std::size_t>(row)] += count;
    };
    const Index features = evaluator.features();
    return by_doubling(evaluator, 1, plan, ends, empty_integral(evaluator, plan.rule, features * features), run);
}

/// What the explained model has in place of the kinks of the one that was given.
void note_softened(Attribution& result, const Graph& given, double sharpness) {
    const char* const why = ", since its own Hessian is 0; the explained number is that of this model";
    const auto note = [&](OpCode op, const auto&... what) {
        if (std::ranges::find(given.executed, op) != given.executed.end()) add_note(result.notes, text(what..., why));
    };
    note(OpCode::relu, "relu was replaced by softplus(", sharpness, " u) / ", sharpness);
    note(OpCode::max_pool2d, "max-pool was replaced by log(mean exp(", sharpness, " u)) / ", sharpness);
}

/// Other kinks keep what their slopes do to themselves.
void note_incomplete(Attribution& result) {
    const double gap = std::ranges::max(*result.relative_delta);
    if (gap > worth_telling)
        add_note(
            result.notes,
            "the interactions do not add up to F(x) - F(x'), see the relative delta: the Hessian does not see kinks, "
            "and sharp bends need more steps");
}

}  // namespace

Attribution integrated_hessians(const Model& model, const Tensor& x, const IntegratedHessians& o) {
    require(std::isfinite(o.softplus) && o.softplus >= 0, name, ": softplus must not be negative but is ", o.softplus);
    require<ShapeError>(x.rank() >= 1 && x.size() > 0 && x.size() / x.rows() <= most_features, name,
                        ": takes from 1 to ", most_features, " features but the input has shape ", x.shape(),
                        "; explain fewer, or groups of them");
    require(static_cast<bool>(model), name, ": the model is empty");
    const Tensor row = slice(detached(x), 0, 0, 1);
    const Model smooth = o.softplus > 0 ? softened(model, row, {.sharpness = o.softplus}) : Model{};
    AlongPaths options{.target = o.target,
                       .baseline = o.baseline,
                       .stage = o.stage,
                       .quadrature = {.tolerance = o.tolerance,
                                      .steps = o.steps,
                                      .rule = QuadratureRule::gauss_legendre,
                                      .max_steps = o.max_steps},
                       .seed = o.seed,
                       .run = o.run};
    if (smooth) options.target = Evaluator(name, model, x, o.target, o.stage, {.cancel = o.run.cancel}).fixed_target();
    const AlongEach each{.method = name, .integral = interactions_along, .pairs = true};
    Attribution result = along_paths(smooth ? smooth : model, x, options, each);
    result.target_kind = describe(o.target);
    if (smooth) note_softened(result, record(model, row), o.softplus);
    note_incomplete(result);
    return result;
}

}  // namespace gradpath::attribution

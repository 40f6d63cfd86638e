// The path of a row is what a solver finds; whatever it finds, the integral along it is complete.
#include <gradpath/attribution/geometry/geodesic_ig.hpp>

#include <algorithm>

#include <gradpath/attribution/core/doubling.hpp>
#include <gradpath/attribution/geometry/along_curves.hpp>
#include <gradpath/attribution/geometry/measured.hpp>
#include <gradpath/attribution/geometry/solve.hpp>
#include <gradpath/attribution/path/along_paths.hpp>
#include <gradpath/attribution/path/each_target.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

void require_independent(const Evaluator& evaluator) {
    require(
        evaluator.facts()->independent, evaluator.method(),
        ": rows of the model depend on each other, so the points of a curve cannot be run together; explain a model "
        "whose rows are independent");
}

/// (x - x') ∘ Σₖ ‖γ_{k+1} - γₖ‖ ∇F(γₖ) over the inner corners, the last step once more: as published.
Integral paper_form(Evaluator& evaluator, const std::vector<Tensor>& curves, const Tensor& from) {
    Integral integral = empty_integral(evaluator, QuadratureRule::left);
    const Index nodes = curves[0].rows() - 2, width = evaluator.features();
    std::vector<Tensor> inner;
    std::vector<double> steps;
    for (const Tensor& curve : curves) {
        inner.push_back(slice(curve, 0, 1, nodes + 1));
        for (Index k = 1; k <= nodes; ++k) {
            const Index first = std::min(k, nodes - 1);
            steps.push_back(norm(slice(curve, 0, first + 1, first + 2) - slice(curve, 0, first, first + 1))
                                .to(DType::float64)
                                .item());
        }
    }
    const Tensor points = concat(inner), way = (evaluator.input() - from).to(DType::float64);
    const auto make = [&](Index first, Index last) {
        Points chunk{slice(points, 0, first, last), {}};
        for (Index k = first; k < last; ++k) chunk.rows.push_back(k / nodes);
        return chunk;
    };
    const auto take = [&](Index k, std::span<const double>, std::span<const double> slopes) {
        for (Index i = 0; i < width; ++i) {
            const Index place = k / nodes * width + i;
            integral.values[static_cast<std::size_t>(place)] +=
                way.at(place) * steps[static_cast<std::size_t>(k)] * slopes[static_cast<std::size_t>(i)];
        }
    };
    evaluator.gradients(points.rows(), make, take, "path", 0, points.rows());
    std::ranges::fill(integral.steps, nodes);
    integral.notes.push_back(
        "this is the published form, (x - x') o sum |step| grad F: not complete, nothing at features "
        "that equal the baseline");
    return integral;
}

Attribution along_geodesics(const char* name, const Model& model, const Tensor& x, const GeodesicIg& o) {
    geometry::check(name, o);
    const bool published = o.solver == "variational" && o.variational.plain().paper_form;
    const auto integral = [&o, published](Evaluator& evaluator, const Path& line, const QuadraturePlan& plan,
                                          const Ends& ends) {
        require_independent(evaluator);
        const Tensor from = line.corner(0);
        std::vector<std::string> notes;
        std::vector<Tensor> curves;
        for (geometry::Geodesic& g : geometry::solve(evaluator, from, o, notes)) curves.push_back(std::move(g.corners));
        Integral found = published ? paper_form(evaluator, curves, from)
                                   : geometry::along_curves(evaluator, {curves, o.target, o.run}, plan, ends);
        found.notes.insert(found.notes.begin(), notes.begin(), notes.end());
        return found;
    };
    Quadrature quadrature = o.quadrature;
    if (published) quadrature = {.steps = 1, .rule = QuadratureRule::left};  // the sum is over nodes, and that is it
    return along_paths(model, x,
                       {.target = o.target,
                        .baseline = o.baseline,
                        .stage = o.stage,
                        .quadrature = quadrature,
                        .seed = o.seed,
                        .run = o.run},
                       AlongEach{.method = name, .integral = integral});
}

Attribution knn_of(const Model& model, const Tensor& x, const GeodesicIg& o) {
    return along_geodesics("geodesic-ig-knn", model, x, o);
}
Attribution svi_of(const Model& model, const Tensor& x, const GeodesicIg& o) {
    return along_geodesics("geodesic-ig-svi", model, x, o);
}

/// What the options of a method have in common with those of geodesic_ig.
GeodesicIg shared(const auto& o) {
    return {.target = o.target,
            .baseline = o.baseline,
            .stage = o.stage,
            .quadrature = o.quadrature,
            .seed = o.seed,
            .run = o.run};
}

Attribution any_target(const char* name, const Model& model, const Tensor& x, const GeodesicIg& o,
                       Attribution (*method)(const Model&, const Tensor&, const GeodesicIg&)) {
    if (std::holds_alternative<AllTargets>(o.target)) return each_target(name, model, x, o, method);
    return method(model, x, o);
}

}  // namespace

Attribution geodesic_ig(const Model& model, const Tensor& x, const GeodesicIg& o) {
    if (std::holds_alternative<AllTargets>(o.target)) return each_target("geodesic-ig", model, x, o, geodesic_ig);
    return along_geodesics("geodesic-ig", model, x, o);
}

std::vector<geometry::Geodesic> geodesics(const Model& model, const Tensor& x, const GeodesicIg& o) {
    geometry::check("geodesics", o);
    require(!std::holds_alternative<AllTargets>(o.target),
            "geodesics: each target has a curve of its own; ask for one target at a time");
    Evaluator evaluator("geodesics", model, x, o.target, o.stage, o.run);
    require_independent(evaluator);
    const Tensor from = draw_baseline("geodesics", o.baseline, evaluator.input(), {o.seed, 0});
    std::vector<std::string> notes;
    std::vector<geometry::Geodesic> curves = geometry::solve(evaluator, from, o, notes);
    for (std::size_t row = 0; row < curves.size(); ++row)
        geometry::measure(evaluator, static_cast<Index>(row), o, curves[row]);
    return curves;
}

Attribution geodesic_ig_knn(const Model& model, const Tensor& x, const GeodesicIgKnn& o) {
    GeodesicIg options = shared(o);
    options.metric = o.metric;
    options.epsilon = o.epsilon;
    options.solver = "neighbours";
    options.refine = o.refine;
    options.neighbours = o.neighbours;
    options.pool = o.pool;
    return any_target("geodesic-ig-knn", model, x, options, knn_of);
}

Attribution geodesic_ig_svi(const Model& model, const Tensor& x, const GeodesicIgSvi& o) {
    GeodesicIg options = shared(o);
    options.solver = "variational";
    options.variational = o.variational;
    return any_target("geodesic-ig-svi", model, x, options, svi_of);
}

}  // namespace gradpath::attribution

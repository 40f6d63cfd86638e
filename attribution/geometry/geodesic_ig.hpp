#pragma once
#include <functional>
#include <string>
#include <vector>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/geometry/neighbours.hpp>
#include <gradpath/attribution/geometry/relax.hpp>
#include <gradpath/attribution/geometry/variational.hpp>

namespace gradpath::attribution {

/// Points that ways over neighbours may lead through.
struct NeighbourPool {
    /// [points, input shape]; empty: each input has points of its own around its straight line.
    Tensor points = {};
    bool same_class = false;  ///< only those that the model puts in the class that is explained
    Index around = 200;       ///< points around the straight line, where none are given
    double spread = 0.2;      ///< their standard deviation from it, as a share of its length

    static void visit(auto& self, auto&& f) {
        f("same-class", self.same_class, "lead ways only through points of the class that is explained");
        f("around", self.around, "points around the straight line for ways to lead through, where no pool is given");
        f("spread", self.spread, "of these from the line, as a share of its length");
    }
};

/// Options of geodesic_ig.
struct GeodesicIg {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    /// conformal (‖∇F‖² I), pullback (∇F ∇Fᵀ), logits or probabilities (Jᵀ J of all outputs), fisher, layer:NAME (Jᵀ J
    /// of what flows there) or euclidean.
    std::string metric = "conformal";
    std::string solver = "relax";  ///< relax, shooting, neighbours, fast-marching (two features) or variational
    /// Epsilon I is added to the metric, as a share of the median of ‖∇F‖² (not conformal: of the trace) on the line
    /// or in the pool; automatic: 1e-3 for the metrics that do not see all steps, 0 for conformal and euclidean.
    std::optional<double> epsilon = {};
    Index points = 33;           ///< corners of a curve that is relaxed or shot
    Index max_iterations = 200;  ///< of relax
    /// On the relative gradient norm of a relaxed curve; automatic: relax's own for few features, 1e-4 above 16.
    std::optional<double> curve_tolerance = {};
    Index cells = 128;   ///< of fast-marching, along the longer side
    bool refine = true;  ///< relax the way that neighbours found
    geometry::Neighbours neighbours = {};
    NeighbourPool pool = {};
    geometry::Variational variational = {};
    /// In place of `metric`: a metric for the explained number of a row, [rows, input shape] → [rows].
    std::function<geometry::Metric(const Model& explained)> own_metric = {};
    Quadrature quadrature = {};
    std::uint64_t seed = 0;  ///< of a random baseline, of points around a line and of the variational solver
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("metric", self.metric, "conformal pullback logits probabilities fisher layer:NAME euclidean");
        f("solver", self.solver, "relax shooting neighbours fast-marching variational");
        f("epsilon", self.epsilon, "of epsilon I, which is added to the metric, as a share of its median size");
        f("points", self.points, "corners of a curve that is relaxed or shot");
        f("max-iterations", self.max_iterations, "of relax, on each level");
        f("curve-tolerance", self.curve_tolerance, "on the relative gradient norm of a relaxed curve");
        f("cells", self.cells, "of fast-marching, along the longer side");
        f("refine", self.refine, "relax the way that neighbours found");
        geometry::Neighbours::visit(self.neighbours, f);
        NeighbourPool::visit(self.pool, f);
        geometry::Variational::visit(self.variational, f);
        Quadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of a random baseline and of what the solver draws");
    }
};

/// Geodesic Integrated Gradients: the path integral of the gradient along the curve that a metric of the model finds
/// shortest (arXiv 2502.12108, with the corrections that geometry/README.md lists). Complete up to quadrature for every
/// curve; how much cancels is measured (ncc_gap), for no solver can rule it out. Where a solver cannot answer, as where
/// the metric is constant on pieces or not finite beside the line, the curve is the straight line and a note says so.
/// Throws NumericError where the explained number or its gradient is not finite at an end of a curve or on it,
/// ValueError for options out of range and for a model whose rows depend on each other, and as along_paths.
Attribution geodesic_ig(const Model& model, const Tensor& x, const GeodesicIg& options = {});

/// The curves themselves, one for each row of x, from the first draw of its baseline, with length and energy in the
/// metric whatever the solver, beside the straight line's; a note says where that is shorter. Ways over neighbours, of
/// fast marching and of the variational solver have the energy of running through them at even speed in space, as the
/// straight line has. Gradient norm and certificates are those of relax and shooting, else 0.
std::vector<geometry::Geodesic> geodesics(const Model& model, const Tensor& x, const GeodesicIg& options = {});

/// Options of geodesic_ig_knn.
struct GeodesicIgKnn {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    std::string metric = "conformal";  ///< as in GeodesicIg; euclidean is "Enhanced IG" (Jha et al. 2020)
    std::optional<double> epsilon = {};
    bool refine = false;
    geometry::Neighbours neighbours = {};
    NeighbourPool pool = {};
    Quadrature quadrature = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("metric", self.metric, "conformal pullback logits probabilities fisher layer:NAME euclidean");
        f("epsilon", self.epsilon, "of epsilon I, which is added to the metric, as a share of its median size");
        f("refine", self.refine, "relax the way that was found");
        geometry::Neighbours::visit(self.neighbours, f);
        NeighbourPool::visit(self.pool, f);
        Quadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of a random baseline and of points around a line");
    }
};
/// geodesic_ig by ways over neighbours (arXiv 2502.12108, 3.2): one graph for all inputs with one target, one tree for
/// all of them with one baseline, and each edge of it integrated once.
Attribution geodesic_ig_knn(const Model& model, const Tensor& x, const GeodesicIgKnn& options = {});

/// Options of geodesic_ig_svi.
struct GeodesicIgSvi {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    geometry::Variational variational = {};
    Quadrature quadrature = {};
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        geometry::Variational::visit(self.variational, f);
        Quadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of a random baseline and of the draws");
    }
};
/// geodesic_ig by variational inference (arXiv 2502.12108, 3.3). With `paper` or `paper-form` it is not complete.
Attribution geodesic_ig_svi(const Model& model, const Tensor& x, const GeodesicIgSvi& options = {});

}  // namespace gradpath::attribution

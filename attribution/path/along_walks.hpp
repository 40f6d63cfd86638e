#pragma once
#include <functional>
#include <string>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// A path that finds its way while it is walked, of every row at once.
struct Walker {
    Tensor start;                                              ///< like the input
    std::function<Tensor(const Tensor& at, Index step)> next;  ///< the corner after `at`
};

/// How the edges of a walk are integrated.
struct EdgeQuadrature {
    std::optional<double> tolerance = {};  ///< of the integral along the path that was found
    /// One node on each edge, with a tolerance as many as it takes. None: the gradient where the step begins, with a
    /// tolerance gauss-legendre.
    std::optional<QuadratureRule> rule = {};
    /// Gradients per row, at most, where there is a tolerance; of gauss-kronrod each edge has its share, of exact,
    /// which takes as many as there are pieces, each may have all.
    Index max_steps = 250'000;

    static void visit(auto& self, auto&& f) {
        f("tolerance", self.tolerance, "bound on the error of the integral along the path that was found");
        f("rule", self.rule,
          "of each edge; automatic: the gradient where the step begins, with a tolerance gauss-legendre");
        f("max-steps", self.max_steps, "gradients per row, at most, to meet a tolerance");
    }
};

/// Options of along_walks.
struct AlongWalks {
    Target target = Predicted{};
    OutputStage stage = {};
    EdgeQuadrature quadrature = {};
    Index samples = 1;  ///< walks to average over
    Index steps = 200;  ///< edges of a walk
    /// The walk begins at the input and goes away from it; else it begins at a baseline and must end at the input.
    bool away = false;
    Run run = {};
};
/// Makes walk `sample`; evaluations that it makes through the evaluator are counted.
using MakeWalker = std::function<Walker(Evaluator& evaluator, Index sample)>;

/// The mean over walks of A = Σ over edges of ∫ ∇F ∘ dz, taken towards the input: complete with F(x) - F(other end), up
/// to the quadrature of the edges. Holds two corners at a time. Throws ShapeError, DTypeError or ValueError where
/// something does not fit, and for all targets at once, since each has a path of its own.
Attribution along_walks(const std::string& method, const Model& model, const Tensor& x, const AlongWalks& options,
                        const MakeWalker& make);

/// The gradient of the explained number at z, which is shaped like the input; for one target.
Tensor gradient_at(Evaluator& evaluator, const Tensor& z);

/// For steps that follow another gradient than that of the explained number: `move` takes rows of z, from row `first`
/// on, to where they go, with one forward and one backward pass. In chunks within the budget.
using MoveRows = std::function<Tensor(const Tensor& rows, Index first)>;
Tensor by_chunks(Evaluator& evaluator, const Tensor& z, const MoveRows& move);
/// [rows] → [rows, 1, .., 1], which broadcasts to `like`.
Tensor per_row(const Tensor& numbers, const Tensor& like);

}  // namespace gradpath::attribution

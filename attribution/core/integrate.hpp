#pragma once
// The one integral under every path method: A = Σ_edges (p_{k+1} - p_k) ∘ Σ_q w_q ∇F(p_k + α_q (p_{k+1} - p_k)).
#include <optional>
#include <string>
#include <vector>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/path.hpp>
#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/attribution/core/scratch.hpp>

namespace gradpath::attribution {

/// How the integral is taken. `tolerance` bounds |Σ A - dF| and the estimate of Σᵢ |error in Aᵢ|, each divided by
/// max(|dF|, Σ|A|, 1e-12): the sum of a wrong answer can be right. It bounds an estimate of the error, not the error:
/// what no node of the rule comes near, such as a very narrow spike of the gradient, it cannot know. Without rule and
/// steps, a piecewise-linear model is integrated exactly and any other by adaptive Gauss-Kronrod, to 1e-3 in float32
/// and 1e-6 in float64 where none is given (plan_for_many: of means; rows of very many pieces: README.md); with steps
/// and no rule, Gauss-Legendre; a fixed rule with a tolerance doubles its steps until the difference to the doubled
/// rule is small; with steps and no tolerance it is run once and no error is estimated.
struct Quadrature {
    std::optional<double> tolerance = {};
    std::optional<Index> steps = {};  ///< nodes on each edge, at first where there is a tolerance
    std::optional<QuadratureRule> rule = {};
    Index max_steps = 100'000;  ///< gradients per row, at most, where there is a tolerance; 30 for each edge at least

    static void visit(auto& self, auto&& f) {
        f("tolerance", self.tolerance, "bound on relative_delta and on the estimated quadrature_error");
        f("steps", self.steps, "nodes of a fixed rule on each edge of the path");
        f("rule", self.rule, "left right midpoint trapezoid gauss-legendre gauss-kronrod exact captum-trapezoid pair");
        f("max-steps", self.max_steps, "gradients per row, at most, to meet a tolerance");
    }
};

struct QuadraturePlan {
    QuadratureRule rule;
    std::optional<double> tolerance;
    Index steps, max_steps;
    bool choose = false;           ///< exact instead of `rule` where the model is piecewise linear
    bool asked_tolerance = false;  ///< by the caller
    Index most_pieces = 0;         ///< of the exact rule, per row
};
/// The plan that a Quadrature stands for in a dtype. Throws ValueError (naming `method`) for values out of range.
QuadraturePlan plan(const std::string& method, const Quadrature& quadrature, DType dtype);
/// The plan for the mean over `samples` paths, or for one that winds. Where no rule was asked for and the model is
/// piecewise linear, this is Gauss-Legendre, doubled until it is within the tolerance: of 1e-3 unless one was asked
/// for, and 1e-2 for a mean, whose draws differ by more. The exact rule would take up to ten times as many gradients,
/// for each of the paths; it is chosen for tolerances below 1e-4.
QuadraturePlan plan_for_many(const Evaluator& evaluator, const QuadraturePlan& plan, Index samples);

/// What comes out.
struct Integral {
    Numbers values;                            ///< [rows · targets · features]
    std::optional<std::vector<double>> error;  ///< per [row, target]: estimate of Σᵢ |error in Aᵢ|
    std::vector<Index> steps;                  ///< per row: gradients taken
    std::vector<bool> capped;                  ///< per row: stopped by max_steps
    std::vector<Index> needed;                 ///< per row: about how many would do where capped; 0: unknown
    std::vector<bool> floored;                 ///< per row: missed its tolerance by rounding, which no steps can mend
    std::vector<bool> met;                     ///< per row: gap and estimate within the tolerance; empty if none
    QuadratureRule rule = {};                  ///< the one that was used
    std::vector<std::string> notes;
};

/// F at both ends of the path, per [row, target].
struct Ends {
    const std::vector<double>& start;
    const std::vector<double>& end;
};

/// Nothing yet: zeros for `width` numbers per row and target (0: the evaluator's features).
Integral empty_integral(const Evaluator& evaluator, QuadratureRule rule, Index width = 0);

/// Throws ValueError where the plan has a tolerance but its max_steps does not allow the `least` gradients of a first
/// answer.
void require_first_look(const std::string& method, const QuadraturePlan& plan, Index least);

/// Integrates the evaluator's function along a path for every row; a row's answer does not depend on the other rows.
/// Throws ShapeError or DTypeError where corners of the path are not like the input, ValueError where max_steps does
/// not allow the first look: 30 gradients on each edge for Gauss-Kronrod, `steps` for the other rules.
Integral integrate(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends);

/// max(|dF|, Σ|A|, 1e-12): what every error is divided by.
double error_scale(double f_difference, double absolute_sum);

}  // namespace gradpath::attribution

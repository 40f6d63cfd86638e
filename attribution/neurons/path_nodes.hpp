#pragma once
// Where on the straight line from baseline to input the layers are looked at: the nodes of a fixed rule, the same for
// every row, or the middles of the model's linear pieces, each row's own.
#include <optional>
#include <vector>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/linear_pieces.hpp>
#include <gradpath/attribution/core/quadrature.hpp>

namespace gradpath::attribution {

/// What is asked: without rule and steps, the pieces of a piecewise-linear model and 256 nodes of Gauss-Legendre for
/// any other.
struct PathRule {
    std::optional<QuadratureRule> rule = {};
    std::optional<Index> steps = {};
};

/// Node k belongs to row[k]; rows ascend, and the nodes of a row do.
struct PathNodes {
    std::vector<Index> row;
    std::vector<double> at, weight;
    /// Where an output stage bends inside linear pieces: how far to either side the one reaches that the node is the
    /// middle of, 0 for a node that stands for itself. Else empty.
    std::vector<double> reach;
    Index count() const { return static_cast<Index>(row.size()); }
};

/// The nodes for one model. Throws ValueError for gauss-kronrod, for exact with steps or of a model that is not
/// piecewise linear, and for steps that the rule cannot have.
class PathPlan {
public:
    PathPlan(const Evaluator& evaluator, const PathRule& asked);
    QuadratureRule rule() const { return rule_; }
    Index steps() const { return steps_; }  ///< of a fixed rule
    /// For the line from `from` to the evaluator's input. A row with more than 100,000 pieces gets Gauss-Legendre, and
    /// is noted.
    PathNodes nodes(Evaluator& evaluator, const Tensor& from, std::vector<std::string>& notes) const;

private:
    QuadratureRule rule_;
    Index steps_;
    std::optional<LinearPieces> pieces_;
};

}  // namespace gradpath::attribution

#pragma once
// For Shapley Integrated Gradients: the lines to the input from points where a coalition is as in the input already.
#include <string>
#include <vector>

#include <gradpath/attribution/coalition/blocks.hpp>
#include <gradpath/attribution/coalition/game.hpp>
#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution {

/// Coalitions, and how much the line from each counts.
struct Cells {
    std::vector<Coalition> coalitions;
    std::vector<double> weights;
};
/// Each size as much as each other, within a size each coalition that a player is not in: all there are but everybody.
Cells every_cell(Index players);
/// The players next to each other on the circle that an order makes: of size k as many as there are places to begin,
/// n - k of them without any one player. Counted as every_cell counts, so that their mean over orders is the same.
Cells cells_on_circle(const Order& order);

/// Integrates the lines x_S → x in batches, row by row and coalition by coalition, so that neither shows in the values.
class Lines {
public:
    /// The model is the game's. Throws ValueError (naming the game's method) for a quadrature out of range.
    Lines(Model model, Game& game, const Quadrature& quadrature);

    /// Σ weight · IG(x; x_S), the mean over the draws of the background: [lanes · features].
    Numbers sum(const Cells& cells);

    const QuadraturePlan& plan() const { return plan_; }
    const std::vector<Index>& steps() const { return steps_; }  ///< per row: gradients taken
    const std::vector<bool>& met() const { return met_; }       ///< per row: all lines within the plan's tolerance
    const std::vector<std::string>& notes() const { return notes_; }
    std::string rule() const { return describe(rule_); }
    /// Per lane: the estimate of Σᵢ |error in Aᵢ|, the mean of the sums so far; empty where the plan has no tolerance.
    std::vector<double> error() const;

private:
    /// Some coalitions, and the place where their composites come from.
    struct Batch {
        std::span<const Coalition> coalitions;
        std::span<const double> weights;
        Index row, draw;
    };
    void add(const Batch& batch, Numbers& sums);
    void take_figures(const Batch& batch, const Integral& integral);

    Model model_;
    Game& game_;
    QuadraturePlan plan_;
    Index sums_ = 0;
    std::vector<double> error_;
    std::vector<Index> steps_;
    std::vector<bool> met_;
    std::vector<std::string> notes_;
    QuadratureRule rule_;
};

}  // namespace gradpath::attribution

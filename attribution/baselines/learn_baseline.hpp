#pragma once
// Baselines that are learned from data: the values that create no patterns of their own (Ren et al., ICLR 2023).
#include <optional>
#include <vector>

#include <gradpath/attribution/coalition/players.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// What is to be small: with φᵢ⁽ᵐ⁾ the mean of v(S+i) - v(S) over |S| = m (Ren et al. 2023, section 3.2).
enum class PatternLoss : std::uint8_t {
    shapley,  ///< Σᵢ Σₘ |φᵢ⁽ᵐ⁾|
    marginal  ///< Σᵢ Σₘ E |v(S+i) - v(S)|
};
/// "shapley" or "marginal". Throws ValueError that names the nearest.
PatternLoss parse_pattern_loss(std::string_view text);
std::string describe(PatternLoss loss);

/// How it is made small.
enum class LearningRule : std::uint8_t {
    adam,  ///< Adam on some rows a step; after every step the values are brought back to the range of the data
    paper  ///< as released: plain descent on all rows, contexts by chance, and at the end mean ± 0.3 deviations
};

struct LearnBaseline {
    Target target = Predicted{};  ///< of the rows of the data
    OutputStage stage = {};
    Groups groups = {};
    PatternLoss loss = PatternLoss::shapley;
    LearningRule rule = LearningRule::adam;
    std::optional<double> start = {};  ///< of every feature; left out: the mean of the data
    std::optional<Tensor> from = {};   ///< where to start instead, [1, row shape]
    double orders = 0.5;               ///< m = 0, 1, ..: the first ⌊orders · players⌋, at least one
    Index orders_at_once = 0;          ///< drawn for each step, of these; 0: all of them
    Index contexts = 10;               ///< coalitions for each player and order, in each step
    Index rows = 16;                   ///< of the data, in each step
    Index steps = 300;
    double rate = 0.03;      ///< 0.01 as released leaves saturated gates where they are, from 1
    std::uint64_t seed = 0;  ///< of rows and contexts
    Run run = {};
};

/// What suits so many players: as it stands up to 20 players, else the lowest fifth of the orders, one at a time, with
/// one context on four rows, so that a step evaluates about eight points for each player.
LearnBaseline learning_for(Index players);

struct LearnedBaseline {
    Tensor value;                ///< [1, row shape]: one for all inputs
    std::vector<double> losses;  ///< of each step, on its rows and contexts
    Evaluations evaluations = {};
};

/// Learns one baseline for a model from rows of data: absent players should do nothing, so that the patterns of low
/// order that a wrong baseline makes out of those of high order go away. v is the explained number of the row with the
/// baseline where players are absent. The released code takes 100 contexts (LearningRule::paper with contexts = 100).
/// Throws ShapeError, DTypeError or ValueError where model, data, target, groups or options do not fit.
LearnedBaseline learn_baseline(const Model& model, const Tensor& data, const LearnBaseline& options = {});

/// The loss of a baseline [1, row shape] over all rows of the data, per row, on contexts that depend on the seed only:
/// two baselines are compared on the same ones. Throws as learn_baseline.
double pattern_loss(const Model& model, const Tensor& data, const Tensor& baseline, const LearnBaseline& options = {});

}  // namespace gradpath::attribution

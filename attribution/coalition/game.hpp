#pragma once
// The game that a model plays: v(S) is the explained number where the players in S are as in the input and the others
// as in the baseline; over a background of several baselines, the mean (Štrumbelj & Kononenko 2014; Lundberg & Lee
// 2017, the marginal game).
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <gradpath/attribution/coalition/coalition.hpp>
#include <gradpath/attribution/coalition/players.hpp>
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/evaluator.hpp>

namespace gradpath::attribution {

/// What makes a game of a model and an input.
struct Setup {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};
    OutputStage stage = {};
    Groups groups = {};
    std::uint64_t seed = 0;  ///< of a random baseline: its draws are made once, and are the same for every coalition
    Run run = {};
};
/// Of the options of a method.
template <class Options>
Setup setup_of(const Options& o) {
    return {
        .target = o.target, .baseline = o.baseline, .stage = o.stage, .groups = o.groups, .seed = o.seed, .run = o.run};
}

/// One game for each [row, target], with the same players; numbers of all of them stand side by side, as lanes.
class Game {
public:
    /// `method` begins the texts of errors. Throws what Evaluator, players_of and draw_baseline throw.
    Game(std::string method, const Model& model, const Tensor& x, const Setup& setup);

    const std::string& method() const { return evaluator_.method(); }
    const Setup& setup() const { return setup_; }
    Evaluator& evaluator() { return evaluator_; }
    const Evaluator& evaluator() const { return evaluator_; }
    const Players& groups() const { return players_; }
    Index players() const { return players_.count(); }
    Index lanes() const { return evaluator_.rows() * evaluator_.targets(); }
    const std::vector<Tensor>& background() const { return background_; }  ///< each like the input
    const std::vector<double>& v_everybody() const { return evaluator_.f_input(); }
    const std::vector<double>& v_nobody() const { return v_nobody_; }

    /// Throws ValueError unless a list of so many coalitions, each kept so many times (asked for, remembered), fits
    /// the memory budget.
    void require_fits(Index coalitions, Index copies = 4) const;
    /// v of coalitions: [coalitions · lanes]. What was asked for before is remembered, as far as a part of the memory
    /// budget goes, and not evaluated again.
    Numbers values(std::span<const Coalition> coalitions);
    /// v of all 2^players coalitions, by their bits, in the games of one row: [targets · 2^players]. Throws ValueError
    /// for more than 20 players where the numbers do not fit the memory budget. Tells the progress `coalitions`.
    Numbers table(Index row);
    /// The input where the players in S are, draw 0 of the background where they are not: like the input.
    Tensor composite(const Coalition& s) const;
    /// The same of one row and draw for each of some coalitions: [coalitions, row shape].
    Tensor composites(std::span<const Coalition> coalitions, Index row, Index draw) const;

private:
    struct Batch {
        Index coalitions;
        std::function<Coalition(Index)> at;
        Index first_row, rows;
    };
    /// take(c, row, v) for every coalition and row, in order; v is [targets].
    using Take = std::function<void(Index c, Index row, std::span<const double> v)>;
    void evaluate(const Batch& batch, const Take& take);
    Points points(const Batch& batch, Index first, Index last) const;
    void forget();

    Setup setup_;
    Evaluator evaluator_;
    Players players_;
    std::vector<Tensor> background_;
    std::vector<double> v_nobody_;
    std::unordered_map<Coalition, std::size_t, Coalition::Hash> known_;  ///< where in remembered_
    Numbers remembered_;                                                 ///< [.. · lanes]
};

}  // namespace gradpath::attribution

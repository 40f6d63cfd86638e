#pragma once
// How the methods of this folder report what they found.
#include <optional>
#include <vector>

#include <gradpath/attribution/coalition/game.hpp>
#include <gradpath/attribution/core/result.hpp>

namespace gradpath::attribution {

/// What each player, each pair of players, or each feature got in each lane.
struct Shares {
    Numbers values;                      ///< [lanes · players], [lanes · players · players] or [lanes · features]
    std::optional<Numbers> errors = {};  ///< their standard errors, alike
    bool pairs = false;
    bool complete = true;  ///< do they sum to v(everybody) - v(nobody)? Then the figures of completeness are reported
    bool of_features = false;
};

/// The result of a game: a player's share is spread evenly over its features, so that sums stay what they were, and
/// stands in `players` where features are grouped; shares of features are added up there. A method that samples adds
/// seed and samples.
Attribution answer(const Game& game, const Recorder& recorder, const Shares& shares);

/// The same of the lanes one by one, for methods that know all values of the game: f(table of the lane) gives its
/// [players] or [players · players] numbers.
using OfTable = std::function<std::vector<double>(std::span<const double> table)>;
Numbers of_tables(Game& game, const OfTable& f);

/// Throws ShapeError (naming the game's method) where pairs of features are too many to report.
void require_pairs_fit(const Game& game);

}  // namespace gradpath::attribution

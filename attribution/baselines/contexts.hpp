#pragma once
// For learn_baseline: the coalitions to which each player is added.
#include <gradpath/attribution/coalition/players.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution {

/// Coalitions S without a player, `each` for every player, and the same with it, as masks of features.
struct Contexts {
    Index each = 0;      ///< for every player
    Tensor without;      ///< [coalitions, 1 or rows, features]: 1 where the feature's player takes part
    Tensor with;         ///< [players · each, 1 or rows, features], player by player
    Indices of_without;  ///< [players · each]: which coalition each of `with` is one more than
};

/// What contexts are drawn with.
struct ContextDraws {
    const Players& players;
    Index count;         ///< for each player, at most those that there are
    Index rows;          ///< of the data
    std::uint64_t seed;  ///< and stream: one draw
    std::uint64_t stream;
    DType dtype;
};
/// Exactly m players, next to each other on circles of all players in random order: every player is left out equally
/// often, and coalitions are shared by those they leave out. The same for all rows. One context for m = 0.
Contexts contexts_on_circles(const ContextDraws& draws, Index order);
/// Each other player with probability m/n, by a uniform number of its own for every player, context and row: m on
/// average only, and nested for one stream and several m.
Contexts contexts_by_chance(const ContextDraws& draws, Index order);

}  // namespace gradpath::attribution

#pragma once
// Blocks of draws for values of games: what players add along orders, and to coalitions drawn at random.
#include <gradpath/attribution/coalition/sampling.hpp>

namespace gradpath::attribution {

/// The players, one after the other.
using Order = std::vector<Index>;

/// Random orders of all players; draw `block` is the same whatever the number of blocks.
struct OrderDraws {
    bool antithetic = true;   ///< every order also in reverse
    bool stratified = false;  ///< and every rotation of it, so that each player comes first, second, .. equally often
    std::vector<Index> unions = {};  ///< of each player; those of one come one after the other. Empty: none
    std::uint64_t seed = 0;
};
std::vector<Order> orders(const OrderDraws& draws, Index players, Index block);
Index orders_in_block(const OrderDraws& draws, Index players);

/// [lanes · players]: what each player adds when it comes, the mean over the orders; sums to v(everybody) - v(nobody).
Block along_orders(const Game& game, const std::vector<Order>& orders);

/// [lanes · players]: v(S + i) - v(S - i), the mean over the coalitions.
Block flipped(const Game& game, const std::vector<Coalition>& coalitions);

enum class Interaction : std::uint8_t { shapley, taylor };
/// [lanes · players · players], as shapley_interactions and shapley_taylor of table.hpp: of each pair the mean over the
/// orders of v(S+i+j) - v(S+i) - v(S+j) + v(S), where S came before both. That S is as the Shapley-Taylor index weighs
/// it (Sundararajan et al. 2020, section 3); for the Shapley interaction index, which weighs all sizes s of S alike, it
/// counts n / (2 (n - 1 - s)) times.
Block pairs_along_orders(const Game& game, const std::vector<Order>& orders, Interaction kind);

}  // namespace gradpath::attribution

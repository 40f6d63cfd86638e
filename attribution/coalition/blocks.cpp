#include <gradpath/attribution/coalition/blocks.hpp>

#include <algorithm>

#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::uint64_t orders_stream = std::uint64_t{5} << 32, unions_stream = std::uint64_t{6} << 32;

std::size_t at(Index k) { return static_cast<std::size_t>(k); }

Order random_order(const OrderDraws& draws, Index players, Index block) {
    const auto stream = static_cast<std::uint64_t>(block);
    const Indices drawn = random::permutation(players, draws.seed, orders_stream + stream);
    Order order(drawn.data().begin(), drawn.data().end());
    if (draws.unions.empty()) return order;
    const Index unions = *std::max_element(draws.unions.begin(), draws.unions.end()) + 1;
    const Indices turn = random::permutation(unions, draws.seed, unions_stream + stream);
    std::ranges::stable_sort(order, {}, [&](Index player) { return turn[draws.unions[at(player)]]; });
    return order;
}

/// nobody, the first player, the first two, .. everybody.
std::vector<Coalition> prefixes(const Order& order) {
    std::vector<Coalition> all{Coalition(static_cast<Index>(order.size()))};
    for (const Index player : order) all.push_back(all.back().with(player));
    return all;
}

void append(std::vector<Coalition>& list, const std::vector<Coalition>& more) {
    list.insert(list.end(), more.begin(), more.end());
}

/// Adds what each player of the order adds when it comes, times `weight`; v(k, lane) is that of its prefix k.
template <class V>
void add_marginals(const Order& order, const V& v, double weight, Index lanes, Numbers& sums) {
    const auto players = static_cast<Index>(order.size());
    for (Index k = 0; k < players; ++k)
        for (Index lane = 0; lane < lanes; ++lane)
            sums[at(lane * players + order[at(k)])] += weight * (v(k + 1, lane) - v(k, lane));
}

/// The coalitions that pairs_along_orders asks for along one order: its prefixes, then S + j for every S = prefix k and
/// every j that comes after the next, k by k.
std::vector<Coalition> asked_for_pairs(const Order& order) {
    std::vector<Coalition> all = prefixes(order);
    const std::size_t n = order.size();
    for (std::size_t k = 0; k < n; ++k)
        for (std::size_t j = k + 1; j < n; ++j) all.push_back(Coalition(all[k]).with(order[j]));
    return all;
}

/// The interactions of one order, times `weight`, into sums [players · players] of one lane; v(k) is that of coalition
/// k of asked_for_pairs.
template <class V>
void add_pairs(const Order& order, const V& v, double weight, Interaction kind, double* sums) {
    const auto n = static_cast<Index>(order.size());
    Index extra = n + 1;
    const auto v_with = [&](Index first_extra, Index k, Index j) { return v(first_extra + j - k - 1); };
    for (Index k = 0; k + 1 < n; ++k) {
        const Index next_extra = extra + n - k - 1, i = order[at(k)];
        const double counts =
            kind == Interaction::taylor ? 1 : static_cast<double>(n) / static_cast<double>(2 * (n - 1 - k));
        for (Index j = k + 1; j < n; ++j) {
            const double both = j == k + 1 ? v(k + 2) : v_with(next_extra, k + 1, j);
            const double half = weight * counts * (both - v(k + 1) - v_with(extra, k, j) + v(k)) / 2;
            sums[i * n + order[at(j)]] += half;
            sums[order[at(j)] * n + i] += half;
            if (kind == Interaction::taylor) continue;
            sums[i * n + i] -= half;
            sums[order[at(j)] * n + order[at(j)]] -= half;
        }
        extra = next_extra;
    }
    for (Index k = 0; k < n; ++k) {
        const double alone = k == 0 ? v(1) : v_with(n + 1, 0, k);
        const double own = kind == Interaction::taylor ? alone - v(0) : v(k + 1) - v(k);
        sums[order[at(k)] * (n + 1)] += weight * own;
    }
}

}  // namespace

Index orders_in_block(const OrderDraws& draws, Index players) {
    return (draws.antithetic ? 2 : 1) * (draws.stratified ? players : 1);
}

std::vector<Order> orders(const OrderDraws& draws, Index players, Index block) {
    std::vector<Order> all{random_order(draws, players, block)};
    for (Index k = 1; draws.stratified && k < players; ++k) {
        all.push_back(all.back());
        std::rotate(all.back().begin(), all.back().begin() + 1, all.back().end());
    }
    const std::size_t forward = all.size();
    for (std::size_t k = 0; draws.antithetic && k < forward; ++k) all.emplace_back(all[k].rbegin(), all[k].rend());
    return all;
}

Block along_orders(const Game& game, const std::vector<Order>& orders) {
    game.require_fits(static_cast<Index>(orders.size()) * (game.players() + 1));
    Block block;
    for (const Order& order : orders) append(block.coalitions, prefixes(order));
    block.answer = [orders, lanes = game.lanes(), players = game.players()](const Numbers& v) {
        Numbers sums(at(lanes * players), 0);
        for (std::size_t o = 0; o < orders.size(); ++o) {
            const double* values = v.data() + at(static_cast<Index>(o) * (players + 1) * lanes);
            add_marginals(
                orders[o], [&](Index k, Index lane) { return values[k * lanes + lane]; },
                1 / static_cast<double>(orders.size()), lanes, sums);
        }
        return sums;
    };
    return block;
}

Block flipped(const Game& game, const std::vector<Coalition>& coalitions) {
    Block block;
    const Index players = game.players();
    for (const Coalition& s : coalitions)
        for (Index i = 0; i < players; ++i) {
            Coalition without = s;
            without.remove(i);
            append(block.coalitions, {without, s.with(i)});
        }
    block.answer = [count = static_cast<Index>(coalitions.size()), lanes = game.lanes(), players](const Numbers& v) {
        Numbers sums(at(lanes * players), 0);
        for (Index k = 0; k < count * players; ++k)
            for (Index lane = 0; lane < lanes; ++lane)
                sums[at(lane * players + k % players)] +=
                    (v[at((2 * k + 1) * lanes + lane)] - v[at(2 * k * lanes + lane)]) / static_cast<double>(count);
        return sums;
    };
    return block;
}

Block pairs_along_orders(const Game& game, const std::vector<Order>& orders, Interaction kind) {
    const Index players = game.players();
    game.require_fits(static_cast<Index>(orders.size()) * (players + 1 + players * (players - 1) / 2));
    Block block;
    for (const Order& order : orders) append(block.coalitions, asked_for_pairs(order));
    block.answer = [orders, kind, lanes = game.lanes(), n = game.players()](const Numbers& v) {
        Numbers sums(at(lanes * n * n), 0);
        const Index each = (n + 1 + n * (n - 1) / 2) * lanes;
        for (Index lane = 0; lane < lanes; ++lane)
            for (std::size_t o = 0; o < orders.size(); ++o) {
                const double* values = v.data() + static_cast<Index>(o) * each + lane;
                add_pairs(
                    orders[o], [&](Index k) { return values[k * lanes]; }, 1 / static_cast<double>(orders.size()), kind,
                    sums.data() + lane * n * n);
            }
        return sums;
    };
    return block;
}

}  // namespace gradpath::attribution

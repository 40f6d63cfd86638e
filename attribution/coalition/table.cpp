// What a player adds to a coalition, v(S+i) - v(S), weighted by the size of S: every value here is such a sum, and so
// is 0 exactly where a player adds nothing, and is not negative where none takes away.
#include <gradpath/attribution/coalition/table.hpp>

#include <bit>
#include <cmath>

#include <gradpath/attribution/coalition/coalition.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

using Bits = std::uint64_t;

Bits bit(Index player) { return Bits{1} << player; }
bool has(Bits s, Index player) { return (s & bit(player)) != 0; }

/// f(S, S + player) for every S without the player.
template <class F>
void each_pair(std::size_t size, Index player, const F& f) {
    for (Bits s = 0; s < size; ++s)
        if (!has(s, player)) f(s, s | bit(player));
}

/// How much a coalition of each size counts, of those without some players.
using SizeWeights = std::vector<double>;

/// Of sizes 0 .. others: each size as much as each other, within it each coalition.
SizeWeights equal_by_size(Index others) {
    SizeWeights weights;
    for (Index s = 0; s <= others; ++s) weights.push_back(1 / (static_cast<double>(others + 1) * choose(others, s)));
    return weights;
}

std::vector<double> weighted(Table v, const SizeWeights& weights) {
    std::vector<double> shares(static_cast<std::size_t>(players_of(v)), 0);
    for (Index i = 0; i < players_of(v); ++i)
        each_pair(v.size(), i, [&](Bits s, Bits with) {
            shares[static_cast<std::size_t>(i)] +=
                weights[static_cast<std::size_t>(std::popcount(s))] * (v[with] - v[s]);
        });
    return shares;
}

/// Σ over S without i and j of weight(|S|) (v(S+i+j) - v(S+i) - v(S+j) + v(S)), for i < j.
template <class F>
void each_interaction(Table v, const SizeWeights& weights, const F& take) {
    const Index n = players_of(v);
    for (Index i = 0; i < n; ++i)
        for (Index j = i + 1; j < n; ++j) {
            double sum = 0;
            each_pair(v.size(), i, [&](Bits s, Bits with) {
                if (has(s, j)) return;
                const double apart = v[with] - v[s], together = v[with | bit(j)] - v[s | bit(j)];
                sum += weights[static_cast<std::size_t>(std::popcount(s))] * (together - apart);
            });
            take(static_cast<std::size_t>(i), static_cast<std::size_t>(j), sum);
        }
}

/// Every subset of a set, the empty one first.
template <class F>
void each_subset(Bits of, const F& f) {
    Bits s = 0;
    do {
        f(s);
        s = (s - of) & of;
    } while (s != 0);
}

}  // namespace

Index players_of(Table table) {
    require<ShapeError>(std::has_single_bit(table.size()), "game: a table has 2^players numbers but this one has ",
                        static_cast<Index>(table.size()));
    return std::countr_zero(table.size());
}

void moebius(std::span<double> table) {
    for (Index i = 0; i < players_of(table); ++i)
        each_pair(table.size(), i, [&](Bits s, Bits with) { table[with] -= table[s]; });
}

void zeta(std::span<double> table) {
    for (Index i = 0; i < players_of(table); ++i)
        each_pair(table.size(), i, [&](Bits s, Bits with) { table[with] += table[s]; });
}

std::vector<double> shapley_values(Table v) { return weighted(v, equal_by_size(players_of(v) - 1)); }

std::vector<double> banzhaf_values(Table v) {
    const Index n = players_of(v);
    return weighted(v, SizeWeights(static_cast<std::size_t>(n), std::ldexp(1.0, static_cast<int>(1 - n))));
}

std::vector<double> order_shapley_values(Table v, Index order) {
    const Index n = players_of(v);
    require(order >= 0 && order < n, "game: the order of Shapley values of ", n, " players lies in [0, ", n,
            ") but is ", order);
    SizeWeights weights(static_cast<std::size_t>(n), 0);
    weights[static_cast<std::size_t>(order)] = 1 / choose(n - 1, order);
    return weighted(v, weights);
}

std::vector<double> owen_values(Table v, std::span<const Index> unions) {
    const Index n = players_of(v);
    require<ShapeError>(static_cast<Index>(unions.size()) == n, "game: there must be a union for each of ", n,
                        " players but there are ", static_cast<Index>(unions.size()));
    std::vector<Bits> members;  // of each union
    for (Index i = 0; i < n; ++i) {
        const auto u = static_cast<std::size_t>(unions[static_cast<std::size_t>(i)]);
        if (u >= members.size()) members.resize(u + 1, 0);
        members[u] |= bit(i);
    }
    const Bits every_union = (Bits{1} << members.size()) - 1;
    const SizeWeights of_unions = equal_by_size(static_cast<Index>(members.size()) - 1);
    std::vector<double> shares(static_cast<std::size_t>(n), 0);
    for (Index i = 0; i < n; ++i) {
        const auto own = static_cast<std::size_t>(unions[static_cast<std::size_t>(i)]);
        const Bits mates = members[own] & ~bit(i);
        const SizeWeights of_mates = equal_by_size(std::popcount(mates));
        each_subset(every_union & ~bit(static_cast<Index>(own)), [&](Bits before) {
            Bits others = 0;
            for (std::size_t u = 0; u < members.size(); ++u)
                if (has(before, static_cast<Index>(u))) others |= members[u];
            each_subset(mates, [&](Bits some) {
                const Bits s = others | some;
                const double weight = of_unions[static_cast<std::size_t>(std::popcount(before))] *
                                      of_mates[static_cast<std::size_t>(std::popcount(some))];
                shares[static_cast<std::size_t>(i)] += weight * (v[s | bit(i)] - v[s]);
            });
        });
    }
    return shares;
}

std::vector<double> shapley_interactions(Table v) {
    const auto n = static_cast<std::size_t>(players_of(v));
    std::vector<double> shares(n * n, 0);
    const std::vector<double> sums = shapley_values(v);
    for (std::size_t i = 0; i < n; ++i) shares[i * n + i] = sums[i];
    each_interaction(v, equal_by_size(players_of(v) - 2), [&](std::size_t i, std::size_t j, double index) {
        shares[i * n + j] = shares[j * n + i] = index / 2;
        shares[i * n + i] -= index / 2;
        shares[j * n + j] -= index / 2;
    });
    return shares;
}

std::vector<double> shapley_taylor(Table v) {
    const Index players = players_of(v);
    const auto n = static_cast<std::size_t>(players);
    SizeWeights weights;
    for (Index s = 0; s + 2 <= players; ++s)
        weights.push_back(2 / (static_cast<double>(players) * choose(players - 1, s)));
    std::vector<double> shares(n * n, 0);
    for (std::size_t i = 0; i < n; ++i) shares[i * n + i] = v[std::size_t{1} << i] - v[0];
    each_interaction(v, weights, [&](std::size_t i, std::size_t j, double index) {
        shares[i * n + j] = shares[j * n + i] = index / 2;
    });
    return shares;
}

Model multilinear_extension(Table v) {
    const Index n = players_of(v);
    const Tensor table({1, static_cast<Index>(v.size())}, v);
    return [table, n](const Tensor& q) {
        require<ShapeError>(q.rank() == 2 && q.shape()[1] == n, "multilinear extension: takes rows of ", n,
                            " probabilities but the input has shape ", q.shape());
        Tensor left = broadcast_to(table, {q.rows(), table.size()});
        for (Index i = n; i-- > 0;) {  // the highest bit halves the table
            const Index half = left.shape()[1] / 2;
            const Tensor without = slice(left, 1, 0, half), with = slice(left, 1, half, 2 * half);
            left = without + slice(q, 1, i, i + 1) * (with - without);
        }
        return reshape(left, {q.rows()});
    };
}

}  // namespace gradpath::attribution

#include <gradpath/attribution/baselines/contexts.hpp>

#include <algorithm>
#include <map>

#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::uint64_t context_stream = std::uint64_t{16} << 32;

/// Masks of features, one after the other.
class Masks {
public:
    explicit Masks(const Players& players) : players_(players) {}
    /// takes_part(player) says who does.
    template <class F>
    void add(const F& takes_part) {
        for (const Index player : players_.of) numbers_.push_back(takes_part(player) ? 1.0 : 0.0);
    }
    Index count() const { return static_cast<Index>(numbers_.size() / players_.of.size()); }
    Tensor made(Index rows, DType dtype) const {
        const auto features = static_cast<Index>(players_.of.size());
        return Tensor({count() / rows, rows, features}, std::span<const double>(numbers_)).to(dtype);
    }

private:
    const Players& players_;
    std::vector<double> numbers_;
};

/// The players on a circle and where each stands.
struct Circle {
    Indices order;
    std::vector<Index> place;

    Circle(Index players, std::uint64_t seed, std::uint64_t stream)
        : order(random::permutation(players, seed, stream)), place(static_cast<std::size_t>(players)) {
        for (Index k = 0; k < players; ++k) place[static_cast<std::size_t>(order[k])] = k;
    }
    /// Is the player among the `size` that follow place `first`?
    bool among(Index player, Index first, Index size) const {
        const Index players = order.size();
        return (place[static_cast<std::size_t>(player)] - first + players) % players < size;
    }
};

}  // namespace

Contexts contexts_on_circles(const ContextDraws& draws, Index m) {
    const Index n = draws.players.count(), distances = m == 0 ? 1 : n - m;
    const Index each = m == 0 ? 1 : draws.count, circles = (each + distances - 1) / distances;
    Masks without(draws.players), with(draws.players);
    std::vector<Circle> all;
    for (Index c = 0; c < circles; ++c)
        all.emplace_back(n, draws.seed, context_stream + draws.stream * 4096 + static_cast<std::uint64_t>(c));
    std::map<std::pair<Index, Index>, Index> known;  // circle and first place of the coalitions in `without`
    std::vector<Index> of_without;
    for (Index player = 0; player < n; ++player)
        for (Index k = 0; k < each; ++k) {
            const Index c = k % circles, distance = 1 + k / circles * distances * circles / each;
            const Circle& circle = all[static_cast<std::size_t>(c)];
            const Index first = m == 0 ? 0 : (circle.place[static_cast<std::size_t>(player)] + distance) % n;
            const auto [found, fresh] = known.try_emplace({c, first}, without.count());
            if (fresh) without.add([&](Index other) { return circle.among(other, first, m); });
            with.add([&](Index other) { return other == player || circle.among(other, first, m); });
            of_without.push_back(found->second);
        }
    const auto count = static_cast<Index>(of_without.size());
    return {each, without.made(1, draws.dtype), with.made(1, draws.dtype), Indices({count}, of_without)};
}

Contexts contexts_by_chance(const ContextDraws& draws, Index m) {
    const Index n = draws.players.count(), each = m == 0 ? 1 : draws.count;
    const double kept = static_cast<double>(m) / static_cast<double>(n);
    Masks without(draws.players), with(draws.players);
    std::vector<Index> of_without;
    for (Index player = 0; player < n; ++player)
        for (Index k = 0; k < each; ++k) {
            for (Index row = 0; row < draws.rows; ++row) {
                const auto draw = static_cast<std::uint64_t>(((player * draws.count + k) * draws.rows + row) * n);
                const auto chosen = [&](Index other) {
                    const std::uint64_t at = draw + static_cast<std::uint64_t>(other);
                    return other != player && random::uniform_at(draws.seed, context_stream + draws.stream, at) < kept;
                };
                without.add(chosen);
                with.add([&](Index other) { return other == player || chosen(other); });
            }
            of_without.push_back(player * each + k);
        }
    const auto count = static_cast<Index>(of_without.size());
    return {each, without.made(draws.rows, draws.dtype), with.made(draws.rows, draws.dtype),
            Indices({count}, of_without)};
}

}  // namespace gradpath::attribution

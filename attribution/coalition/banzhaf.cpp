#include <gradpath/attribution/coalition/banzhaf.hpp>

#include <gradpath/attribution/coalition/blocks.hpp>
#include <gradpath/attribution/coalition/table.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::uint64_t coalitions_stream = std::uint64_t{7} << 32;

/// Every player takes part with probability 1/2; antithetic: and the coalition of all others.
std::vector<Coalition> drawn(Index players, Index block, const Banzhaf& o) {
    Coalition s(players);
    for (Index i = 0; i < players; ++i) {
        const auto stream = coalitions_stream + static_cast<std::uint64_t>(block);
        if (random::uniform_at(o.seed, stream, static_cast<std::uint64_t>(i)) < 0.5) s.add(i);
    }
    if (!o.sampling.antithetic) return {s};
    return {s, s.rest()};
}

}  // namespace

Attribution banzhaf(const Model& model, const Tensor& x, const Banzhaf& o) {
    const Recorder recorder;
    Game game("banzhaf", model, x, setup_of(o));
    return exact_or_sampled(game, recorder, o.sampling,
                            {.exact = banzhaf_values,
                             .block = [&](Index k) { return flipped(game, drawn(game.players(), k, o)); },
                             .effort = effort_of(o.sampling, 2000, o.sampling.antithetic ? 2 : 1),
                             .complete = false});
}

}  // namespace gradpath::attribution

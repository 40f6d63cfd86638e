#include <gradpath/attribution/coalition/owen.hpp>

#include <numeric>

#include <gradpath/attribution/coalition/blocks.hpp>
#include <gradpath/attribution/coalition/table.hpp>

namespace gradpath::attribution {
namespace {

/// The union of each player.
std::vector<Index> unions_of(const Game& game, const Groups& unions) {
    std::vector<Index> of(static_cast<std::size_t>(game.players()));
    std::iota(of.begin(), of.end(), Index{0});
    if (unions.kind == Groups::Kind::features) return of;
    const Shape& x = game.evaluator().input().shape();
    const Players of_features = players_of("owen: unions", unions, x.slice(1, x.rank()));
    std::vector<bool> known(of.size(), false);
    for (std::size_t i = 0; i < of_features.of.size(); ++i) {
        const auto player = static_cast<std::size_t>(game.groups().of[i]);
        require(!known[player] || of[player] == of_features.of[i], "owen: a union holds whole players but player ",
                static_cast<Index>(player), " lies in unions ", of[player], " and ", of_features.of[i]);
        of[player] = of_features.of[i];
        known[player] = true;
    }
    return of;
}

}  // namespace

Attribution owen(const Model& model, const Tensor& x, const Owen& o) {
    const Recorder recorder;
    Game game("owen", model, x, setup_of(o));
    const OrderDraws draws{.antithetic = o.sampling.antithetic, .unions = unions_of(game, o.unions), .seed = o.seed};
    return exact_or_sampled(game, recorder, o.sampling,
                            {.exact = [&](Table v) { return owen_values(v, draws.unions); },
                             .block = [&](Index k) { return along_orders(game, orders(draws, game.players(), k)); },
                             .effort = effort_of(o.sampling, 2000, orders_in_block(draws, game.players()))});
}

}  // namespace gradpath::attribution

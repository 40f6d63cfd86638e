// Along one order, every pair has its turn: of S, the players before both, v(S+i+j) - v(S+i) - v(S+j) + v(S). What a
// player does alone and these of all pairs telescope to v(everybody) - v(nobody), so each order is complete by itself.
#include <gradpath/attribution/coalition/interactions.hpp>

#include <gradpath/attribution/coalition/blocks.hpp>
#include <gradpath/attribution/coalition/table.hpp>

namespace gradpath::attribution {
namespace {

Attribution pairs(Game& game, const Recorder& recorder, const Interactions& o, const OfTable& exact, Interaction kind) {
    require_pairs_fit(game);
    const OrderDraws draws{.antithetic = o.sampling.antithetic, .seed = o.seed};
    return exact_or_sampled(
        game, recorder, o.sampling,
        {.exact = exact,
         .block = [&](Index k) { return pairs_along_orders(game, orders(draws, game.players(), k), kind); },
         .effort = effort_of(o.sampling, 200, orders_in_block(draws, game.players())),
         .pairs = true});
}

}  // namespace

Attribution shapley_interactions(const Model& model, const Tensor& x, const Interactions& o) {
    const Recorder recorder;
    Game game("shapley-interactions", model, x, setup_of(o));
    return pairs(
        game, recorder, o, [](Table v) { return shapley_interactions(v); }, Interaction::shapley);
}

Attribution shapley_taylor(const Model& model, const Tensor& x, const Interactions& o) {
    const Recorder recorder;
    Game game("shapley-taylor", model, x, setup_of(o));
    return pairs(
        game, recorder, o, [](Table v) { return shapley_taylor(v); }, Interaction::taylor);
}

}  // namespace gradpath::attribution

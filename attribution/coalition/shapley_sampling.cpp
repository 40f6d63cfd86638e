#include <gradpath/attribution/coalition/shapley_sampling.hpp>

#include <gradpath/attribution/coalition/blocks.hpp>

namespace gradpath::attribution {

Attribution shapley_sampling(const Model& model, const Tensor& x, const ShapleySampling& o) {
    const Recorder recorder;
    Game game("shapley-sampling", model, x, setup_of(o));
    const OrderDraws draws{.antithetic = o.sampling.antithetic, .stratified = o.stratified, .seed = o.seed};
    const Effort effort = effort_of(o.sampling, 2000, orders_in_block(draws, game.players()));
    const auto block = [&](Index k) { return along_orders(game, orders(draws, game.players(), k)); };
    return answer(game, recorder, sample(game, effort, game.players(), block), effort);
}

}  // namespace gradpath::attribution

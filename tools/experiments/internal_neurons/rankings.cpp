#include <gradpath/tools/experiments/internal_neurons/rankings.hpp>

#include <cmath>
#include <numeric>

#include <gradpath/attribution/neurons/internal_neurons.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/tools/experiments/spread.hpp>

namespace gradpath::tools::internal_neurons {
namespace {

using attribution::Stage;

attribution::Run run_of(const Setting& s) {
    return {.memory = s.options.common.memory, .cancel = &s.options.interrupted};
}

/// Scores of every unit, of the region and of the whole image: [images, units].
Tensor scores(const Setting& s, const attribution::Region& region) {
    return attribution::internal_neurons(s.net, s.to_rank,
                                         {.target = s.label,
                                          .stage = {Stage::probability},
                                          .layer = s.layer,
                                          .region = region,
                                          .steps = s.rank_steps,
                                          .run = run_of(s)})
        .values;
}

double total(const std::vector<double>& list) { return std::accumulate(list.begin(), list.end(), 0.0); }

}  // namespace

std::vector<Ranking> rankings(const Setting& s) {
    const Tensor inside = scores(s, s.region), whole = scores(s, attribution::region::Whole{});
    std::vector<Ranking> list{
        {"internal-neurons", attribution::ranked_by_value(inside)},
        {"internal-neurons, inside / outside", attribution::ranked_by_ratio(inside, whole - inside)},
        {"conductance", attribution::ranked_by_value(whole)}};
    const Index units = inside.size() / inside.rows();
    for (Index k = 0; k < s.repeats; ++k) {
        const Indices order = random::permutation(units, s.options.common.seed, 1000 + static_cast<std::uint64_t>(k));
        list.push_back({"random", {order.data().begin(), order.data().end()}});
    }
    return list;
}

void measure(const Setting& s, Ranking& ranking) {
    const attribution::Pruning options{.target = s.label,
                                       .stage = {Stage::probability},
                                       .layer = s.layer,
                                       .region = s.region,
                                       .counts = s.counts,
                                       .quadrature = {.steps = s.steps},
                                       .run = run_of(s)};
    const attribution::LayerInfo layer = attribution::find_layer("reproduce", s.net, s.to_explain, s.layer);
    for (const attribution::PrunedAnswer& answer : attribution::prune(s.net, s.to_explain, ranking.order, options)) {
        ranking.inside.push_back(total(answer.inside));
        ranking.outside.push_back(total(answer.outside));
        ranking.inside_error.push_back(half_width_of_sum(answer.inside));
        ranking.outside_error.push_back(half_width_of_sum(answer.outside));
        ranking.probability.push_back(mean_of(answer.ig.f_input));
        const auto images = static_cast<double>(answer.ig.f_input.size());
        ranking.probability_error.push_back(half_width_of_sum(answer.ig.f_input) / images);
        ranking.maps.push_back(answer.ig.values);
        const auto silent = std::span(ranking.order).first(static_cast<std::size_t>(answer.silent));
        const Indices labels({s.unseen.rows()}, std::vector(static_cast<std::size_t>(s.unseen.rows()), s.label));
        ranking.accuracy.push_back(nn::evaluate(attribution::pruned(s.net, layer, silent), {s.unseen, labels},
                                                {.cancel = &s.options.interrupted})
                                       .accuracy);
        const double right = ranking.accuracy.back();  // a share of independent rows: binomial
        ranking.accuracy_error.push_back(1.96 * std::sqrt(right * (1 - right) / static_cast<double>(s.unseen.rows())));
    }
}

}  // namespace gradpath::tools::internal_neurons

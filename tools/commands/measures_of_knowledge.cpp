// How near the values come to what is known: where the evidence is, exact Shapley values, the classes of the rows.
#include <algorithm>
#include <array>
#include <cmath>

#include <gradpath/attribution/coalition/exact.hpp>
#include <gradpath/attribution/quality/agreement.hpp>
#include <gradpath/attribution/quality/localisation.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/measures.hpp>

namespace gradpath::tools {
namespace {

namespace quality = attribution::quality;

template <double quality::Localisation::*field>
PerRow located(const Measure&, const Contest& q, Contestant& c) {
    return each(quality::localisation(c.values, q.inside), field);
}

attribution::Baseline baseline_of(const Contest& q) { return q.baseline.value_or(attribution::baseline::Zero{}); }

/// What each player of each row gets, [rows, players].
Tensor by_player(const Tensor& values, const attribution::Players& players) {
    const Tensor numbers = flatten(values.to(DType::float64));
    const auto from = numbers.data<double>();
    const auto count = static_cast<std::size_t>(players.count()), width = players.of.size();
    std::vector<double> sums(static_cast<std::size_t>(numbers.rows()) * count, 0);
    for (std::size_t k = 0; k < from.size(); ++k)
        sums[k / width * count + static_cast<std::size_t>(players.of[k % width])] += from[k];
    return Tensor({numbers.rows(), players.count()}, std::span<const double>(sums));
}

/// Rows where the figure is infinite have none.
template <double (*figure)(quality::List, quality::List)>
PerRow agreement(const Measure&, const Contest& q, Contestant& c) {
    const Tensor shares = by_player(c.values, q.exact->players);
    const auto answer = shares.data<double>(), truth = q.exact->values.data<double>();
    const auto width = static_cast<std::size_t>(q.exact->players.count());
    PerRow list;
    for (std::size_t first = 0; first < answer.size(); first += width) {
        const double found = figure(answer.subspan(first, width), truth.subspan(first, width));
        list.push_back(std::isfinite(found) ? found : NAN);
    }
    return list;
}

PerRow largest_error(const Measure& self, const Contest& q, Contestant& c) {
    if (!c.f_baseline) return {};  // in units of its own
    return agreement<quality::largest_error>(self, q, c);
}

/// None where the baselines of the rows are predicted to be of several classes.
PerRow purity(const Measure&, const Contest& q, Contestant& c) {
    const NoRecording plain;
    const auto classes = [&](const Tensor& x) {
        const Indices best = argmax(flatten(q.subject.run(x)));
        return std::vector<Index>(best.data().begin(), best.data().end());
    };
    const std::vector<Index> empty =
        classes(attribution::draw_baseline("compare: purity", baseline_of(q), q.x, {q.seed, 0}));
    if (std::ranges::adjacent_find(empty, std::not_equal_to{}) != empty.end()) return {};
    return quality::purity_by_row(quality::sizes_of(c.values), classes(q.x), empty.front());
}

constexpr Measure of_region(const char* name, const char* words, decltype(Measure::of) of) {
    return {
        .name = name, .words = words, .better = Better::high, .of = of, .needs = Needs::region, .low = 0, .high = 1};
}

constexpr Measure of_shapley(const char* name, const char* words, Better better, decltype(Measure::of) of) {
    return {.name = name, .words = words, .better = better, .of = of, .needs = Needs::players, .low = 0};
}

constexpr Measure correlation(const char* name, const char* words, decltype(Measure::of) of) {
    Measure m = of_shapley(name, words, Better::high, of);
    m.low = -1;
    m.high = 1;
    return m;
}

constexpr std::array<Measure, 11> list{{
    of_region("localisation", "share of the positive a that is inside of --locate",
              located<&quality::Localisation::mass>),
    of_region("localisation-rank", "share inside of as many of the largest pixels as --locate has",
              located<&quality::Localisation::rank>),
    of_region("pointing-game", "share of the pictures whose largest pixel is inside of --locate",
              located<&quality::Localisation::pointing>),
    of_region("localisation-top", "share inside of --locate of the ten largest pixels",
              located<&quality::Localisation::top>),
    of_region("localisation-roc", "area under the ROC curve of a against --locate; 1/2 by chance",
              located<&quality::Localisation::area>),
    correlation("shapley-cosine", "cosine of the players' sums of a with exact Shapley values",
                agreement<quality::cosine>),
    correlation("shapley-spearman", "Spearman's rank correlation of the players' sums of a with exact Shapley values",
                agreement<quality::spearman>),
    correlation("shapley-kendall", "Kendall's rank correlation of the players' sums of a with exact Shapley values",
                agreement<quality::kendall>),
    of_shapley("shapley-divergence",
               "KL divergence of the players' shares of |a| from those of exact Shapley values, in nats; not of rows "
               "where a player that has a share gets none",
               Better::low, agreement<quality::share_divergence>),
    of_shapley("shapley-error", "largest error of a player's sum of a, in units of what is explained", Better::low,
               largest_error),
    {.name = "purity",
     .words =
         "share of rows that are in the upper half by the sum of |a| and predicted otherwise than the baseline, or "
         "in the lower half and predicted like it",
     .better = Better::high,
     .of = purity,
     .needs = Needs::many_rows,
     .low = 0,
     .high = 1},
}};

}  // namespace

std::span<const Measure> measures_of_knowledge() { return list; }

void prepare(Contest& q) {
    const bool asked = std::ranges::any_of(
        q.measures, [](const std::string& name) { return find_measure(name).needs == Needs::players; });
    if (!asked) return;
    const attribution::Attribution exact = attribution::shapley(q.subject.run, q.x,
                                                                {.target = q.asked(),
                                                                 .baseline = baseline_of(q),
                                                                 .stage = q.stage,
                                                                 .groups = q.groups,
                                                                 .seed = q.seed,
                                                                 .run = q.run});
    const attribution::Players players = attribution::players_of("compare", q.groups, q.x.shape().slice(1, q.x.rank()));
    q.exact = ExactShares{players, by_player(exact.values, players)};
}

}  // namespace gradpath::tools

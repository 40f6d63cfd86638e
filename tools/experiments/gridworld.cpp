// Shapley Integrated Gradients on grid worlds (arXiv 2310.04821 has such an experiment, whose details could not be
// read): a network learns what each of the 256 configurations of a world is worth, and methods are asked what each
// thing in it contributes. The truth are the network's exact Shapley values, so methods that sample these agree by
// construction.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gradpath/attribution/coalition/exact.hpp>
#include <gradpath/attribution/coalition/shapley_ig.hpp>
#include <gradpath/attribution/coalition/shapley_sampling.hpp>
#include <gradpath/attribution/coalition/table.hpp>
#include <gradpath/attribution/path/expected_gradients.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/attribution/quality/agreement.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/grid_world_value.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/experiments/collected.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/grid_picture.hpp>

namespace gradpath::tools {
namespace {

namespace baseline = attribution::baseline;
using attribution::Attribution;
using attribution::Baseline;
using attribution::CoalitionLine;
using attribution::Rescaling;

constexpr Index items = 8;
constexpr Index nodes = 4;  // of each line of `full`, which also looks at its two ends
constexpr Index full_order = (2 * nodes + 2) * (items * (items - 1) + 1);  // evaluations of an order of `full`
constexpr Index order = items - 1;  // of a permutation: nobody and everybody are known
constexpr Index draw = 3;           // of expected gradients: one there and back, and one at the baseline
constexpr Index orders_tried[] = {1, 2, 4, 8};
constexpr const char* exact_name = "exact Shapley of the network";
constexpr Index pictured = 3;  // worlds

/// One question: what does each item of this world contribute?
struct Question {
    attribution::Model f;
    Tensor x, corners;  ///< everything is there; all 256 configurations
    std::uint64_t seed;
    attribution::Run run;
};

attribution::Quadrature steps(Index count) {
    return {.steps = count, .rule = attribution::QuadratureRule::gauss_legendre};
}

Attribution line_from(const Question& q, const Baseline& baseline, Index budget) {
    return attribution::integrated_gradients(
        q.f, q.x, {.baseline = baseline, .quadrature = steps(budget / 2), .seed = q.seed, .run = q.run});
}

Attribution coalition_lines(const Question& q, CoalitionLine line, Rescaling normalise, Index samples) {
    return attribution::shapley_integrated_gradients(q.f, q.x,
                                                     {.line = line,
                                                      .samples = samples,
                                                      .normalise = normalise,
                                                      .quadrature = steps(nodes),
                                                      .seed = q.seed,
                                                      .run = q.run});
}

struct Competitor {
    const char* name;
    const char* note;
    /// With so many evaluations: rows run forward or backward.
    Attribution (*run)(const Question& q, Index budget);
};
constexpr const char* by_construction = "agrees by construction: it samples what the truth is the mean of";
constexpr const char* other_game = "from a baseline that is not the truth's";
constexpr const char* same_baseline = "the truth's baseline";
const Competitor competitors[] = {
    {"full", "shares as they come",
     [](const Question& q, Index budget) {
         return coalition_lines(q, CoalitionLine::full, Rescaling::none, budget / full_order);
     }},
    {"full, normalised", "rescaled to F(x) - F(x')",
     [](const Question& q, Index budget) {
         return coalition_lines(q, CoalitionLine::full, Rescaling::completeness, budget / full_order);
     }},
    {"marginal", by_construction,
     [](const Question& q, Index budget) {
         return coalition_lines(q, CoalitionLine::marginal, Rescaling::completeness, budget / (items * order));
     }},
    {"permutation sampling", by_construction,
     [](const Question& q, Index budget) {
         return attribution::shapley_sampling(
             q.f, q.x, {.sampling = {.samples = budget / order / 2 * 2}, .seed = q.seed, .run = q.run});
     }},
    {"IG, zero", same_baseline, [](const Question& q, Index budget) { return line_from(q, baseline::Zero{}, budget); }},
    {"IG, mean", other_game,
     [](const Question& q, Index budget) { return line_from(q, baseline::Constant{0.5}, budget); }},
    {"IG, uniform", other_game,
     [](const Question& q, Index budget) { return line_from(q, baseline::Uniform{}, budget); }},
    {"IG, gaussian", "from noise of 0.5 around the input itself",
     [](const Question& q, Index budget) {
         return line_from(q, baseline::Gaussian{.sigma = 0.5, .clip = false}, budget);
     }},
    {"expected gradients", other_game,
     [](const Question& q, Index budget) {
         return attribution::expected_gradients(
             q.f, q.x,
             {.baseline = baseline::Samples{q.corners}, .samples = budget / draw, .seed = q.seed, .run = q.run});
     }},
};

Tensor all_corners() {
    std::vector<double> bits;
    for (Index s = 0; s < Index{1} << items; ++s)
        for (Index i = 0; i < items; ++i) bits.push_back(static_cast<double>(s >> i & 1));
    return Tensor({Index{1} << items, items}, std::span<const double>(bits));
}

std::vector<double> numbers(const Tensor& values) {
    const std::span<const double> data = values.data<double>();
    return {data.begin(), data.end()};
}

std::string suffix(Index budget) { return text(", ", budget, " evaluations"); }

void add_agreement(Collected& all, const std::string& method, const std::string& suffix,
                   attribution::quality::List answer, attribution::quality::List truth) {
    const attribution::quality::Agreement a = attribution::quality::agreement(answer, truth);
    all.add(method, "cosine" + suffix, a.cosine);
    all.add(method, "Spearman" + suffix, a.spearman);
    all.add(method, "Kendall" + suffix, a.kendall);
    all.add(method, "KL" + suffix, a.divergence);
    all.add(method, "max error" + suffix, a.largest_error);
}

Panels::Panel picture_of(const std::string& title, const models::GridWorld& world, GridPicture what) {
    Panels::Panel panel{.title = title, .alt = text("the world, coloured by ", title)};
    panel.light = grid_picture(world, what);
    what.theme = Theme::dark;
    panel.dark = grid_picture(world, what);
    return panel;
}

/// What the methods said of one world at the largest budget.
struct Pictured {
    models::GridWorld world;
    std::vector<std::pair<std::string, std::vector<double>>> shares;
};

Panels pictures_of(const Pictured& p) {
    double limit = 0;
    for (const auto& [name, shares] : p.shares)
        for (const double share : shares) limit = std::max(limit, std::abs(share));
    const models::BestWalk walk = best_walk(p.world, ~std::uint64_t{0});
    Panels row{.caption = text("The best walk with everything there is worth ", short_number(walk.value, 3),
                               ", with nothing ", short_number(best_walk(p.world, 0).value, 3), "."),
               .panels = {picture_of("the best walk", p.world, {.walk = walk.cells})},
               .bar = true,
               .scale = {.limit = limit}};
    for (const auto& [name, shares] : p.shares)
        row.panels.push_back(picture_of(name, p.world, {.shares = shares, .limit = limit}));
    return row;
}

/// All that is measured.
struct Bench {
    Collected all;
    std::vector<Pictured> pictures;
};

void measure_world(const ExperimentOptions& o, std::uint64_t number, Bench& bench) {
    const models::GridWorld world = models::random_grid_world(o.common.seed, number);
    const std::vector<double> game = models::grid_world_game(world);
    const models::FittedValue fitted = models::fit_grid_world_value(
        game, {.iterations = o.quick ? 200 : 1000, .seed = o.common.seed + number, .cancel = &o.interrupted});
    const Question q{.f = [&fitted](const Tensor& x) { return fitted.net(x); },
                     .x = ones({1, items}, DType::float64),
                     .corners = all_corners(),
                     .seed = o.common.seed + number,
                     .run = {.memory = o.common.memory, .cancel = &o.interrupted}};
    const std::vector<double> truth = numbers(attribution::shapley(q.f, q.x, {.run = q.run}).values);
    add_agreement(bench.all, exact_name, ", environment", truth, attribution::shapley_values(game));
    bench.all.add(exact_name, "error of the network, environment", fitted.error);
    const double difference = std::reduce(truth.begin(), truth.end());
    Pictured picture{world, {{exact_name, truth}}};
    for (const Index orders : orders_tried) {
        const Index budget = orders * full_order;
        for (const Competitor& c : competitors) {
            const Attribution a = c.run(q, budget);
            const std::vector<double> shares = numbers(a.values);
            add_agreement(bench.all, c.name, suffix(budget), shares, truth);
            bench.all.add(c.name, "gap of the sum" + suffix(budget),
                          std::abs(std::reduce(shares.begin(), shares.end()) - difference));
            bench.all.add(c.name, "spent" + suffix(budget),
                          static_cast<double>(a.evaluations.forward + a.evaluations.backward));
            const bool drawn = &c == &competitors[1] || &c == &competitors[4];
            if (drawn && orders == *std::rbegin(orders_tried)) picture.shares.emplace_back(c.name, shares);
        }
    }
    if (bench.pictures.size() < static_cast<std::size_t>(pictured)) bench.pictures.push_back(std::move(picture));
}

Chart chart_of(const Collected& all) {
    Chart chart{.title = "How far from the exact Shapley values",
                .x_label = "evaluations",
                .y_label = "largest error of a share",
                .alt = "largest errors of nine methods against evaluations",
                .curves = {},
                .log_x = true,
                .log_y = true,
                .caption =
                    "Means over the worlds with their 95 % intervals. Only the methods that sample the Shapley "
                    "value itself come nearer with more work; each of the others has an answer of its own."};
    for (const Competitor& c : competitors) {
        Chart::Curve curve{.name = c.name, .x = {}, .y = {}};
        for (const Index orders : orders_tried) {
            const Index budget = orders * full_order;
            const auto mean = attribution::quality::confidence(all.values(c.name, "max error" + suffix(budget)));
            curve.x.push_back(static_cast<double>(budget));
            curve.y.push_back(mean.mean);
            curve.low.push_back(mean.low);
            curve.high.push_back(mean.high);
        }
        chart.curves.push_back(std::move(curve));
    }
    return chart;
}

/// "At 570 evaluations, from the nearest to the farthest by mean cosine: marginal 0.99, full 0.98, ..".
std::string ranking(const Collected& all, Index budget) {
    std::vector<std::pair<double, std::string>> near;
    for (const Competitor& c : competitors) near.emplace_back(-all.mean(c.name, "cosine" + suffix(budget)), c.name);
    std::ranges::sort(near);
    std::string words = text("At ", budget, " evaluations, from the nearest to the farthest by mean cosine: ");
    for (std::size_t k = 0; k < near.size(); ++k)
        words += text(k == 0 ? "" : ", ", near[k].second, " ", short_number(-near[k].first, 4));
    return words + ".";
}

Text what_is_compared() {
    return {
        {"A world of 5 by 5 cells holds three coins, two traps, a key, a door and a wall; each is there or not, and "
         "value iteration tells what the best walk of each of the 256 configurations is worth. A softplus network "
         "8-32-32-1 is fitted to that, and explained where everything is there, against nothing. The truth are the "
         "network's exact Shapley values.",
         "By construction, marginal and permutation sampling agree with the truth up to sampling error: they "
         "estimate the very mean that the truth is. That full, its normalised form or Integrated Gradients agree "
         "is not by construction, nor is it promised: full averages Integrated Gradients over coalitions, which "
         "for products of players gives other shares than Shapley's. Normalising multiplies all shares by one number, "
         "which changes no direction and no order; where shares of both signs nearly cancel it is a large one, and "
         "the error grows with it.",
         "All methods get the same number of evaluations, rows run forward or backward. Those that ask for the "
         "same coalition again pay for it in this count, as they would where there are too many to repeat; spent "
         "is what was run, for games remember. The exact values take 256 evaluations, fewer than the least budget: "
         "nobody has to sample a game of 8 players. Farthest would be zero here, and a blur needs neighbours.",
         "The worlds and tables of Liu et al. (2023) could not be read: nothing stands beside these."}};
}

}  // namespace

Study study_gridworld(const ExperimentOptions& o) {
    const std::uint64_t worlds = o.quick ? 4 : 20;
    Bench bench;
    Progress progress(Progress::style(o.common.quiet), "worlds");
    for (std::uint64_t k = 0; k < worlds; ++k) {
        measure_world(o, k, bench);
        progress.tell("worlds", static_cast<Index>(k + 1), static_cast<Index>(worlds));
    }
    progress.end_line();
    Study study;
    std::vector<Collected::Note> notes{{exact_name, "against the exact Shapley values of value iteration itself"}};
    for (const Competitor& c : competitors) notes.push_back({c.name, c.note});
    bench.all.append_rows(study, notes);
    Section tables{"Agreement with the exact Shapley values", {chart_of(bench.all)}};
    for (const Index orders : orders_tried)
        tables.blocks.emplace_back(
            bench.all.table(text(orders * full_order, " evaluations: means over the worlds with 95 % intervals."),
                            suffix(orders * full_order)));
    Section seen{"What contributes to a walk",
                 {Text{{"S start, G goal, C coin, T trap, K key, D door, W wall; grey cells are rocks."}}}};
    for (const Pictured& picture : bench.pictures) seen.blocks.emplace_back(pictures_of(picture));
    study.report = {
        .title = "Shapley Integrated Gradients in grid worlds",
        .subtitle = text(worlds, " random worlds, all competitors at equal evaluations."),
        .sections = {{"What is compared",
                      {what_is_compared(), Text{{ranking(bench.all, full_order), ranking(bench.all, 8 * full_order)}}}},
                     std::move(tables),
                     std::move(seen),
                     {"The network and the world",
                      {bench.all.table("The network's exact Shapley values against those of value "
                                       "iteration, and the root mean square error of the network.",
                                       ", environment")}}},
        .provenance = {}};
    return study;
}

}  // namespace gradpath::tools

// Section 7 of Lundstrom et al. 2022 on Fashion-MNIST, with what its released code does wrong put right: every unit is
// ranked once, scores are summed over all images of the ranking (not the last batch), repeats of the random order keep
// counts of their own, and derivatives of the layer are taken without a Jacobian of the whole batch.
#include <algorithm>
#include <filesystem>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/experiments/internal_neurons/findings.hpp>
#include <gradpath/tools/experiments/internal_neurons/rankings.hpp>
#include <gradpath/tools/experiments/spread.hpp>
#include <gradpath/tools/experiments/trained.hpp>

namespace gradpath::tools::internal_neurons {
namespace {

constexpr Index sneaker = 7, tenth = 6;  // the class; 10 % of the 64 hidden units
constexpr Index explained = 64, shown = 3;
constexpr double paper_test_accuracy = 0.8859;

/// What the paper's files hold: sums of Integrated Gradients inside and outside over 64 images. The random column is
/// one draw a row.
struct Published {
    Index silent;
    double value_in, value_out, ratio_in, ratio_out, random_in, random_out;
};
constexpr Published published[] = {
    {0, 25.04, 37.18, 25.04, 37.18, 25.04, 37.18},  {1, 23.56, 38.69, 25.25, 36.78, 27.13, 34.82},
    {2, 22.84, 39.54, 24.47, 38.41, 26.55, 36.78},  {3, 21.40, 39.44, 24.45, 38.38, 26.04, 36.49},
    {4, -6.73, 50.97, 24.35, 38.75, 25.02, 37.32},  {5, 1.01, 43.99, 24.32, 38.78, 25.96, 36.60},
    {8, -7.34, 43.85, 22.54, 38.64, 26.52, 34.06},  {16, -13.52, 35.04, 23.32, 36.35, 33.50, 27.62},
    {20, -17.99, 37.31, 21.93, 36.63, 7.33, 42.09}, {32, -12.85, 27.65, -6.21, 19.25, 11.69, 12.25},
};

enum Column : std::size_t { by_value, by_ratio, by_conductance, at_random };  // at_random: all repeats together
constexpr Column columns[] = {by_value, by_ratio, by_conductance, at_random};

/// What is measured of every order, and the paper's figure where there is one.
struct Quantity {
    const char* name;
    std::vector<double> Ranking::*values;
    std::vector<double> Ranking::*half_widths;
    std::optional<double> (*paper)(Column column, Index silent);
};

std::optional<double> paper_sum(Column column, Index silent, double Published::*const (&sums)[4]) {
    const auto row = std::ranges::find(published, silent, &Published::silent);
    if (row == std::end(published) || column == by_conductance) return {};
    return (*row).*sums[column];
}
std::optional<double> paper_inside(Column column, Index silent) {
    return paper_sum(column, silent, {&Published::value_in, &Published::ratio_in, nullptr, &Published::random_in});
}
std::optional<double> paper_outside(Column column, Index silent) {
    return paper_sum(column, silent, {&Published::value_out, &Published::ratio_out, nullptr, &Published::random_out});
}
std::optional<double> paper_accuracy(Column column, Index silent) {
    if ((silent != 6 && silent != 16) || column < by_conductance) return {};
    if (column == by_conductance) return silent == 6 ? 0.752 : 0.544;
    return silent == 6 ? 0.951 : 0.895;
}
std::optional<double> no_paper(Column, Index) { return {}; }

constexpr Quantity inside{"IG inside", &Ranking::inside, &Ranking::inside_error, paper_inside};
constexpr Quantity outside{"IG outside", &Ranking::outside, &Ranking::outside_error, paper_outside};
constexpr Quantity probability{"probability", &Ranking::probability, &Ranking::probability_error, no_paper};
constexpr Quantity accuracy{"accuracy on sneakers", &Ranking::accuracy, &Ranking::accuracy_error, paper_accuracy};

models::DataSet of_class(const models::DataSet& data, Index label, Index most) {
    std::vector<Index> rows;
    for (Index i = 0; i < data.labels.size() && static_cast<Index>(rows.size()) < most; ++i)
        if (data.labels[i] == label) rows.push_back(i);
    return models::subset(data, Indices({static_cast<Index>(rows.size())}, rows));
}

/// A number with the ends of what it varies in.
struct Figure {
    double value, low, high;
};

/// The rankings as columns of a table, with a place for each count of silent units.
class Columns {
public:
    Columns(const Setting& setting, std::vector<Ranking> all) : setting_(setting), all_(std::move(all)) {}

    const Ranking& ranking(Column column) const { return all_[column]; }  ///< of the random ones the first
    std::size_t place_of(Index silent) const {
        return static_cast<std::size_t>(std::ranges::find(setting_.counts, silent) - setting_.counts.begin());
    }

    /// Random orders: mean, 5th and 95th percentile over the repeats; others: the number and its 95 % interval.
    Figure figure(Column column, std::size_t place, const Quantity& q) const {
        if (column != at_random) {
            const double value = (all_[column].*q.values)[place];
            const double half = (all_[column].*q.half_widths)[place];
            return {value, value - half, value + half};
        }
        std::vector<double> repeats;
        for (std::size_t k = at_random; k < all_.size(); ++k) repeats.push_back((all_[k].*q.values)[place]);
        return {mean_of(repeats), quantile(repeats, 0.05), quantile(repeats, 0.95)};
    }

    Chart::Curve curve(Column column, const Quantity& q) const {
        Chart::Curve curve{.name = ranking(column).name, .x = {}, .y = {}};
        for (std::size_t k = 0; k < setting_.counts.size(); ++k) {
            const Figure f = figure(column, k, q);
            curve.x.push_back(static_cast<double>(setting_.counts[k]));
            curve.y.push_back(f.value);
            curve.low.push_back(f.low), curve.high.push_back(f.high);
        }
        return curve;
    }

private:
    const Setting& setting_;
    std::vector<Ranking> all_;
};

Setting prepare(const ExperimentOptions& o) {
    const models::DataSet train = models::fashion_mnist(), test = models::fashion_mnist({.part = models::Part::test});
    std::vector<Index> counts{0, 1, 2, 3, 4, 5, tenth, 8, 16, 20, 32};
    if (o.quick) counts = {0, 1, 3, tenth, 16};
    models::Model net = trained(o, train, "lenet-small", o.quick ? 4 : 35);
    const nn::Evaluation known = nn::evaluate(net, {test.x, test.labels}, {.cancel = &o.interrupted});
    return {.options = o,
            .net = std::move(net),
            .test_accuracy = known.accuracy,
            .label = sneaker,
            .layer = "relu3",
            .region = {13, 21, 16, 27},
            .to_rank = of_class(train, sneaker, o.quick ? 200 : 1000).x,
            .to_explain = of_class(train, sneaker, explained).x,
            .unseen = of_class(test, sneaker, test.labels.size()).x,
            .rank_steps = o.quick ? 30 : 120,
            .steps = o.quick ? 60 : 240,
            .counts = std::move(counts),
            .repeats = 20};
}

Columns run(const Setting& s) {
    Progress progress(Progress::style(s.options.common.quiet), "orders");
    progress.tell("ranking units", 0, 1);
    std::vector<Ranking> all = rankings(s);
    for (std::size_t k = 0; k < all.size(); ++k) {
        progress.tell("pruning sneakers", static_cast<Index>(k), static_cast<Index>(all.size()), all[k].name);
        measure(s, all[k]);
        if (k > at_random) all[k].maps.clear();  // the first is shown
    }
    return {s, std::move(all)};
}

void add_rows(const Setting& s, const Columns& c, std::vector<StudyRow>& rows) {
    for (const Column column : columns)
        for (std::size_t k = 0; k < s.counts.size(); ++k)
            for (const Quantity& q : {inside, outside, probability, accuracy}) {
                const Figure f = c.figure(column, k, q);
                rows.push_back({.method = c.ranking(column).name,
                                .figure = text(q.name, ", ", s.counts[k], " silent"),
                                .value = f.value,
                                .low = f.low,
                                .high = f.high,
                                .paper = q.paper(column, s.counts[k]),
                                .note = column == at_random ? "mean of 20 random orders, 5th and 95th percentile"
                                                            : "95 % interval by the spread of the images"});
            }
}

Table table_of(const Setting& s, const Columns& c, const Quantity& q) {
    Table table{.caption = text(q.name, " of rows 13 to 20, columns 16 to 26, summed over ", s.to_explain.rows(),
                                " images. Random: mean of ", s.repeats, " orders, 5th to 95th percentile."),
                .columns = {{"silent", true}},
                .rows = {}};
    for (const Column column : columns) {
        table.columns.push_back({column == by_ratio ? "inside / outside" : c.ranking(column).name, true});
        if (column == at_random) table.columns.push_back({"5 to 95 %", true});
        if (column != by_conductance) table.columns.push_back({"paper", true});
    }
    for (std::size_t k = 0; k < s.counts.size(); ++k) {
        std::vector<std::string>& row = table.rows.emplace_back(std::vector{to_text(s.counts[k])});
        for (const Column column : columns) {
            const Figure f = c.figure(column, k, q);
            row.push_back(fixed(f.value, 2));
            if (column == at_random) row.push_back(text(fixed(f.low, 2), " to ", fixed(f.high, 2)));
            if (column == by_conductance) continue;
            const std::optional<double> paper = q.paper(column, s.counts[k]);
            row.push_back(paper ? fixed(*paper, 2) : "");
        }
    }
    return table;
}

Chart chart_of(const Columns& c, const char* title, const Quantity& q) {
    Chart chart{.title = title,
                .x_label = "silent units of 64",
                .y_label = q.name,
                .alt = text(q.name, " as units are silenced in four orders"),
                .curves = {}};
    for (const Column column : columns) chart.curves.push_back(c.curve(column, q));
    return chart;
}

/// The first images before and after, on one scale each.
Section pictures(const Setting& s, const Columns& c) {
    Section section{"Before and after: 6 of 64 units silent", {}};
    const std::size_t before = c.place_of(0), after = c.place_of(tenth);
    for (Index i = 0; i < shown; ++i) {
        const auto one = [&](const Tensor& t) { return reshape(slice(t, 0, i, i + 1), s.net.input); };
        std::vector<HeatColumn> maps{{"whole network", one(c.ranking(by_value).maps[before])}};
        for (const Column column : columns)
            maps.push_back({c.ranking(column).name, one(c.ranking(column).maps[after])});
        Panels panels = heat_panels(one(s.to_explain), maps);
        frame(panels.panels[0].light, s.region);
        section.blocks.push_back(std::move(panels));
    }
    return section;
}

/// Are the sums after pruning a tenth by IPNA below what random orders leave?
std::string verdict(const Figure& value, const Figure& random, bool met) {
    return text("After silencing 6 units (10 %) by internal-neurons, ", fixed(value.value, 2),
                " is left inside of the region; random orders leave ", fixed(random.value, 2), " on average and ",
                fixed(random.low, 2), " at their 5th percentile: ",
                met ? "the units found carry the region." : "the units found do not stand out from random ones.");
}

}  // namespace

Findings sneakers(const ExperimentOptions& o) {
    if (!std::filesystem::is_directory(models::FashionMnist{}.folder))
        return {.rows = {},
                .headline = {},
                .sections = {{"Sneakers",
                              {Text{{"Left out: Fashion-MNIST is not installed (Debian package "
                                     "dataset-fashion-mnist)."}}}}}};
    const Setting s = prepare(o);
    const Columns c = run(s);
    const std::size_t after = c.place_of(tenth);
    const Figure before = c.figure(by_value, 0, inside), found = c.figure(by_value, after, inside),
                 random = c.figure(at_random, after, inside);
    Findings findings{.met = found.value < random.low};
    findings.rows = {{.method = "whole network",
                      .figure = "test accuracy",
                      .value = s.test_accuracy,
                      .paper = paper_test_accuracy,
                      .note = "Fashion-MNIST, all classes"}};
    add_rows(s, c, findings.rows);
    findings.headline = {{"inside, whole network", fixed(before.value, 2), "Integrated Gradients, 64 sneakers"},
                         {"inside, 6 of 64 units silent", fixed(found.value, 2), "those internal-neurons names first"},
                         {"5th percentile of random", fixed(random.low, 2), text(s.repeats, " orders")}};
    findings.sections = {
        {"Sneakers: which hidden units carry the sole?",
         {Text{{verdict(found, random, findings.met),
                "The paper's network has other weights, so its numbers show the same story at best; its random column "
                "is one draw a row."}},
          table_of(s, c, inside), table_of(s, c, outside), chart_of(c, "What is left inside of the region", inside),
          chart_of(c, "What stands outside", outside), chart_of(c, "What the network still knows", accuracy)}},
        pictures(s, c)};
    return findings;
}

}  // namespace gradpath::tools::internal_neurons

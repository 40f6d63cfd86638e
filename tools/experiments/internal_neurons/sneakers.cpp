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

/// Inside or outside of the row with so many silent units, for ranking 0 (value), 1 (ratio) or 3 (random).
std::optional<double> paper_sum(std::size_t ranking, Index silent, bool inside) {
    for (const Published& p : published) {
        if (p.silent != silent) continue;
        if (ranking == 0) return inside ? p.value_in : p.value_out;
        if (ranking == 1) return inside ? p.ratio_in : p.ratio_out;
        if (ranking == 3) return inside ? p.random_in : p.random_out;
    }
    return {};
}

std::optional<double> paper_accuracy(std::size_t ranking, Index silent) {
    if (ranking == 2) return silent == 6 ? std::optional(0.752) : silent == 16 ? std::optional(0.544) : std::nullopt;
    if (ranking == 3) return silent == 6 ? std::optional(0.951) : silent == 16 ? std::optional(0.895) : std::nullopt;
    return {};
}

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

/// One column of the table: the rankings named alone, and the random ones taken together.
class Columns {
public:
    Columns(const Setting& setting, std::vector<Ranking> all) : setting_(setting), all_(std::move(all)) {}

    static constexpr std::size_t random = 3;  // the first of them
    std::size_t count() const { return random + 1; }
    const Ranking& first(std::size_t column) const { return all_[column]; }
    std::size_t place_of(Index silent) const {
        return static_cast<std::size_t>(std::ranges::find(setting_.counts, silent) - setting_.counts.begin());
    }

    /// Random orders: mean, 5th and 95th percentile over the repeats; others: the number ± `error`, if there is one.
    Figure figure(std::size_t column, std::size_t place, std::vector<double> Ranking::*what,
                  std::vector<double> Ranking::*error = nullptr) const {
        if (column < random) {
            const double value = (all_[column].*what)[place], half = error ? (all_[column].*error)[place] : 0;
            return {value, value - half, value + half};
        }
        std::vector<double> repeats;
        for (std::size_t k = random; k < all_.size(); ++k) repeats.push_back((all_[k].*what)[place]);
        return {mean_of(repeats), quantile(repeats, 0.05), quantile(repeats, 0.95)};
    }

    Chart::Curve curve(std::size_t column, std::vector<double> Ranking::*what,
                       std::vector<double> Ranking::*error = nullptr) const {
        Chart::Curve curve{.name = all_[column].name, .x = {}, .y = {}};
        for (std::size_t k = 0; k < setting_.counts.size(); ++k) {
            const Figure f = figure(column, k, what, error);
            curve.x.push_back(static_cast<double>(setting_.counts[k]));
            curve.y.push_back(f.value);
            if (column == random || error) curve.low.push_back(f.low), curve.high.push_back(f.high);
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
        if (k > Columns::random) all[k].maps.clear();
    }
    return {s, std::move(all)};
}

void add_rows(const Setting& s, const Columns& c, std::vector<StudyRow>& rows) {
    const auto add = [&](std::size_t column, std::size_t k, const char* what, const Figure& f,
                         std::optional<double> paper, const char* note) {
        rows.push_back({.method = c.first(column).name,
                        .figure = text(what, ", ", s.counts[k], " silent"),
                        .value = f.value,
                        .low = f.low,
                        .high = f.high,
                        .paper = paper,
                        .note = note});
    };
    for (std::size_t column = 0; column < c.count(); ++column) {
        const bool random = column == Columns::random;
        const char* of_images =
            random ? "mean of 20 random orders, 5th and 95th percentile" : "95 % interval by the spread of the images";
        const char* of_one = random ? of_images : "";
        for (std::size_t k = 0; k < s.counts.size(); ++k) {
            const Index silent = s.counts[k];
            add(column, k, "IG inside", c.figure(column, k, &Ranking::inside, &Ranking::inside_error),
                paper_sum(column, silent, true), of_images);
            add(column, k, "IG outside", c.figure(column, k, &Ranking::outside, &Ranking::outside_error),
                paper_sum(column, silent, false), of_images);
            add(column, k, "probability", c.figure(column, k, &Ranking::probability), {}, of_one);
            add(column, k, "accuracy on sneakers", c.figure(column, k, &Ranking::accuracy),
                paper_accuracy(column, silent), of_one);
        }
    }
}

std::string pair_text(const Figure& inside, const Figure& outside) {
    return text(fixed(inside.value, 2), " / ", fixed(outside.value, 2));
}

Table table_of(const Setting& s, const Columns& c) {
    Table table{
        .caption = text("Integrated Gradients inside / outside of rows 13 to 20, columns 16 to 26, summed over ",
                        s.to_explain.rows(), " images. Random: mean of ", s.repeats,
                        " orders. The paper's network has other weights, so its numbers show the same story "
                        "at best; its random column is one draw a row."),
        .columns = {{"silent", true}},
        .rows = {}};
    for (std::size_t column = 0; column < c.count(); ++column) {
        table.columns.push_back({c.first(column).name, true});
        if (column != 2) table.columns.push_back({"paper", true});
    }
    for (std::size_t k = 0; k < s.counts.size(); ++k) {
        std::vector<std::string> row{to_text(s.counts[k])};
        for (std::size_t column = 0; column < c.count(); ++column) {
            const Figure inside = c.figure(column, k, &Ranking::inside),
                         outside = c.figure(column, k, &Ranking::outside);
            row.push_back(pair_text(inside, outside));
            if (column == Columns::random)
                row.back() += text(" (inside ", fixed(inside.low, 2), " to ", fixed(inside.high, 2), ")");
            if (column == 2) continue;
            const auto in = paper_sum(column, s.counts[k], true), out = paper_sum(column, s.counts[k], false);
            row.push_back(in ? text(fixed(*in, 2), " / ", fixed(*out, 2)) : "");
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

Chart chart_of(const Columns& c, const char* title, const char* label, std::vector<double> Ranking::*what,
               std::vector<double> Ranking::*error) {
    Chart chart{.title = title,
                .x_label = "silent units of 64",
                .y_label = label,
                .alt = text(label, " as units are silenced in four orders"),
                .curves = {}};
    for (std::size_t column = 0; column < c.count(); ++column) chart.curves.push_back(c.curve(column, what, error));
    return chart;
}

/// The first images before and after, on one scale each.
Section pictures(const Setting& s, const Columns& c) {
    Section section{"Before and after: 6 of 64 units silent", {}};
    const std::size_t before = c.place_of(0), after = c.place_of(tenth);
    for (Index i = 0; i < shown; ++i) {
        const auto one = [&](const Tensor& t) { return reshape(slice(t, 0, i, i + 1), s.net.input); };
        std::vector<HeatColumn> columns{{"whole network", one(c.first(0).maps[before])}};
        for (std::size_t column = 0; column < c.count(); ++column)
            columns.push_back({c.first(column).name, one(c.first(column).maps[after])});
        Panels panels = heat_panels(one(s.to_explain), columns);
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
    const Figure before = c.figure(0, 0, &Ranking::inside), value = c.figure(0, after, &Ranking::inside),
                 random = c.figure(Columns::random, after, &Ranking::inside);
    Findings findings{.met = value.value < random.low};
    findings.rows = {{.method = "whole network",
                      .figure = "test accuracy",
                      .value = s.test_accuracy,
                      .paper = paper_test_accuracy,
                      .note = "Fashion-MNIST, all classes"}};
    add_rows(s, c, findings.rows);
    findings.headline = {{"inside, whole network", fixed(before.value, 2), "Integrated Gradients, 64 sneakers"},
                         {"inside, 6 of 64 units silent", fixed(value.value, 2), "those internal-neurons names first"},
                         {"5th percentile of random", fixed(random.low, 2), text(s.repeats, " orders")}};
    findings.sections = {
        {"Sneakers: which hidden units carry the sole?",
         {Text{{verdict(value, random, findings.met)}}, table_of(s, c),
          chart_of(c, "What is left inside of the region", "Integrated Gradients inside", &Ranking::inside,
                   &Ranking::inside_error),
          chart_of(c, "What stands outside", "Integrated Gradients outside", &Ranking::outside,
                   &Ranking::outside_error),
          chart_of(c, "What the network still knows", "share of sneakers named right", &Ranking::accuracy, nullptr)}},
        pictures(s, c)};
    return findings;
}

}  // namespace gradpath::tools::internal_neurons

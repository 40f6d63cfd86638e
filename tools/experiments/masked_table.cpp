// A network on a table of 12 columns, six of numbers and six of 0 and 1, whose classes come of pairs and triples of
// columns: how many patterns it has at each baseline, and of which orders. A wrong baseline turns patterns of high
// order into many of low order.
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/train.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/experiments/masked_states.hpp>

namespace gradpath::tools {
namespace {

using attribution::LearnBaseline;
using attribution::LearningRule;
using attribution::PatternLoss;

constexpr Index columns = 12, numeric = 6, train_rows = 1000, rows_to_learn = 200, rows_to_count = 20,
                rows_of_paper = 40;

struct TableData {
    Tensor x;        ///< standardised
    Indices labels;  ///< 0 or 1
};

TableData mixed_table(Index rows, std::uint64_t seed) {
    const Tensor numbers = random::normal({rows, numeric}, {seed, 1, DType::float64}),
                 flags = random::bernoulli({rows, columns - numeric}, 0.5, {seed, 2, DType::float64});
    const Tensor x = concat({numbers, flags * 2.0 - 1.0}, 1);
    std::vector<Index> labels;
    for (Index row = 0; row < rows; ++row) {
        const auto at = [&](Index k) { return x.at(row * columns + k); };
        const double both = at(6) > 0 && at(7) > 0 ? 1 : -1, all = at(8) > 0 && at(9) > 0 && at(0) > 0 ? 2 : -0.5;
        labels.push_back(1.5 * at(0) * at(1) + at(2) - std::abs(at(3)) + 1.5 * both + all + 0.5 > 0 ? 1 : 0);
    }
    return {x, Indices({rows}, labels)};
}

models::Model trained(const TableData& data, const ExperimentOptions& o) {
    models::Model net = models::make("mlp", {{"widths", text(columns, "-100-100-2")}},
                                     nn::Init{.seed = o.common.seed, .dtype = DType::float64});
    nn::fit(net, {data.x, data.labels},
            {.epochs = o.quick ? 15 : 60, .optimizer = nn::Adam{.rate = 3e-3}, .seed = 1, .cancel = &o.interrupted});
    return net;
}

struct Row {
    std::string name;
    PatternCounts counts;
    double low_orders() const { return counts.shares[0] + counts.shares[1] + counts.shares[2]; }
};

std::vector<Index> first_labels(const TableData& data, Index rows) {
    const auto all = data.labels.data();
    return {all.begin(), all.begin() + rows};
}

std::vector<Row> measure(const models::Model& net, const TableData& data, const ExperimentOptions& o) {
    const attribution::Model model = net;
    const attribution::OutputStage stage{.kind = attribution::Stage::log_odds};
    std::vector<Row> rows;
    const Index counted = o.quick ? 4 : rows_to_count;
    const auto add = [&](const std::string& name, const Tensor& baseline) {
        const CountPatterns how{first_labels(data, counted), stage};
        rows.push_back({name, count_patterns(model, slice(data.x, 0, 0, counted), baseline, how)});
    };
    const auto learned = [&](const std::string& name, Index count, LearnBaseline options) {
        options.target = first_labels(data, count);
        options.stage = stage;
        options.seed = o.common.seed;
        options.run.cancel = &o.interrupted;
        add(name, attribution::learn_baseline(model, slice(data.x, 0, 0, count), options).value);
    };
    add("zero", zeros({1, columns}, DType::float64));
    add("mean", mean(data.x, {.axes = {0}, .keep = true}));
    const Index steps = o.quick ? 40 : 300;
    learned("learned, shapley loss", rows_to_learn, {.contexts = 4, .rows = 8, .steps = steps});
    learned("learned, marginal loss", rows_to_learn,
            {.loss = PatternLoss::marginal, .contexts = 4, .rows = 8, .steps = steps});
    learned("learned, published rule", rows_of_paper,
            {.rule = LearningRule::paper, .contexts = 4, .steps = o.quick ? 5 : 60, .rate = 0.01});
    return rows;
}

}  // namespace

void masked_table(const ExperimentOptions& o, Study& study) {
    const TableData data = mixed_table(train_rows, o.common.seed);
    const std::vector<Row> rows = measure(trained(data, o), data, o);
    Table table{.caption =
                    "Salient patterns of a row, and the share of all strength that lies in patterns of up to three "
                    "columns.",
                .columns = {{"baseline"}, {"salient patterns", true}, {"in orders 1 to 3", true}},
                .rows = {}};
    Chart chart{.title = "Strength of patterns by order",
                .x_label = "columns in a pattern",
                .y_label = "share of the strength",
                .alt = "a curve for each baseline",
                .curves = {},
                .caption = {}};
    for (const Row& row : rows) {
        study.rows.push_back({"table: " + row.name, "salient patterns", row.counts.salient});
        study.rows.push_back({"table: " + row.name, "strength in orders 1 to 3", row.low_orders()});
        table.rows.push_back({row.name, fixed(row.counts.salient, 1), percent(row.low_orders())});
        Chart::Curve curve{.name = row.name, .x = {}, .y = row.counts.shares};
        for (Index m = 1; m <= columns; ++m) curve.x.push_back(static_cast<double>(m));
        chart.curves.push_back(std::move(curve));
    }
    study.report.sections.push_back({"A network on a table",
                                     {Text{{text("An MLP ", columns, "-100-100-2 on ", train_rows,
                                                 " generated rows; explained are the log-odds of the "
                                                 "true class. The published rule is run on ",
                                                 rows_of_paper, " rows with 4 contexts.")}},
                                      std::move(table), std::move(chart)}});
}

}  // namespace gradpath::tools

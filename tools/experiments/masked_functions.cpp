// 100 functions of the published grammar: from each first value the learned one of every variable is compared with the
// faithful one, beside the learner that does nothing. Where it is wrong, the losses at both tell who is at fault: if
// the loss is lower at the learned value, no optimiser would find the faithful one.
#include <algorithm>
#include <cmath>
#include <map>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/pattern_functions.hpp>
#include <gradpath/tools/commands/crew.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/experiments/masked_states.hpp>
#include <gradpath/tools/experiments/spread.hpp>

namespace gradpath::tools {
namespace {

using attribution::LearnBaseline;
using attribution::PatternLoss;
using models::PatternFunction;
using models::PatternPart;

constexpr Index data_rows = 200, pattern_rows = 2;
constexpr double right = 0.5, near = 0.25, good_share = 0.9;

/// How a baseline is learned.
struct Way {
    PatternLoss loss;
    double start;
    std::string name() const { return text(describe(loss), " loss from ", start); }
};

/// What came of one function.
struct Outcome {
    std::vector<double> error, idle;         ///< of every scorable variable: |learned - faithful|, |first - faithful|
    std::vector<PatternPart> parts;          ///< theirs
    double before = 0, after = 0;            ///< salient patterns of a row
    double at_learned = 0, at_faithful = 0;  ///< the loss, where a variable is wrong; ambiguous ones stay as learned
};

struct Task {
    const PatternFunction& f;
    const Way& way;
    std::uint64_t seed;
};

LearnBaseline options_of(const Task& task, const ExperimentOptions& o) {
    return {.target = Index{0},
            .loss = task.way.loss,
            .start = task.way.start,
            .seed = task.seed,
            .run = {.cancel = &o.interrupted}};
}

Outcome run(const Task& task, const ExperimentOptions& o) {
    const attribution::Model model = [&](const Tensor& x) { return task.f.formula(x); };
    const Tensor data = models::binary_rows(data_rows, task.f.formula.inputs, task.seed);
    LearnBaseline options = options_of(task, o);
    const Tensor learned = attribution::learn_baseline(model, data, options).value;
    Outcome outcome;
    std::vector<double> faithful;
    for (std::size_t k = 0; k < task.f.truth.size(); ++k) {
        const double value = learned.at(static_cast<Index>(k)), truth = task.f.truth[k];
        const bool scored = !std::isnan(truth);
        faithful.push_back(scored ? truth : value);
        if (!scored) continue;
        outcome.error.push_back(std::abs(value - truth));
        outcome.idle.push_back(std::abs(task.way.start - truth));
        outcome.parts.push_back(task.f.parts[k]);
    }
    const Tensor some = slice(data, 0, 0, pattern_rows), first = full(learned.shape(), task.way.start, data.dtype());
    outcome.before = count_patterns(model, some, first).salient;
    outcome.after = count_patterns(model, some, learned).salient;
    if (std::ranges::all_of(outcome.error, [](double e) { return e < right; })) return outcome;
    options.seed += 1'000'000;  // contexts that learning has not seen
    outcome.at_learned = attribution::pattern_loss(model, data, learned, options);
    outcome.at_faithful =
        attribution::pattern_loss(model, data, Tensor(learned.shape(), std::span<const double>(faithful)), options);
    return outcome;
}

Index within(const std::vector<double>& errors, double reach) {
    return std::ranges::count_if(errors, [&](double e) { return e < reach; });
}

/// All functions, one way.
struct Score {
    Way way;
    std::vector<Outcome> outcomes;

    std::vector<double> all(std::vector<double> Outcome::*field) const {
        std::vector<double> list;
        for (const Outcome& one : outcomes) list.insert(list.end(), (one.*field).begin(), (one.*field).end());
        return list;
    }
    std::vector<double> of(PatternPart part) const {
        std::vector<double> list;
        for (const Outcome& one : outcomes)
            for (std::size_t k = 0; k < one.error.size(); ++k)
                if (one.parts[k] == part) list.push_back(one.error[k]);
        return list;
    }
    double median(double Outcome::*field) const {
        std::vector<double> list;
        for (const Outcome& one : outcomes) list.push_back(one.*field);
        return quantile(std::move(list), 0.5);
    }
    /// Functions with a wrong variable, and those of them whose loss is lower where it was learned.
    std::pair<Index, Index> wrong_and_lower() const {
        std::pair<Index, Index> counts{0, 0};
        for (const Outcome& one : outcomes) {
            if (within(one.error, right) == static_cast<Index>(one.error.size())) continue;
            ++counts.first;
            counts.second += one.at_learned < one.at_faithful ? 1 : 0;
        }
        return counts;
    }
};

std::vector<Score> measure(const ExperimentOptions& o) {
    const std::vector<PatternFunction> functions = models::pattern_functions(o.quick ? 6 : 100, o.common.seed);
    std::vector<Score> scores;
    for (const PatternLoss loss : {PatternLoss::shapley, PatternLoss::marginal})
        for (const double start : {0.0, 0.5, 1.0})
            if (!o.quick || start > 0) scores.push_back({{loss, start}, std::vector<Outcome>(functions.size())});
    Progress progress(Progress::style(o.common.quiet), "baselines");
    const std::size_t count = functions.size();
    const auto learn = [&](std::size_t k) {
        Score& score = scores[k / count];
        score.outcomes[k % count] = run({functions[k % count], score.way, o.common.seed + k % count}, o);
    };
    run_tasks(count * scores.size(), learn, progress, "functions");
    return scores;
}

double share_of(const std::vector<double>& errors, double reach) {
    return static_cast<double>(within(errors, reach)) / static_cast<double>(errors.size());
}

Table accuracy_table(const std::vector<Score>& scores, Study& study) {
    Table table{.caption =
                    "Variables whose learned value is within 0.5 and 0.25 of the faithful one, beside the first "
                    "value left as it is; salient patterns of an input before and after (the median function); "
                    "functions with a wrong "
                    "variable, and how many of these have a lower loss where it was learned.",
                .columns = {{"learner"},
                            {"within 0.5", true},
                            {"within 0.25", true},
                            {"nothing: within 0.5", true},
                            {"patterns before", true},
                            {"after", true},
                            {"functions with a wrong one", true},
                            {"lower loss there", true}},
                .rows = {}};
    for (const Score& score : scores) {
        const std::string name = score.way.name();
        const std::vector<double> errors = score.all(&Outcome::error), idle = score.all(&Outcome::idle);
        const auto [wrong, lower] = score.wrong_and_lower();
        const auto add = [&](const char* figure, const std::vector<double>& list, double reach) {
            const Interval interval = wilson(within(list, reach), static_cast<Index>(list.size()));
            study.rows.push_back({.method = name,
                                  .figure = figure,
                                  .value = share_of(list, reach),
                                  .low = interval.low,
                                  .high = interval.high,
                                  .note = text(list.size(), " scorable variables")});
        };
        add("within 0.5", errors, right);
        add("within 0.25", errors, near);
        add("nothing learned: within 0.5", idle, right);
        study.rows.push_back({name, "salient patterns before (median)", score.median(&Outcome::before)});
        study.rows.push_back({name, "salient patterns after (median)", score.median(&Outcome::after)});
        study.rows.push_back({name, "functions with a wrong variable", static_cast<double>(wrong)});
        study.rows.push_back({name, "of these the loss is lower where it was learned", static_cast<double>(lower)});
        table.rows.push_back({name, percent(share_of(errors, right)), percent(share_of(errors, near)),
                              percent(share_of(idle, right)), fixed(score.median(&Outcome::before), 1),
                              fixed(score.median(&Outcome::after), 1), std::to_string(wrong), std::to_string(lower)});
        if (score.way.start > 0) study.met = study.met && share_of(errors, right) >= good_share;
    }
    return table;
}

Table parts_table(const std::vector<Score>& scores, Study& study) {
    Table table{.caption =
                    "The share within 0.5 by where a variable stands. A sum that is raised to a power little above "
                    "1 is nearly additive: its loss hardly depends on the baseline.",
                .columns = {{"variable in"}, {"of them", true}},
                .rows = {}};
    for (const Score& score : scores) table.columns.push_back({score.way.name(), true});
    for (const PatternPart part : {PatternPart::product, PatternPart::factor, PatternPart::summand,
                                   PatternPart::and_gate, PatternPart::or_gate}) {
        std::vector<std::string> row{describe(part), std::to_string(scores.front().of(part).size())};
        for (const Score& score : scores) {
            const std::vector<double> errors = score.of(part);
            row.push_back(errors.empty() ? "-" : percent(share_of(errors, right)));
            if (!errors.empty())
                study.rows.push_back(
                    {score.way.name(), "within 0.5, variables of a " + describe(part), share_of(errors, right)});
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

Chart distances(const std::vector<Score>& scores) {
    Chart chart{.title = "How far learned values are from faithful ones",
                .x_label = "distance",
                .y_label = "share of variables within it",
                .alt = "for each loss and first value, the share of variables rises with the distance allowed",
                .curves = {},
                .caption = {}};
    for (const Score& score : scores) {
        const std::vector<double> errors = score.all(&Outcome::error);
        Chart::Curve curve{.name = score.way.name(), .x = {}, .y = {}};
        for (int k = 0; k <= 40; ++k) {
            curve.x.push_back(k / 40.0);
            curve.y.push_back(share_of(errors, k / 40.0 + 1e-9));
        }
        chart.curves.push_back(std::move(curve));
    }
    return chart;
}

}  // namespace

void masked_functions(const ExperimentOptions& o, Study& study) {
    const std::vector<Score> scores = measure(o);
    const auto functions = static_cast<Index>(scores.front().outcomes.size());
    study.report.sections.push_back(
        {"Functions with known answers",
         {Text{{text(functions, " sums of products, powers and soft gates by the grammar of the published list; ",
                     data_rows,
                     " rows of 0 and 1 each, half of them 1 in every variable. Variables of negated products "
                     "have no one faithful value and are not scored."),
                "Every function is monotone in each variable, so what a variable adds has one sign at a row and both "
                "losses are the same up to rounding: that they agree says nothing about them.",
                "The paper claims that learned baselines come to the faithful ones and take patterns away; its tables "
                "could not be read, so no figures of its own stand beside these."}},
          accuracy_table(scores, study), parts_table(scores, study), distances(scores)}});
}

}  // namespace gradpath::tools

// The error of a rule with N nodes against what is exact to rounding: the exact rule where the network is piecewise
// linear, Gauss-Kronrod to 1e-11 where it is smooth; on small random networks, or on one of the user's. The error is
// that of the shares, Σ|A - A*| / Σ|A*|, not the gap of their sum, which cancels.
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools {
namespace {

using attribution::IntegratedGradients;
using attribution::QuadratureRule;
using attribution::Stage;

constexpr Index features = 12;
constexpr double good = 1e-3;  // the error whose price is asked

struct Rule {
    QuadratureRule rule;
    bool drawn;  ///< right looks like left, pair like captum-trapezoid
};
constexpr Rule rules[] = {{QuadratureRule::left, true},           {QuadratureRule::right, false},
                          {QuadratureRule::midpoint, true},       {QuadratureRule::trapezoid, true},
                          {QuadratureRule::gauss_legendre, true}, {QuadratureRule::captum_trapezoid, true},
                          {QuadratureRule::pair, false}};

struct Case {
    const char* name;
    const char* activation;
    Stage stage;
    const char* lesson;
};
constexpr Case cases[] = {
    {"smooth network, logit", "softplus", Stage::logit,
     "Without kinks Gauss-Legendre gains digits with every node; midpoint and trapezoid fall as 1/N², the ends as "
     "1/N."},
    {"ReLU network, logit", "relu", Stage::logit,
     "Kinks lie between nodes: no fixed rule does better than about 1/N, and midpoint is as good as Gauss-Legendre."},
    {"ReLU network, probability", "relu", Stage::probability, "Softmax bends what is straight, but the kinks decide."},
    {"smooth network, probability", "softplus", Stage::probability,
     "A saturated softmax is flat for most of the way and steep for a little of it."},
};

models::Model network(const Case& c, std::uint64_t seed) {
    models::Model net = models::make("mlp", {{"widths", text(features, "-24-24-4")}, {"activation", c.activation}},
                                     nn::Init{.seed = seed, .dtype = DType::float64});
    std::uint64_t stream = 1;
    nn::each_parameter(net, nn::ParameterVisitor([&](const std::string& name, Tensor& p) {
                           const random::Random draw{.seed = seed, .stream = stream++, .dtype = DType::float64};
                           if (name.ends_with("bias")) p = random::uniform(p.shape(), -0.5, 0.5, draw);
                           else p = p * 1.5;
                       }));
    return net;
}

/// What is integrated, and how far the rules are taken.
struct Setup {
    std::string name, lesson;
    attribution::Model net;
    Tensor x;
    IntegratedGradients options;
    Index most_steps;
    double least_tolerance;
    Tensor exact = {};
    bool in_pieces = false;  ///< it was the exact rule that said so
};

Setup with_oracle(Setup s, const ExperimentOptions& o) {
    s.options.run.cancel = &o.interrupted;
    s.options.run.memory = o.common.memory;
    IntegratedGradients oracle = s.options;
    oracle.quadrature = {.tolerance = 1e-11, .max_steps = 1'000'000};
    const attribution::Attribution a = attribution::integrated_gradients(s.net, s.x, oracle);
    s.exact = a.values;
    s.in_pieces = a.rule == describe(QuadratureRule::exact);
    return s;
}

Setup prepare(const Case& c, const ExperimentOptions& o) {
    const random::Random draw{.seed = o.common.seed, .stream = 99, .dtype = DType::float64};
    return with_oracle({.name = c.name,
                        .lesson = c.lesson,
                        .net = network(c, o.common.seed),
                        .x = random::normal({o.quick ? 8 : 40, features}, draw) * 2.0,
                        .options = {.target = Index{0}, .stage = {.kind = c.stage}},
                        .most_steps = o.quick ? 64 : 1024,
                        .least_tolerance = o.quick ? 1e-4 : 1e-8},
                       o);
}

/// A network of the user's, at the user's inputs: of the predicted class, from zero.
Setup prepare(Stage stage, const ExperimentOptions& o) {
    const ReadRows reading{.what = "reproduce: --input", .seed = o.common.seed};
    const Subject subject = open_subject("reproduce", o.model, DType::float64, o.input, reading);
    const attribution::OutputStage output{.kind = stage};
    return with_oracle({.name = text(o.model, ", ", describe(output)),
                        .lesson = "Every pixel's share counts, however small.",
                        .net = subject.run,
                        .x = read_rows(o.input, subject.row, subject.dtype, reading).x,
                        .options = {.stage = output},
                        .most_steps = o.quick ? 256 : 4096,
                        .least_tolerance = o.quick ? 1e-2 : 1e-4},
                       o);
}

struct Measured {
    std::vector<double> errors;  ///< of every row, ascending
    double steps;                ///< the median of the rows
};

double quantile(std::vector<double> values, std::size_t quarter) {
    std::ranges::sort(values);
    return values[quarter * (values.size() - 1) / 4];
}

Measured measure(const Setup& s, const attribution::Quadrature& quadrature) {
    IntegratedGradients options = s.options;
    options.quadrature = quadrature;
    const attribution::Attribution a = attribution::integrated_gradients(s.net, s.x, options);
    const Tensor error = sum(abs(flatten(a.values - s.exact)), {.axes = {1}}),
                 size = sum(abs(flatten(s.exact)), {.axes = {1}});
    std::vector<double> errors;
    for (Index row = 0; row < error.size(); ++row)
        errors.push_back(std::max(error.at(row) / std::max(size.at(row), 1e-12), 1e-17));  // a logarithm is to be drawn
    return {errors, quantile({a.steps->begin(), a.steps->end()}, 2)};
}

/// What all rules add to: the rows of the study, and the table of what an error of at most `good` costs.
struct Ledger {
    Study& study;
    Table prices;
    const std::string& network;

    /// A rule's curve of medians with its quartiles.
    Chart::Curve add(QuadratureRule rule, const std::vector<Measured>& all) {
        Chart::Curve curve{.name = describe(rule), .x = {}, .y = {}};
        std::string price = "more", price_of_all = "more";
        for (const Measured& measured : all) {
            curve.x.push_back(measured.steps);
            curve.y.push_back(quantile(measured.errors, 2));
            curve.low.push_back(quantile(measured.errors, 1));
            curve.high.push_back(quantile(measured.errors, 3));
            if (curve.y.back() <= good && price == "more") price = short_number(measured.steps);
            if (quantile(measured.errors, 4) <= good && price_of_all == "more")
                price_of_all = short_number(measured.steps);
            study.rows.push_back({.method = describe(rule),
                                  .figure = text(network, ", N = ", short_number(measured.steps)),
                                  .value = curve.y.back(),
                                  .low = curve.low.back(),
                                  .high = curve.high.back(),
                                  .note = "median and quartiles of sum|A - A*| / sum|A*|"});
        }
        prices.rows.push_back(
            {describe(rule), price, price_of_all, short_number(curve.x.back()), short_number(curve.y.back(), 2)});
        return curve;
    }
};

std::vector<Measured> by_steps(const Setup& s, QuadratureRule rule) {
    std::vector<Measured> all;
    for (Index steps = 2; steps <= s.most_steps; steps *= 2) all.push_back(measure(s, {.steps = steps, .rule = rule}));
    return all;
}

/// The rule that finds its own nodes: as many as each tolerance needs.
std::vector<Measured> by_tolerance(const Setup& s) {
    std::vector<Measured> all;
    for (double tolerance = 1e-1; tolerance >= 0.99 * s.least_tolerance; tolerance /= 10)
        if (Measured m = measure(s, {.tolerance = tolerance, .rule = QuadratureRule::gauss_kronrod});
            all.empty() || m.steps > all.back().steps)
            all.push_back(std::move(m));
    return all;
}

Section section_of(const Setup& setup, Study& study) {
    Chart chart{.title = setup.name,
                .x_label = "gradients on the path",
                .y_label = "relative error of the shares",
                .alt = text("errors of six rules on a ", setup.name, " fall with the number of gradients"),
                .curves = {},
                .log_x = true,
                .log_y = true,
                .caption = text(setup.lesson, " Medians and quartiles over ", setup.x.rows(), " inputs.")};
    Ledger ledger{study,
                  {.caption = text("How many gradients bring the error to ", good, " or below."),
                   .columns = {{"rule"},
                               {"for half of the inputs", true},
                               {"for all", true},
                               {"at most tried", true},
                               {"median error there", true}},
                   .rows = {}},
                  setup.name};
    for (const Rule& rule : rules) {
        Chart::Curve curve = ledger.add(rule.rule, by_steps(setup, rule.rule));
        if (rule.drawn) chart.curves.push_back(std::move(curve));
    }
    chart.curves.push_back(ledger.add(QuadratureRule::gauss_kronrod, by_tolerance(setup)));
    if (setup.in_pieces)
        ledger.add(QuadratureRule::exact, {measure(setup, {.tolerance = 1e-9, .rule = QuadratureRule::exact})});
    return {setup.name, {std::move(chart), std::move(ledger.prices)}};
}

}  // namespace

Study study_quadrature(const ExperimentOptions& o) {
    Study study;
    study.report = {.title = "What a quadrature rule costs",
                    .subtitle = "Integrated Gradients by every rule against the exact integral, in float64.",
                    .sections = {},
                    .provenance = {}};
    if (o.model.empty())
        for (const Case& c : cases) study.report.sections.push_back(section_of(prepare(c, o), study));
    else
        for (const Stage stage : {Stage::logit, Stage::probability})
            study.report.sections.push_back(section_of(prepare(stage, o), study));
    return study;
}

}  // namespace gradpath::tools

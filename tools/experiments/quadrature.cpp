// The error of a rule with N nodes against what is exact to rounding: the exact rule where the network is piecewise
// linear, Gauss-Kronrod to 1e-11 where it is smooth. The error is that of the shares, Σ|A - A*| / Σ|A*|, not the gap of
// their sum, which cancels.
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools {
namespace {

using attribution::IntegratedGradients;
using attribution::QuadratureRule;
using attribution::Stage;

constexpr Index features = 12;
constexpr double good = 1e-3;  // the error whose price is asked
constexpr QuadratureRule rules[] = {QuadratureRule::left,      QuadratureRule::right,
                                    QuadratureRule::midpoint,  QuadratureRule::trapezoid,
                                    QuadratureRule::gauss_legendre};

struct Case {
    const char* name;
    const char* activation;
    Stage stage;
    const char* lesson;
};
constexpr Case cases[] = {
    {"smooth network, logit", "softplus", Stage::logit,
     "Without kinks Gauss-Legendre gains digits with every node; midpoint and trapezoid fall as 1/N², the ends as 1/N."},
    {"ReLU network, logit", "relu", Stage::logit,
     "Kinks lie between nodes: no fixed rule does better than about 1/N, and midpoint is as good as Gauss-Legendre."},
    {"ReLU network, probability", "relu", Stage::probability,
     "Softmax bends what is straight, but the kinks decide."},
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

struct Setup {
    models::Model net;
    Tensor x, exact;
    IntegratedGradients options;
};

Setup prepare(const Case& c, const ExperimentOptions& o) {
    Setup s{network(c, o.common.seed), {}, {}, {.target = Index{0}, .stage = {.kind = c.stage}}};
    s.x = random::normal({o.quick ? 8 : 40, features}, {.seed = o.common.seed, .stream = 99, .dtype = DType::float64}) * 2.0;
    s.options.run.cancel = &o.interrupted;
    s.options.run.memory = o.common.memory;
    IntegratedGradients oracle = s.options;
    const bool pieces = std::string_view(c.activation) == "relu";
    oracle.quadrature = {.tolerance = 1e-11,
                         .rule = pieces ? QuadratureRule::exact : QuadratureRule::gauss_kronrod,
                         .max_steps = 1'000'000};
    s.exact = attribution::integrated_gradients(s.net, s.x, oracle).values;
    return s;
}

/// The relative error of every row, in ascending order.
std::vector<double> errors(const Setup& s, QuadratureRule rule, Index steps) {
    IntegratedGradients options = s.options;
    options.quadrature = {.steps = steps, .rule = rule};
    const Tensor shares = attribution::integrated_gradients(s.net, s.x, options).values;
    const Tensor error = sum(abs(shares - s.exact), {.axes = {1}}), size = sum(abs(s.exact), {.axes = {1}});
    std::vector<double> list;
    for (Index row = 0; row < error.size(); ++row) list.push_back(error.at(row) / std::max(size.at(row), 1e-12));
    std::ranges::sort(list);
    return list;
}

/// A rule's curve of medians with its quartiles; rows of the study; the first N whose median is good.
Chart::Curve measure(const Setup& s, const Case& c, QuadratureRule rule, Index most, Study& study, Table& prices) {
    Chart::Curve curve{.name = describe(rule), .x = {}, .y = {}};
    std::string price = "more than " + std::to_string(most);
    for (Index steps = 2; steps <= most; steps *= 2) {
        const std::vector<double> sorted = errors(s, rule, steps);
        const auto quantile = [&](std::size_t quarter) { return std::max(sorted[quarter * (sorted.size() - 1) / 4], 1e-17); };
        curve.x.push_back(static_cast<double>(steps));
        curve.y.push_back(quantile(2));
        curve.low.push_back(quantile(1));
        curve.high.push_back(quantile(3));
        if (quantile(2) <= good && price.starts_with("more")) price = std::to_string(steps);
        study.rows.push_back({.method = describe(rule),
                              .figure = text(c.name, ", N = ", steps),
                              .value = quantile(2),
                              .low = quantile(1),
                              .high = quantile(3),
                              .note = "median and quartiles of sum|A - A*| / sum|A*|"});
    }
    prices.rows.push_back({describe(rule), price, short_number(curve.y.back(), 2)});
    return curve;
}

}  // namespace

Study study_quadrature(const ExperimentOptions& o) {
    const Index most = o.quick ? 64 : 1024;
    Study study;
    study.report = {.title = "What a quadrature rule costs",
                    .subtitle = "Integrated Gradients by fixed rules against the exact integral, in float64."};
    for (const Case& c : cases) {
        const Setup setup = prepare(c, o);
        Chart chart{.title = c.name,
                    .x_label = "nodes on the path",
                    .y_label = "relative error of the shares",
                    .alt = text("errors of five rules on a ", c.name, " fall with the number of nodes"),
                    .curves = {},
                    .log_x = true,
                    .log_y = true,
                    .caption = text(c.lesson, " Medians and quartiles over ", setup.x.rows(), " inputs.")};
        Table prices{.caption = text("The fewest nodes, in powers of two, with a median error of at most ", good, "."),
                     .columns = {{"rule"}, {"nodes", true}, {text("error at ", most), true}},
                     .rows = {}};
        for (const QuadratureRule rule : rules)
            chart.curves.push_back(measure(setup, c, rule, most, study, prices));
        study.report.sections.push_back({c.name, {std::move(chart), std::move(prices)}});
    }
    return study;
}

}  // namespace gradpath::tools

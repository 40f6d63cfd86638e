// Attributions whose answers are known, computed on the user's machine in float64.
//   analytic      Integrated Gradients by adaptive Gauss-Kronrod against closed expressions, to 1e-9
//   homogeneous   networks of ReLUs without biases are homogeneous of degree one, so by Euler Integrated Gradients from
//                 zero equal input x gradient (Sundararajan et al. 2017; Ancona et al. 2018), to rounding
//   completeness  the attributions of random networks sum to F(x) - F(x'), to the tolerance asked for
//   coalitions    see selftest_coalitions.cpp
//   inside        see selftest_inside.cpp
//   onnx          the ONNX project's conformance cases, where asked for by name
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/analytic.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/tools/commands/checks.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/onnx.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;
using attribution::IntegratedGradients;
using attribution::QuadratureRule;

constexpr double analytic_tolerance = 1e-9;
constexpr double rounding_tolerance = 1e-12;  // relative to the largest attribution: a few hundred roundings in float64
constexpr double completeness_tolerance = 1e-6;
constexpr int nets_per_activation = 4;

std::vector<Check> analytic_suite(std::uint64_t) {
    std::vector<Check> checks;
    for (const models::Analytic& row : models::analytic_functions()) {
        IntegratedGradients options{.baseline = row_of(row.baseline)};
        options.quadrature = {.tolerance = analytic_tolerance / 10, .rule = QuadratureRule::gauss_kronrod};
        const Attribution a = attribution::integrated_gradients(row.function, row_of(row.x), options);
        checks.push_back(judged("analytic", row.id + " " + row.formula, distance(a.values, row.integrated_gradients),
                                analytic_tolerance, row.note));
    }
    return checks;
}

/// A random dense network; without biases if it is to be homogeneous.
models::Model random_net(const std::string& widths, const std::string& activation, bool biases, std::uint64_t seed) {
    models::Model model = models::make("mlp", {{"widths", widths}, {"activation", activation}},
                                       nn::Init{.seed = seed, .dtype = DType::float64});
    std::uint64_t stream = 1;
    nn::each_parameter(model, nn::ParameterVisitor([&](const std::string& name, Tensor& p) {
                           if (!name.ends_with("bias")) return;
                           const random::Random draw{.seed = seed, .stream = stream++, .dtype = DType::float64};
                           p = biases ? random::uniform(p.shape(), -0.5, 0.5, draw) : zeros(p.shape(), DType::float64);
                       }));
    return model;
}

std::vector<Check> homogeneous_suite(std::uint64_t seed) {
    std::vector<Check> checks;
    for (const std::string widths : {"3-8-1", "5-16-16-3", "10-32-32-32-4", "1-4-2"}) {
        const models::Model net = random_net(widths, "relu", false, seed);
        const Tensor x = random::normal({4, net.input.size()}, {.seed = seed, .stream = 100, .dtype = DType::float64});
        IntegratedGradients options{.target = Index{0}};
        options.quadrature = {
            .steps = 4, .rule = QuadratureRule::midpoint};  // the gradient is constant along the ray: any nodes do
        const Tensor ig = attribution::integrated_gradients(net, x, options).values;
        const Tensor direct = attribution::input_x_gradient(net, x, {.target = Index{0}}).values;
        const double scale = std::max(max(abs(direct)).item(), 1e-300);
        checks.push_back(judged("homogeneous", "ReLU network " + widths + " without biases",
                                max(abs(ig - direct)).item() / scale, rounding_tolerance,
                                "Integrated Gradients equal input x gradient"));
    }
    return checks;
}

std::vector<Check> completeness_suite(std::uint64_t seed) {
    std::vector<Check> checks;
    for (const std::string activation : {"relu", "tanh", "softplus", "gelu"}) {
        for (int k = 0; k < nets_per_activation; ++k) {
            const std::uint64_t drawn = seed + static_cast<std::uint64_t>(k);
            const models::Model net = random_net("4-12-12-3", activation, true, drawn);
            const random::Random draw{.seed = drawn, .stream = 200, .dtype = DType::float64};
            const Tensor points = random::normal({2, 4}, draw);
            IntegratedGradients options{.baseline = slice(points, 0, 1, 2)};
            options.quadrature = {.tolerance = completeness_tolerance, .max_steps = 200'000};
            const Attribution a = attribution::integrated_gradients(net, slice(points, 0, 0, 1), options);
            checks.push_back(judged("completeness", text(activation, " network ", k + 1), (*a.relative_delta)[0],
                                    completeness_tolerance, "the attributions sum to the difference of the outputs"));
        }
    }
    return checks;
}

struct Suite {
    const char* name;
    std::vector<Check> (*run)(std::uint64_t seed);
    bool by_name_only = false;  // it needs files that not every machine has
};
constexpr Suite suites[] = {{"analytic", analytic_suite},
                            {"homogeneous", homogeneous_suite},
                            {"completeness", completeness_suite},
                            {"coalitions", coalitions_suite},
                            {"inside", inside_suite},
                            {"onnx", [](std::uint64_t) { return onnx_suite(); }, true}};

}  // namespace

Exit selftest(Words words, const std::atomic<bool>& interrupted) {
    Common common;
    std::string wanted;
    Arguments arguments("selftest", "Checks attributions against closed forms and laws, on this machine, in float64.",
                        "gradpath selftest\ngradpath selftest --suite analytic --json");
    arguments.option("--suite", "NAME", wanted,
                     "analytic, homogeneous, completeness, coalitions or inside (all); or onnx");
    add_common(arguments, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    apply(common);

    std::vector<Check> checks;
    std::vector<std::string> names;
    for (const Suite& suite : suites) {
        require<Cancelled>(!interrupted, "selftest: cancelled");
        names.emplace_back(suite.name);
        if ((wanted.empty() && !suite.by_name_only) || wanted == suite.name)
            std::ranges::move(suite.run(common.seed), std::back_inserter(checks));
    }
    require<UsageError>(!checks.empty(), "selftest: there is no suite \"", wanted, "\"", did_you_mean(wanted, names));
    return report(checks, common, "gradpath.selftest/1");
}

}  // namespace gradpath::tools

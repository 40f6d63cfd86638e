// Answers about the inside of a network, and rules on its graph.
//   neurons of a closed form: conductance, internal influence, and what one feature sends through each
//   what joint attributions must add up to, in every layer of networks with and without kinks
//   DeepLIFT of one function written in two ways, which its rescale rule tells apart (Sundararajan et al. 2017, app. B)
//   relevance by rule zero = input x gradient = Integrated Gradients on ReLU networks without biases
#include <algorithm>

#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/neurons/internal_neurons.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/attribution/rules/deep_lift.hpp>
#include <gradpath/attribution/rules/lrp.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/models/analytic.hpp>
#include <gradpath/tools/commands/checks.hpp>

namespace gradpath::tools {
namespace {

using attribution::DeepLiftRule;
using attribution::InternalNeurons;
namespace region = attribution::region;

constexpr const char* suite = "inside";
constexpr double to_rounding = 1e-10;

/// H = (x1 + x2, x1 x2), G = y1² + 3 y2.
Tensor two_neurons(const Tensor& x) {
    const Tensor a = slice(x, 1, 0, 1), b = slice(x, 1, 1, 2), h = tap("hidden", concat({a + b, a * b}, 1));
    return square(slice(h, 1, 0, 1)) + slice(h, 1, 1, 2) * 3.0;
}

void add_closed_form(std::vector<Check>& checks) {
    const Tensor x = row_of({1, 2});
    const auto add = [&](const std::string& what, const attribution::Attribution& a, const std::vector<double>& known) {
        checks.push_back(
            judged(suite, "T20 (y1^2+3*y2 of y1=x1+x2, y2=x1*x2): " + what, distance(a.values, known), to_rounding));
    };
    add("conductance", attribution::conductance(two_neurons, x, {.layer = "hidden"}), {9, 6});
    add("internal influence", attribution::internal_influence(two_neurons, x, {.layer = "hidden"}), {3, 3});
    const auto of = [&](const std::vector<double>& feature) {
        return attribution::internal_neurons(two_neurons, x,
                                             {.layer = "hidden", .region = region::Mask{row_of(feature)}});
    };
    add("what x1 sends", of({1, 0}), {3, 3});
    add("what x2 sends", of({0, 1}), {6, 3});
}

/// Dense layers "first", "second" and "third", without biases.
attribution::Model network(Tensor (*bend)(const Tensor&), std::uint64_t seed) {
    const auto weights = [&](const Shape& shape, std::uint64_t stream) {
        return random::normal(shape, {.seed = seed, .stream = stream, .dtype = DType::float64});
    };
    return [=, a = weights({5, 9}, 300), b = weights({9, 7}, 301), c = weights({7, 3}, 302)](const Tensor& x) {
        return tap("third", matmul(tap("second", bend(matmul(tap("first", bend(matmul(x, a))), b))), c));
    };
}

Tensor points(std::uint64_t seed, std::uint64_t stream) {
    return random::normal({3, 5}, {.seed = seed, .stream = stream, .dtype = DType::float64});
}

void add_identities(std::vector<Check>& checks, std::uint64_t seed) {
    const std::pair<const char*, Tensor (*)(const Tensor&)> bends[] = {{"relu", relu}, {"tanh", tanh}};
    for (const auto& [name, bend] : bends) {
        const InternalNeurons options{.baseline = points(seed, 304), .region = region::Mask{row_of({0, 1, 1, 0, 1})}};
        for (const attribution::Attribution& a :
             attribution::internal_neurons(network(bend, seed), points(seed, 303), options, {}))
            for (const attribution::Identity& identity : a.identities)
                checks.push_back(judged(suite, text(name, " network, layer ", a.layer, ": ", identity.name),
                                        std::ranges::max(identity.gap), to_rounding));
    }
}

void add_two_writings(std::vector<Check>& checks) {
    const auto add = [&](const char* id, DeepLiftRule rule, const std::vector<double>& known) {
        const models::Analytic& f = models::analytic_function(id);
        const Tensor values =
            attribution::deep_lift(f.function, row_of(f.x), {.baseline = row_of(f.baseline), .rule = rule}).values;
        checks.push_back(judged(suite, text("DeepLIFT, ", describe(rule), ", of ", id, " ", f.formula),
                                distance(values, known), to_rounding));
    };
    add("T15f", DeepLiftRule::rescale, {1.5, -0.5});
    add("T15g", DeepLiftRule::rescale, {2, -1});
    for (const char* id : {"T15f", "T15g"}) add(id, DeepLiftRule::reveal_cancel, {1.5, -0.5});
}

void add_relevance(std::vector<Check>& checks, std::uint64_t seed) {
    const attribution::Model net = network(relu, seed);
    const Tensor x = points(seed, 305);
    const Tensor relevance = attribution::lrp(net, x, {.rule = attribution::LrpRule::zero}).values;
    const auto add = [&](const char* what, const Tensor& other) {
        checks.push_back(judged(suite, text("relevance by rule zero = ", what), max(abs(relevance - other)).item(),
                                to_rounding, "a ReLU network without biases"));
    };
    add("input x gradient", attribution::input_x_gradient(net, x).values);
    add("Integrated Gradients", attribution::integrated_gradients(net, x).values);
}

}  // namespace

std::vector<Check> inside_suite(std::uint64_t seed) {
    std::vector<Check> checks;
    add_closed_form(checks);
    add_identities(checks, seed);
    add_two_writings(checks);
    add_relevance(checks, seed);
    return checks;
}

}  // namespace gradpath::tools

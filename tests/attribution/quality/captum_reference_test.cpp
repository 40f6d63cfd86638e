// Infidelity and sensitivity beside stored figures: Captum's definitions, worked out with NumPy by captum_reference.py,
// which prints them. Inputs, weights and perturbations are sines, the same on both sides.
#include <map>

#include <gradpath/attribution/quality/infidelity.hpp>
#include <gradpath/attribution/quality/sensitivity_max.hpp>

#include <attribution/functions.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;

namespace {

constexpr Index rows = 2, inputs = 3, hidden = 4, perturbations = 5;

/// sin(a + b i + c j) for every [i, j].
Tensor waves(double a, double b, double c, Index height, Index width) {
    std::vector<double> list;
    for (Index i = 0; i < height; ++i)
        for (Index j = 0; j < width; ++j)
            list.push_back(std::sin(a + b * static_cast<double>(i) + c * static_cast<double>(j)));
    return Tensor({height, width}, std::span<const double>(list));
}

const Tensor& point() {
    static const Tensor x = waves(0.5, 1.1, 0.7, rows, inputs);
    return x;
}

Tensor shift(const Tensor&, Index sample) {
    return waves(0.2 + static_cast<double>(sample), 2.1, 1.9, rows, inputs) * 0.3;
}

Tensor linear_function(const Tensor& z) { return matmul(z, waves(1, 1.3, 0.9, 1, inputs), {.transpose_b = true}); }

Tensor network(const Tensor& z) {
    const Tensor h = tanh(matmul(z, waves(1, 1.3, 0.9, hidden, inputs), {.transpose_b = true}));
    return matmul(h, waves(2, 0.6, 1.7, 1, hidden), {.transpose_b = true});
}

using Pair = std::vector<double>;

/// What captum_reference.py prints.
const std::map<std::string, std::map<std::string, Pair>>& stored() {
    static const std::map<std::string, std::map<std::string, Pair>> figures{
        {"linear",
         {{"input", {0.043188596432429303, 0.0060533275611101183}},
          {"gradient", {0, 0}},
          {"twice the gradient, normalised", {0, 0}},
          {"integrated gradients", {0, 0}},
          {"integrated gradients, normalised", {0, 0}},
          {"sensitivity of the gradient", {0, 0}},
          {"sensitivity of integrated gradients", {0.30429976055265928, 0.28340056218816695}}}},
        {"network",
         {{"input", {0.054006276397590106, 0.08236469370036538}},
          {"gradient", {6.9720960274400609e-05, 0.00070887254935884708}},
          {"twice the gradient, normalised", {1.6775720602917321e-05, 0.00030910640517742792}},
          {"integrated gradients", {0.0067694467240820861, 0.016724660020357957}},
          {"integrated gradients, normalised", {0.0050338147064177812, 0.00071920337991102925}},
          {"sensitivity of the gradient", {0.14473218682748989, 0.43243480870050693}},
          {"sensitivity of integrated gradients", {0.28081696727339284, 0.58511502825386863}}}}};
    return figures;
}

Tensor slopes(const Model& f, const Tensor& z) { return attribution::gradient(f, z, {.target = 0}).values; }

Tensor shares(const Model& f, const Tensor& z) {
    return attribution::integrated_gradients(f, z, {.target = 0, .quadrature = {.steps = 60}}).values;
}

std::map<std::string, Pair> figures_of(const Model& f) {
    const Tensor& x = point();
    const auto infidelity = [&](const Tensor& values, quality::Infidelity o) {
        o.target = 0, o.samples = perturbations, o.perturb = shift;
        return quality::infidelity(f, x, values, o);
    };
    const auto sensitivity = [&](Tensor (*method)(const Model&, const Tensor&)) {
        return quality::sensitivity_max([&](const Tensor& z) { return method(f, z); }, x,
                                        {.samples = perturbations, .perturb = shift});
    };
    const Tensor gradient = slopes(f, x), ig = shares(f, x);
    return {{"input", infidelity(x, {})},
            {"gradient", infidelity(gradient, {})},
            {"twice the gradient, normalised", infidelity(gradient * 2.0, {.normalised = true})},
            {"integrated gradients", infidelity(ig, {.difference = x})},
            {"integrated gradients, normalised", infidelity(ig, {.difference = x, .normalised = true})},
            {"sensitivity of the gradient", sensitivity(slopes)},
            {"sensitivity of integrated gradients", sensitivity(shares)}};
}

}  // namespace

TEST_CASE("infidelity and sensitivity are what Captum defines") {
    const std::map<std::string, Model> functions{{"linear", linear_function}, {"network", network}};
    for (const auto& [name, f] : functions) {
        const std::map<std::string, Pair> ours = figures_of(f);
        REQUIRE(ours.size() == stored().at(name).size());
        for (const auto& [what, theirs] : stored().at(name)) {
            CAPTURE(name);
            CAPTURE(what);
            CHECK(largest_difference(ours.at(what), theirs) < 1e-12);
        }
    }
}

TEST_CASE("sensitivity takes perturbations of the user's, shaped like the input") {
    const quality::Explain square_of = [](const Tensor& z) { return square(z); };
    const auto grown = [](const Tensor& x, Index sample) { return x * static_cast<double>(sample); };
    const quality::SensitivityMax three{.samples = 3, .perturb = grown};  // 0, x and 2x
    CHECK(quality::sensitivity_max(square_of, row({2}), three)[0] == doctest::Approx(8));
    CHECK(quality::local_lipschitz(square_of, row({2}), three)[0] == doctest::Approx(8));
    tests::check_refused({{[&] {
                               quality::sensitivity_max(square_of, row({1, 2}),
                                                        {.perturb = [](const Tensor&, Index) { return row({1}); }});
                           },
                           "sensitivity_max: a perturbation must be shaped like x: got (1, 1) and (1, 2)"}});
}

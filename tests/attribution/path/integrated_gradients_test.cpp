#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::integrated_gradients;
using attribution::Quadrature;

namespace {

struct Known {
    const char* name;
    Columns f;
    std::vector<double> x, from, expected;
};

std::vector<Known> known_functions() {
    const double e = std::exp(1.0), root_e = std::exp(0.5);
    const auto logistic = [](double u) { return 1 / (1 + std::exp(-u)); };
    // A ridge function G(w·x + b): shares w D / w·D of the whole difference.
    const double u0 = 0.2 + 0.2 + 0.2 + 0.3, u1 = 1 - 1 - 0.5 + 0.3, ridge = (logistic(u1) - logistic(u0)) / (u1 - u0);
    return {
        {"w·x + b", [](auto& x) { return x[0] * 2.0 - x[1] * 3.0 + 0.5; }, {1, 4}, {-1, 2}, {4, -6}},
        {"x1² x2", [](auto& x) { return square(x[0]) * x[1]; }, {2, 3}, {0, 0}, {8, 4}},
        {"x1 x2", [](auto& x) { return x[0] * x[1]; }, {3, 2}, {1, 1}, {3, 2}},
        {"x1 x2 x3", [](auto& x) { return x[0] * x[1] * x[2]; }, {3, 1, 2}, {1, 2, 0}, {8.0 / 3, -7.0 / 3, 17.0 / 3}},
        {"(x1+x2)³", [](auto& x) { return pow(x[0] + x[1], 3.0); }, {1, 3}, {0, 0}, {16, 48}},
        {"x1² x2 + x2³",
         [](auto& x) { return square(x[0]) * x[1] + pow(x[1], 3.0); },
         {2, 1},
         {1, -1},
         {1.0 / 3, 20.0 / 3}},
        {"x1 exp(x2)", [](auto& x) { return x[0] * exp(x[1]); }, {2, 1}, {0, 0}, {2 * (e - 1), 2}},
        {"σ(x1 - 2 x2 + x3/2 + 0.3)",
         [](auto& x) { return sigmoid(x[0] - x[1] * 2.0 + x[2] * 0.5 + 0.3); },
         {1, 0.5, -1},
         {0.2, -0.1, 0.4},
         {0.8 * ridge, -1.2 * ridge, -0.7 * ridge}},
        {"√(x1² + x2²)", [](auto& x) { return sqrt(square(x[0]) + square(x[1])); }, {3, 4}, {0, 0}, {1.8, 3.2}},
        {"½ xᵀQx + b·x",
         [](auto& x) { return square(x[0]) + x[0] * x[1] + square(x[1]) * 2.0 + x[0] - x[1]; },
         {3, 2},
         {1, 0},
         {12, 10}},
        {"min", [](auto& x) { return minimum(x[0], x[1]); }, {2, 5}, {0, 0}, {2, 0}},
        {"max", [](auto& x) { return maximum(x[0], x[1]); }, {2, 5}, {0, 0}, {0, 5}},
        {"min that changes hands", [](auto& x) { return minimum(x[0], x[1]); }, {3, 2}, {0, 1}, {1.5, 0.5}},
        {"max that changes hands", [](auto& x) { return maximum(x[0], x[1]); }, {3, 2}, {0, 1}, {1.5, 0.5}},
        {"relu(x1 - x2), open", [](auto& x) { return relu(x[0] - x[1]); }, {3, 1}, {0, 0}, {3, -1}},
        {"relu(x1 - x2), shut", [](auto& x) { return relu(x[0] - x[1]); }, {1, 3}, {0, 0}, {0, 0}},
        {"relu(x1 + x2 - 1)", [](auto& x) { return relu(x[0] + x[1] - 1.0); }, {1, 1}, {0, 0}, {0.5, 0.5}},
        {"1 - relu(1 - x)", [](auto& x) { return 1.0 - relu(1.0 - x[0]); }, {2}, {0}, {1}},
        {"relu(relu(x1) - 1 - relu(x2))",
         [](auto& x) { return relu(relu(x[0]) - 1.0 - relu(x[1])); },
         {3, 1},
         {0, 0},
         {1.5, -0.5}},
        {"relu(relu(x1 - 1) - relu(x2))",
         [](auto& x) { return relu(relu(x[0] - 1.0) - relu(x[1])); },
         {3, 1},
         {0, 0},
         {1.5, -0.5}},
        {"exp(x1 x2)",
         [](auto& x) { return exp(x[0] * x[1]); },
         {1, 0.5},
         {0, 0},
         {0.5 * (root_e - 1), 0.5 * (root_e - 1)}},
        {"Σ a x²",
         [](auto& x) { return square(x[0]) * 2.0 - square(x[1]) * 3.0; },
         {1, -2},
         {3, 0.5},
         {2 * (1.0 - 9), -3 * (4 - 0.25)}},
    };
}

IntegratedGradients exactly(const Tensor& from, double tolerance = 1e-10) {
    return {.baseline = from, .quadrature = {.tolerance = tolerance, .rule = QuadratureRule::gauss_kronrod}};
}

}  // namespace

TEST_CASE("integrated gradients of functions with closed forms agree to 1e-9") {
    for (const Known& known : known_functions()) {
        CAPTURE(known.name);
        const Attribution a = integrated_gradients(of_columns(known.f), row(known.x), exactly(row(known.from)));
        CHECK(largest_difference(numbers(a.values), known.expected) <= 1e-9);
        CHECK(a.tolerance_met->at(0));
        CHECK(std::abs(a.delta->at(0)) <= 1e-9);
        double sum = 0, absolute = 0;
        for (const double value : known.expected) sum += value, absolute += std::abs(value);
        CHECK(a.ncc_gap->at(0) == doctest::Approx(absolute - std::abs(sum)).epsilon(1e-9));
        CHECK(a.f_input[0] - a.f_baseline->at(0) == doctest::Approx(sum).epsilon(1e-12));
    }
}

TEST_CASE("the default tolerance already gives the closed forms to 1e-6") {
    for (const Known& known : known_functions()) {
        CAPTURE(known.name);
        const Attribution a = integrated_gradients(of_columns(known.f), row(known.x), {.baseline = row(known.from)});
        CHECK(largest_difference(numbers(a.values), known.expected) <=
              1e-6 * std::max(1.0, std::abs(a.f_input[0])) * 10);
        CHECK(*a.tolerance == 1e-6);
        CHECK(a.tolerance_met->at(0));
    }
}

TEST_CASE("the rules answer x1² x2 at (2, 3) with the table of known values") {
    const Model f = of_columns([](auto& x) { return square(x[0]) * x[1]; });
    struct Entry {
        QuadratureRule rule;
        Index steps;
        double first, second;
    };
    for (const Entry& entry :
         {Entry{QuadratureRule::left, 10, 6.84, 3.42}, Entry{QuadratureRule::right, 10, 9.24, 4.62},
          Entry{QuadratureRule::midpoint, 10, 7.98, 3.99}, Entry{QuadratureRule::trapezoid, 11, 8.04, 4.02},
          Entry{QuadratureRule::captum_trapezoid, 10, 652.0 / 90, 326.0 / 90},
          Entry{QuadratureRule::pair, 10, 76.0 / 9, 38.0 / 9}, Entry{QuadratureRule::gauss_legendre, 2, 8, 4}}) {
        CAPTURE(attribution::describe(entry.rule));
        const Attribution a =
            integrated_gradients(f, row({2, 3}), {.quadrature = {.steps = entry.steps, .rule = entry.rule}});
        CHECK(largest_difference(numbers(a.values), {entry.first, entry.second}) <= 1e-12);
        CHECK(a.steps->at(0) == entry.steps);
        CHECK_FALSE(a.tolerance_met.has_value());
        CHECK_FALSE(a.quadrature_error.has_value());
        CHECK(a.evaluations.forward == entry.steps + 2);
        CHECK(a.evaluations.backward == entry.steps);
    }
}

TEST_CASE("completeness holds for random networks within the tolerance, row by row") {
    for (std::uint64_t trial = 0; trial < 8; ++trial) {
        const Model f = relu_net({6, 16, 16, 4}, 60 + trial, true);
        const Tensor x = random_tensor({5, 6}, 800 + trial);
        const Attribution a = integrated_gradients(
            f, x, {.baseline = random_tensor({5, 6}, 900 + trial), .quadrature = {.tolerance = 1e-5}});
        REQUIRE(a.tolerance_met->size() == 5);
        for (std::size_t k = 0; k < 5; ++k) {
            CHECK(a.tolerance_met->at(k));
            CHECK(a.relative_delta->at(k) <= 1e-5);
            CHECK(a.quadrature_error->at(k) <= 1e-5);
        }
    }
}

TEST_CASE("a tolerance bounds the true error of every feature on networks with kinks") {
    for (std::uint64_t trial = 0; trial < 6; ++trial) {
        const Model f = relu_net({5, 20, 20, 1}, 70 + trial, true);
        const Tensor x = random_tensor({1, 5}, 1800 + trial);
        const Attribution fine = integrated_gradients(f, x, {.quadrature = {.tolerance = 1e-9, .max_steps = 200'000}});
        REQUIRE(fine.tolerance_met->at(0));
        const Attribution a = integrated_gradients(f, x, {.quadrature = {.tolerance = 1e-3}});
        double error = 0, absolute = 0;
        for (Index k = 0; k < 5; ++k) {
            error += std::abs(a.values.at(k) - fine.values.at(k));
            absolute += std::abs(fine.values.at(k));
        }
        CHECK(error <= 2e-3 * absolute);
    }
}

TEST_CASE("rows do not influence each other's answer") {
    const Model f = relu_net({4, 10, 3}, 5, true);
    const Tensor x = random_tensor({3, 4}, 5);
    for (const Quadrature& q :
         {Quadrature{}, Quadrature{.steps = 7}, Quadrature{.tolerance = 1e-3, .rule = QuadratureRule::midpoint}}) {
        const Attribution all = integrated_gradients(f, x, {.quadrature = q});
        for (Index k = 0; k < 3; ++k) {
            const Attribution one = integrated_gradients(f, slice(x, 0, k, k + 1), {.quadrature = q});
            CHECK(same_bits(one.values, slice(all.values, 0, k, k + 1)));
            CHECK(one.steps->at(0) == all.steps->at(static_cast<std::size_t>(k)));
        }
    }
}

TEST_CASE("a uniform distribution on the corners of the square gives the expectation in closed form") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1]; });
    const Tensor pool({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1}, DType::float64);
    const Attribution a = integrated_gradients(
        f, row({0.8, 0.3}), {.baseline = attribution::baseline::Samples{pool}, .quadrature = {.steps = 2}});
    CHECK(largest_difference(numbers(a.values), {0.12, -0.13}) <= 1e-14);
    CHECK(a.f_baseline->at(0) == doctest::Approx(0.25));
    CHECK(std::abs(a.delta->at(0)) <= 1e-15);
    CHECK(*a.samples == 4);
    CHECK(a.standard_error.has_value());
    CHECK_FALSE(a.seed.has_value());
}

TEST_CASE("uniform baselines come near the expectation, within five standard errors") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1]; });
    const IntegratedGradients options{
        .baseline = attribution::baseline::Uniform{.samples = 400}, .quadrature = {.steps = 2}, .seed = 11};
    const Attribution a = integrated_gradients(f, row({0.8, 0.3}), options);
    for (Index k = 0; k < 2; ++k) {
        const double expected = k == 0 ? 0.12 : -0.13, spread = a.standard_error->at(k);
        CHECK(spread > 0.002);
        CHECK(spread < 0.02);
        CHECK(std::abs(a.values.at(k) - expected) <= 5 * spread);
    }
    CHECK(*a.seed == 11);
    CHECK(same_bits(a.values, integrated_gradients(f, row({0.8, 0.3}), options).values));
}

TEST_CASE("a tie on the whole path is finite, complete and the same every time") {
    const Model f = of_columns([](auto& x) { return minimum(x[0], x[1]) + maximum(x[0], x[1]) * 2.0; });
    const Attribution a = integrated_gradients(f, row({2, 2}), exactly(row({0, 0})));
    CHECK(largest_difference(numbers(a.values), {3, 3}) <= 1e-12);
    CHECK(a.tolerance_met->at(0));
}

TEST_CASE("a feature equal to its baseline gets exactly zero, even where its slope is infinite") {
    const Model f = of_columns([](auto& x) { return sqrt(x[0]) + x[1]; });
    const Attribution a = integrated_gradients(f, row({0, 2}), {.quadrature = {.steps = 4}});
    CHECK(a.values.at(0) == 0);
    CHECK(a.values.at(1) == doctest::Approx(2));
}

TEST_CASE("input equal to baseline answers zero everywhere and meets any tolerance") {
    const Attribution a = integrated_gradients(relu_net({3, 5, 2}, 1, true), zeros({2, 3}, DType::float64));
    CHECK(numbers(a.values) == std::vector<double>(6, 0));
    CHECK(a.tolerance_met->at(0));
    CHECK(a.relative_delta->at(1) == 0);
}

TEST_CASE("the sums of one row of one feature are complete in float32, too") {
    const Model f = [](const Tensor& x) { return exp(x); };
    const Attribution a = integrated_gradients(f, Tensor({1, 1}, {1.0}));
    CHECK(a.values.dtype() == DType::float32);
    CHECK(a.values.at(0) == doctest::Approx(std::exp(1.0) - 1).epsilon(1e-6));
    CHECK(*a.tolerance == 1e-3);
    CHECK(a.tolerance_met->at(0));
}

#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::guided_ig;
using attribution::GuidedIg;
using attribution::integrated_gradients;

namespace {

/// Where a model was asked for its gradient along a walk of one row: the rows it saw, in order.
struct Watched {
    std::vector<std::vector<double>> places;
    Model model(const Model& f) {
        return [this, f](const Tensor& x) {
            if (x.is_tracked() && x.rows() == 1) places.push_back(numbers(x));
            return f(x);
        };
    }
};

double gap(const Model& f, const Tensor& x, Index steps) {
    return std::abs(guided_ig(f, x, {.steps = steps}).delta->at(0));
}

}  // namespace

TEST_CASE("distance 0 is the straight line: Integrated Gradients with the left rule") {
    for (std::uint64_t trial = 0; trial < 8; ++trial) {
        const Model f = relu_net({5, 12, 3}, trial, true);
        const Tensor x = random_tensor({3, 5}, trial), from = random_tensor({3, 5}, 40 + trial);
        const Attribution walked = guided_ig(f, x, {.baseline = from, .steps = 20, .distance = 0});
        const Attribution left =
            integrated_gradients(f, x, {.baseline = from, .quadrature = {.steps = 20, .rule = QuadratureRule::left}});
        CHECK(largest_difference(numbers(walked.values), numbers(left.values)) <= 1e-12);
        CHECK(*walked.steps == std::vector<Index>{20, 20, 20});
        CHECK(walked.rule == "left");
    }
}

TEST_CASE("a band as wide as the way moves the flattest features first, one by one") {
    // Slopes 1, 2, 3, 4 and ways of one length: with a quarter of four features each step moves the next one.
    const Model f = of_columns([](auto& x) { return x[0] * 4.0 + x[1] * 3.0 + x[2] * 2.0 + x[3]; });
    Watched watched;
    guided_ig(watched.model(f), row({1, 1, 1, 1}), {.steps = 4, .fraction = 0.25, .distance = 1});
    const std::vector<std::vector<double>> corners{{0, 0, 0, 0}, {0, 0, 0, 1}, {0, 0, 1, 1}, {0, 1, 1, 1}};
    REQUIRE(watched.places.size() >= 8);
    std::vector<std::vector<double>> walked(watched.places.end() - 7, watched.places.end());  // each corner: way, edge
    CHECK(walked == std::vector<std::vector<double>>{corners[0], corners[0], corners[1], corners[1], corners[2],
                                                     corners[2], corners[3]});
}

TEST_CASE("symmetric functions are walked along the diagonal") {
    const Model f = of_columns([](auto& x) { return tanh(x[0] + x[1]) + x[0] * x[1]; });
    const Attribution a = guided_ig(f, row({2, 2}), {.steps = 50, .distance = 0.5});
    CHECK(a.values.at(0) == a.values.at(1));
    const Attribution left =
        integrated_gradients(f, row({2, 2}), {.quadrature = {.steps = 50, .rule = QuadratureRule::left}});
    CHECK(largest_difference(numbers(a.values), numbers(left.values)) <= 1e-12);
}

TEST_CASE("features with one slope stay together, however many the quantile would take") {
    // Three features of slope 1 and one of slope 9: the three arrive together.
    const Model f = of_columns([](auto& x) { return x[0] + x[1] + x[2] + square(x[3]) + x[3] * 9.0; });
    Watched watched;
    guided_ig(watched.model(f), row({1, 1, 1, 1}), {.steps = 16, .fraction = 0.1, .distance = 0.3});
    for (std::size_t k = watched.places.size() - 31; k < watched.places.size(); ++k) {  // the rest is the first look
        const std::vector<double>& place = watched.places[k];
        CHECK(place[0] == place[1]);
        CHECK(place[1] == place[2]);
        CHECK(place[0] >= place[3]);
    }
}

TEST_CASE("more steps, more complete") {
    const Model f = of_columns([](auto& x) { return tanh(x[0] * 2.0 - x[1]) + x[0] * x[1] * x[2]; });
    const Tensor x = row({1, 2, -1});
    const double few = gap(f, x, 10), some = gap(f, x, 80), many = gap(f, x, 640);
    CHECK(some < 0.4 * few);
    CHECK(many < 0.4 * some);
}

TEST_CASE("a tolerance makes the walk complete in every dtype") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = relu_net({6, 14, 4}, 2, true, dtype);
        const Attribution a =
            guided_ig(f, random_tensor({3, 6}, 2, dtype), {.steps = 30, .quadrature = {.tolerance = 1e-3}});
        CHECK(a.rule == "gauss-legendre");
        for (std::size_t k = 0; k < 3; ++k) {
            CHECK(a.relative_delta->at(k) <= 1e-3);
            CHECK(a.tolerance_met->at(k));
        }
    }
}

TEST_CASE("every rule integrates the same walk") {
    const Model f = relu_net({6, 14, 4}, 2, true);
    const Tensor x = random_tensor({2, 6}, 2);
    const auto run = [&](QuadratureRule rule) {
        return guided_ig(f, x, {.steps = 20, .quadrature = {.tolerance = 1e-4, .rule = rule}});
    };
    const Attribution exact = run(QuadratureRule::exact);
    CHECK(exact.relative_delta->at(0) <= 1e-12);
    for (const QuadratureRule rule :
         {QuadratureRule::midpoint, QuadratureRule::trapezoid, QuadratureRule::gauss_kronrod}) {
        const Attribution a = run(rule);
        CHECK(a.rule == attribution::describe(rule));
        CHECK(a.tolerance_met->at(1));
        CHECK(largest_difference(numbers(a.values), numbers(exact.values)) <=
              2e-4 * (a.ncc_gap->at(0) + std::abs(a.f_input[0]) + 1));
    }
}

TEST_CASE("features that do not change get nothing, and an input that is the baseline nothing at all") {
    const Model f = of_columns([](auto& x) { return x[0] * exp(x[1]); });
    CHECK(guided_ig(f, row({2, 1}), {.baseline = row({0, 1})}).values.at(1) == 0);
    CHECK(numbers(guided_ig(f, row({2, 1}), {.baseline = row({2, 1})}).values) == std::vector<double>{0, 0});
}

TEST_CASE("rows walk by themselves; budget and progress change no bit") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = relu_net({4, 9, 3}, 5, true, dtype);
        const Tensor x = random_tensor({3, 4}, 5, dtype);
        Index told = 0;
        GuidedIg tight{.steps = 12};
        tight.run.memory = 1;
        tight.run.progress = [&](std::string_view stage, Index done, Index total) {
            CHECK(stage == "path");
            CHECK(done == ++told);
            CHECK(total == 12);
        };
        const Attribution all = guided_ig(f, x, {.steps = 12});
        CHECK(same_bits(all.values, guided_ig(f, x, tight).values));
        CHECK(told == 12);
        for (Index k = 0; k < 3; ++k)
            CHECK(same_bits(guided_ig(f, slice(x, 0, k, k + 1), {.steps = 12}).values, slice(all.values, 0, k, k + 1)));
    }
}

TEST_CASE("all targets are the targets one by one, with their costs added up") {
    const Model f = relu_net({3, 8, 4}, 6, true);
    const Tensor x = random_tensor({2, 3}, 6);
    const GuidedIg options{.steps = 10, .quadrature = {.tolerance = 1e-3}};
    GuidedIg all = options;
    all.target = attribution::AllTargets{};
    const Attribution a = guided_ig(f, x, all);
    CHECK(a.values.shape() == Shape{2, 4, 3});
    CHECK(a.all_targets);
    CHECK(a.target == std::vector<Index>{0, 1, 2, 3});
    CHECK(a.target_kind == "all");
    Index forward = 0;
    for (Index target = 0; target < 4; ++target) {
        GuidedIg one = options;
        one.target = target;
        const Attribution b = guided_ig(f, x, one);
        forward += b.evaluations.forward;
        CHECK(same_bits(reshape(slice(a.values, 1, target, target + 1), {2, 3}), b.values));
        for (std::size_t row = 0; row < 2; ++row) {
            const std::size_t lane = row * 4 + static_cast<std::size_t>(target);
            CHECK(a.f_input[lane] == b.f_input[row]);
            CHECK(a.delta->at(lane) == b.delta->at(row));
        }
    }
    CHECK(a.evaluations.forward == forward);
    CHECK(a.tolerance_met->size() == 2);
}

TEST_CASE("a gradient that is not a number is walked past, and noted") {
    const Model f = of_columns([](auto& x) { return sqrt(x[0]) + x[1]; });
    const Attribution a = guided_ig(f, row({4, 2}), {.steps = 10});
    CHECK(std::isinf(a.values.at(0)));
    CHECK(a.values.at(1) == doctest::Approx(2));
    REQUIRE(a.notes.size() == 2);
    CHECK(a.notes[1] == "the attribution is not finite in row 0");
}

TEST_CASE("options of guided_ig out of range are refused") {
    const Model f = of_columns([](auto& x) { return x[0]; });
    const auto error = [&](const GuidedIg& options) {
        return error_of<ValueError>([&] { guided_ig(f, row({1}), options); });
    };
    CHECK(error({.steps = 0}) == "guided-ig: steps must be at least 1 but is 0");
    CHECK(error({.fraction = 1.5}) == "guided-ig: fraction must lie in [0, 1] but is 1.5");
    CHECK(error({.distance = -1}) == "guided-ig: distance must lie in [0, 1] but is -1");
    CHECK(error({.quadrature = {.tolerance = 1e-3, .max_steps = 100}}) ==
          "guided-ig: max-steps must be at least 400, which gauss-legendre takes before it can judge its error, but is "
          "100");
    CHECK(error({.quadrature = {.tolerance = 1e-3, .rule = QuadratureRule::gauss_kronrod, .max_steps = 100}}) ==
          "guided-ig: max-steps must be at least 6000, 30 for each of 200 steps of the walk, but is 100");
    CHECK(error_of<ValueError>([&] {
              attribution::along_walks("mine", f, row({1}), {.target = attribution::AllTargets{}}, {});
          }) == "mine: each target has a path of its own; ask for one target at a time");
}

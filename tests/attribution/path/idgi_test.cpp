#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::idgi;
using attribution::Idgi;

TEST_CASE("linear functions share by the squares of their slopes: (1, -2) at (1, 1) gives (-0.2, -0.8)") {
    const Model f = of_columns([](auto& x) { return x[0] - x[1] * 2.0; });
    for (const Index steps : {Index{1}, Index{7}}) {
        const Attribution a = idgi(f, row({1, 1}), {.steps = steps});
        CHECK(largest_difference(numbers(a.values), {-0.2, -0.8}) <= 1e-15);
        CHECK(a.steps->at(0) == steps + 1);
        CHECK(a.rule.empty());
    }
}

TEST_CASE("steps where the gradient is 0 wait for the next that is not: relu(x - 1) from 0 to 2 gives all of it") {
    for (const Index steps : {Index{1}, Index{2}, Index{10}, Index{11}}) {
        CAPTURE(steps);
        const Attribution up = idgi(of_columns([](auto& x) { return relu(x[0] - 1.0); }), row({2}), {.steps = steps});
        CHECK(up.values.at(0) == doctest::Approx(1).epsilon(1e-14));
        const Attribution flat =
            idgi(of_columns([](auto& x) { return 1.0 - relu(1.0 - x[0]); }), row({2}), {.steps = steps});
        CHECK(flat.values.at(0) == doctest::Approx(1).epsilon(1e-14));
    }
}

TEST_CASE("where no gradient is anything, the gap is reported and nothing is shared") {
    const Model step = of_columns([](auto& x) { return greater(x[0], 0.5); });
    const Attribution a = idgi(step, row({1}));
    CHECK(a.values.at(0) == 0);
    CHECK(a.delta->at(0) == -1);
    CHECK(a.relative_delta->at(0) == 1);
}

TEST_CASE("it telescopes: complete to rounding with any number of steps, on any path") {
    for (const DType dtype : {DType::float32, DType::float64})
        for (const Index steps : {Index{1}, Index{3}, Index{40}}) {
            const Model f = relu_net({5, 12, 3}, 2, true, dtype);
            const Tensor x = random_tensor({3, 5}, 2, dtype), from = random_tensor({3, 5}, 3, dtype);
            const auto bow = [](const Tensor& start, const Tensor& end, Index) {
                return attribution::polyline({start, (start + end) * 0.5 + 1.0, end});
            };
            const auto paths = steps == 3 ? attribution::PathMeasure(bow) : attribution::PathMeasure{};
            const Attribution a = idgi(f, x, {.baseline = from, .paths = paths, .steps = steps});
            for (const double delta : *a.relative_delta) CHECK(delta <= (dtype == DType::float32 ? 1e-6 : 1e-14));
        }
}

TEST_CASE("functions of the sum share it equally, whatever the features are") {
    const Model f = of_columns([](auto& x) { return pow(x[0] + x[1], 3.0); });
    CHECK(largest_difference(numbers(idgi(f, row({1, 3})).values), {32, 32}) <= 1e-12);
}

TEST_CASE("a tolerance takes points until the answer stays") {
    const Model f = of_columns([](auto& x) { return x[0] * x[0] * x[1] + sin(x[1]); });
    const Attribution a = idgi(f, row({2, 3}), {.steps = 8, .tolerance = 1e-3});
    const Attribution fine = idgi(f, row({2, 3}), {.steps = 20000});
    CHECK(a.tolerance_met->at(0));
    CHECK(a.quadrature_error->at(0) <= 1e-3);
    CHECK(largest_difference(numbers(a.values), numbers(fine.values)) <= 3e-3 * std::abs(a.f_input[0]));
    const Attribution missed = idgi(f, row({2, 3}), {.steps = 8, .tolerance = 1e-7, .max_steps = 500});
    CHECK_FALSE(missed.tolerance_met->at(0));
    REQUIRE(missed.notes.size() == 1);
    CHECK(missed.notes[0].starts_with("tolerance 1e-07 was not met within max-steps 500; about "));
}

TEST_CASE("gradients too small to be squared still share") {
    const Model f = of_columns([](auto& x) { return x[0] * 1e-200 + x[1] * 2e-200; });
    const Attribution a = idgi(f, row({1, 1}), {.steps = 2});
    CHECK(a.values.at(0) * 1e200 == doctest::Approx(0.6));
    CHECK(a.values.at(1) * 1e200 == doctest::Approx(2.4));
}

TEST_CASE("what is not a number stays so, and is noted") {
    const Attribution a = idgi(of_columns([](auto& x) { return sqrt(x[0]) + x[1]; }), row({4, 2}), {.steps = 4});
    CHECK(std::isnan(a.values.at(0)));
    CHECK(a.notes == std::vector<std::string>{"the attribution is not finite in row 0"});
}

TEST_CASE("rows and targets by themselves, all targets in one pass, any budget: the same bits") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = relu_net({4, 9, 3}, 5, true, dtype);
        const Tensor x = random_tensor({2, 4}, 5, dtype);
        const Idgi options{.steps = 9};
        Idgi all = options, tight = options, last = options;
        all.target = attribution::AllTargets{};
        tight.run.memory = 1;
        last.target = Index{2};
        const Attribution a = idgi(f, x, all);
        CHECK(a.values.shape() == Shape{2, 3, 4});
        CHECK(same_bits(reshape(slice(a.values, 1, 2, 3), {2, 4}), idgi(f, x, last).values));
        CHECK(same_bits(idgi(f, x, options).values, idgi(f, x, tight).values));
        CHECK(same_bits(slice(idgi(f, x, options).values, 0, 1, 2), idgi(f, slice(x, 0, 1, 2), options).values));
    }
}

TEST_CASE("options of idgi out of range are refused") {
    const auto error = [](const Idgi& options) {
        return error_of<ValueError>([&] { idgi(of_columns([](auto& x) { return x[0]; }), row({1}), options); });
    };
    CHECK(error({.steps = 0}) == "idgi: steps must be at least 1 but is 0");
    CHECK(error({.tolerance = -1.0}) == "idgi: tolerance must be above 0 but is -1");
    CHECK(error({.tolerance = 1e-3, .max_steps = 100}) ==
          "idgi: max-steps must be at least 200, which left takes before it can judge its error, but is 100");
}

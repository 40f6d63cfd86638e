#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::ig2;
using attribution::Ig2;

namespace {

const Model identity = [](const Tensor& x) { return x; };

}  // namespace

TEST_CASE("with the identity as representation the walk is the straight line, in steps of the rate") {
    const Model f = of_columns([](auto& x) { return square(x[0]) * x[1]; });
    const Attribution arrived = ig2(f, row({2, 3}), {.representation = identity, .steps = 200, .rate = 0.05});
    CHECK(arrived.f_baseline->at(0) == doctest::Approx(0).epsilon(1e-9));
    CHECK(largest_difference(numbers(arrived.values), {8, 4}) <= 0.2);  // the right rule with 73 steps
    const Attribution exact = ig2(
        f, row({2, 3}), {.representation = identity, .steps = 200, .rate = 0.05, .quadrature = {.tolerance = 1e-8}});
    CHECK(largest_difference(numbers(exact.values), {8, 4}) <= 1e-6);
    CHECK(exact.tolerance_met->at(0));
}

TEST_CASE("a walk that is too short is complete with where it ended") {
    const Model f = of_columns([](auto& x) { return x[0] * 2.0 + x[1]; });
    const Attribution a = ig2(f, row({3, 4}), {.representation = identity, .steps = 2, .rate = 1});
    CHECK(largest_difference(numbers(a.values), {2 * 1.2, 1.6}) <= 1e-12);  // two steps of length 1 towards 0
    CHECK(a.f_baseline->at(0) == doctest::Approx(6));
    CHECK(std::abs(a.delta->at(0)) <= 1e-12);
}

TEST_CASE("the model's own output is the representation where none is given, and the box holds the walk") {
    const Model f = of_columns([](auto& x) { return x[0] - x[1]; });
    const Attribution free = ig2(f, row({3, 0}), {.steps = 30, .rate = 0.5});
    CHECK(free.f_baseline->at(0) == doctest::Approx(0).epsilon(1e-9));
    CHECK(largest_difference(numbers(free.values), {1.5, 1.5}) <= 1e-6);
    const Attribution held = ig2(f, row({3, 0}), {.steps = 60, .rate = 0.5, .low = 0, .high = 1e9});
    CHECK(held.values.at(1) == doctest::Approx(held.baseline->at(0) - 0).epsilon(10));
    CHECK(held.f_baseline->at(0) == doctest::Approx(0).epsilon(1e-6));
}

TEST_CASE("the mean over references, complete with the mean of F where the walks end") {
    const Model f = relu_net({5, 12, 3}, 2, true);
    const Tensor x = random_tensor({2, 5}, 2), pool = random_tensor({4, 5}, 3);
    const Attribution a = ig2(f, x,
                              {.references = attribution::baseline::Samples{pool},
                               .steps = 40,
                               .rate = 0.1,
                               .quadrature = {.tolerance = 1e-4}});
    CHECK(*a.samples == 4);
    CHECK(a.standard_error.has_value());
    for (std::size_t k = 0; k < 2; ++k) CHECK(a.relative_delta->at(k) <= 1e-4);
}

TEST_CASE("rows walk by themselves; any budget gives the same bits; all targets are the targets one by one") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = relu_net({4, 9, 3}, 6, true, dtype);
        const Tensor x = random_tensor({3, 4}, 6, dtype);
        const Ig2 options{.steps = 12, .rate = 0.1};
        Ig2 tight = options, all = options, one = options;
        tight.run.memory = 1;
        all.target = attribution::AllTargets{};
        one.target = Index{1};
        const Attribution a = ig2(f, x, options);
        CHECK(same_bits(a.values, ig2(f, x, tight).values));
        for (Index k = 0; k < 3; ++k)
            CHECK(same_bits(ig2(f, slice(x, 0, k, k + 1), options).values, slice(a.values, 0, k, k + 1)));
        const Attribution every = ig2(f, x, all);
        CHECK(every.values.shape() == Shape{3, 3, 4});
        CHECK(same_bits(reshape(slice(every.values, 1, 1, 2), {3, 4}), ig2(f, x, one).values));
    }
}

TEST_CASE("options of ig2 out of range are refused") {
    const auto error = [](const Ig2& options) {
        return error_of<ValueError>([&] { ig2(identity, row({1}), options); });
    };
    CHECK(error({.steps = 0}) == "ig2: steps must be at least 1 but is 0");
    CHECK(error({.rate = -1}) == "ig2: rate must be above 0 but is -1");
    CHECK(error({.low = 2, .high = 1}) == "ig2: low must be below high but they are 2 and 1");
}

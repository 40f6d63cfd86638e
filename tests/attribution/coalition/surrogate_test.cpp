// Methods that look at random inputs around x: a linear model of what is seen, and masks.
#include <attribution/functions.hpp>
#include <support/close.hpp>

using namespace attribution_tests;

namespace {

const Model plane = of_columns([](auto& x) { return x[0] * 2.0 - x[1] + x[2] * 0.5 + 4.0; });

}  // namespace

TEST_CASE("lime without a ridge finds the coefficients of an additive game") {
    const Attribution a =
        attribution::lime(plane, row({1, 3, 2}), {.baseline = row({0, 1, 0}), .samples = 60, .ridge = 0});
    CHECK(largest_difference(numbers(a.values), {2, -2, 1}) <= 1e-10);
    CHECK(largest_difference(numbers(*a.standard_error), {0, 0, 0}) <= 1e-10);
}

TEST_CASE("lime's errors shrink with the samples, and its ridge shrinks the coefficients") {
    const Model f = relu_net({5, 8, 1}, 3, true);
    const Tensor x = random_tensor({1, 5}, 1);
    const auto error = [&](Index samples) {
        return attribution::lime(f, x, {.samples = samples}).standard_error->at(0);
    };
    CHECK(tests::close(error(200) / error(3200), 4, 0.25));
    const auto size = [&](double ridge) { return sum(abs(attribution::lime(f, x, {.ridge = ridge}).values)).item(); };
    CHECK(size(10) < size(0.1));
    CHECK(size(0.1) < size(0));
}

TEST_CASE("lime's errors are of the size they say") {
    const Model f = relu_net({5, 8, 1}, 3, true);
    const Tensor x = random_tensor({1, 5}, 1);
    const Tensor truth = attribution::lime(f, x, {.samples = 40'000, .seed = 99}).values;
    double squares = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        const Attribution a = attribution::lime(f, x, {.samples = 200, .seed = seed});
        for (Index i = 0; i < 5; ++i)
            squares += std::pow((a.values.at(i) - truth.at(i)) / a.standard_error->at(i), 2) / 500;
    }
    CHECK(squares > 0.75);
    CHECK(squares < 1.3);
}

TEST_CASE("lime refuses options out of range") {
    const auto error = [](const attribution::Lime& o) {
        return error_of<ValueError>([&] { attribution::lime(plane, row({1, 3, 2}), o); });
    };
    CHECK(error({.samples = 0}) == "lime: samples must be at least 1 but is 0");
    CHECK(error({.tolerance = 0}) == "lime: tolerance must be above 0 but is 0");
    CHECK(error({.width = 0}) == "lime: width must be above 0 but is 0");
    CHECK(error({.ridge = -1}) == "lime: ridge must not be negative but is -1");
}

TEST_CASE("rise of a linear function is known: half of the sum, and half of each term again") {
    // E[F M_i] / p with F = c + Σ tⱼ Mⱼ, tⱼ = wⱼ xⱼ: c + Σ_{j ≠ i} p tⱼ + t_i.
    const Attribution a = attribution::rise(plane, row({1, 3, 2}), {.samples = 20'000});
    const std::vector<double> truth{4 + 2 + (-3 + 1) / 2., 4 - 3 + (2 + 1) / 2., 4 + 1 + (2 - 3) / 2.};
    for (Index i = 0; i < 3; ++i) {
        const double off = std::abs(a.values.at(i) - truth[static_cast<std::size_t>(i)]);
        CHECK(off <= 4 * a.standard_error->at(i));
        CHECK(a.standard_error->at(i) < 0.1);
    }
}

TEST_CASE("rise's masks lie in [0, 1], are seen with the probability, and are the same for every channel and row") {
    // The model reads the mask itself: input 1, baseline 0.
    std::vector<double> seen;
    const Model reader = [&](const Tensor& x) {
        for (Index k = 0; k < x.size(); ++k) seen.push_back(x.at(k));
        return mean(flatten(x), {.axes = {1}});
    };
    const Tensor x = ones({1, 2, 5, 6}, DType::float64);
    const attribution::Run known{.facts = std::make_shared<const attribution::ModelFacts>()};
    attribution::rise(reader, x, {.samples = 1500, .cells = {3, 2}, .probability = 0.3, .run = known});
    double sum = 0;
    const std::size_t first = seen.size() - 1500 * 60;  // the input itself was looked at before
    for (std::size_t k = first; k < seen.size(); ++k) {
        REQUIRE(seen[k] >= 0);
        REQUIRE(seen[k] <= 1);
        sum += seen[k];
        const std::size_t pixel = (k - first) % 60;
        if (pixel >= 30) REQUIRE(seen[k] == seen[k - 30]);
    }
    CHECK(tests::close(sum / (1500 * 60), 0.3, 0.06));
}

TEST_CASE("rise refuses options out of range") {
    const auto error = [](const attribution::Rise& o) {
        return error_of<ValueError>([&] { attribution::rise(plane, row({1, 3, 2}), o); });
    };
    CHECK(error({.samples = 0}) == "rise: samples must be at least 1 but is 0");
    CHECK(error({.tolerance = 0.1, .max_samples = 0}) == "rise: max-samples must be at least 1 but is 0");
    CHECK(error({.cells = {0, 0}}) == "rise: cells must be at least 1x1 but are automatic");
    CHECK(error({.probability = 0}) == "rise: probability must lie in (0, 1] but is 0");
}

TEST_CASE("lime and rise sample until their half-widths are within a tolerance, and say where they are not") {
    const Model f = relu_net({5, 8, 2}, 3, true);
    const Tensor x = random_tensor({1, 5}, 1);
    const auto check = [&](const auto& explain) {
        const Attribution wide = explain(0.1, Index{100'000}), narrow = explain(0.05, Index{100'000});
        for (const Attribution* a : {&wide, &narrow}) {
            CHECK(a->tolerance_met->at(0));
            CHECK(a->half_width->at(0) <= *a->tolerance);
        }
        // A quarter of the variance needs four times the samples; it is looked at each time there are a quarter more.
        const double more = static_cast<double>(*narrow.samples) / static_cast<double>(*wide.samples);
        CHECK(more >= 2);
        CHECK(more <= 8);
        const Attribution cut = explain(1e-6, Index{50});
        CHECK_FALSE(cut.tolerance_met->at(0));
        CHECK(*cut.samples == 50);
        CHECK(cut.notes.back() ==
              "tolerance 1e-06 was not met within max-samples 50; allow more, or ask for less");
    };
    check([&](double tolerance, Index most) {
        return attribution::lime(f, x, {.tolerance = tolerance, .max_samples = most});
    });
    check([&](double tolerance, Index most) {
        return attribution::rise(f, x, {.tolerance = tolerance, .max_samples = most});
    });
}

TEST_CASE("a row's lime and rise are the same alone and beside a row that needs more samples") {
    const Model f = relu_net({4, 8, 1}, 5, true);
    const Tensor x = random_tensor({3, 4}, 2);
    const auto check = [&](const auto& explain) {
        const Attribution all = explain(x);
        for (Index k = 0; k < 3; ++k) {
            const Attribution one = explain(slice(x, 0, k, k + 1));
            CHECK(same_bits(slice(all.values, 0, k, k + 1), one.values));
            CHECK(all.half_width->at(static_cast<std::size_t>(k)) == one.half_width->at(0));
        }
    };
    check([&](const Tensor& rows) { return attribution::lime(f, rows, {.tolerance = 0.1}); });
    check([&](const Tensor& rows) { return attribution::rise(f, rows, {.tolerance = 0.1}); });
}

#include <attribution/functions.hpp>
#include <support/close.hpp>

using namespace attribution_tests;
using attribution::Smooth;
using attribution::smooth;
using attribution::smooth_squared;
using attribution::var;

namespace {

/// The gradient of ½ xᵀQx is Qx: under noise of deviation s its mean is Qx, its variance s² Σⱼ Qᵢⱼ².
const Tensor q({2, 2}, {2, 1, 1, -3}, DType::float64);
const Model quadratic = [](const Tensor& x) { return sum(x * matmul(x, q), {.axes = {1}}) * 0.5; };
const attribution::BoundMethod bound = [](const Tensor& x) { return attribution::gradient(quadratic, x); };
const Tensor x = row({1, 3});
constexpr double s = 0.4;
const Smooth many{.sigma = s, .relative = false, .samples = 4000, .seed = 5};

}  // namespace

TEST_CASE("SmoothGrad of a quadratic has the mean of its noise, within five standard errors") {
    const Attribution a = smooth(bound, x, many);
    const std::vector<double> mean{5, -8}, deviation{s * std::sqrt(5.0), s * std::sqrt(10.0)};
    for (std::size_t k = 0; k < 2; ++k) {
        const double error = a.standard_error->at(static_cast<Index>(k));
        CHECK(tests::close(error, deviation[k] / std::sqrt(4000.0), 0.05));
        CHECK(std::abs(a.values.at(static_cast<Index>(k)) - mean[k]) <= 5 * error);
    }
    CHECK(*a.samples == 4000);
    CHECK(*a.seed == 5);
    CHECK(a.evaluations.backward == 4000);
}

TEST_CASE("VarGrad of a quadratic is s² Σ Q², and the squares' mean is that plus the square of the mean") {
    const Attribution variance = var(bound, x, many), squares = smooth_squared(bound, x, many),
                      mean = smooth(bound, x, many);
    CHECK(tests::close(variance.values.at(0), s * s * 5, 0.1));
    CHECK(tests::close(variance.values.at(1), s * s * 10, 0.1));
    for (Index k = 0; k < 2; ++k) {
        const double m = mean.values.at(k);
        CHECK(squares.values.at(k) - m * m == doctest::Approx(variance.values.at(k)).epsilon(1e-9));
    }
    CHECK_FALSE(variance.standard_error.has_value());
}

TEST_CASE("linear functions keep their gradient under any noise, and vary by nothing") {
    const Model f = of_columns([](auto& z) { return z[0] * 2.0 - z[1]; });
    const attribution::BoundMethod method = [&](const Tensor& z) { return attribution::gradient(f, z); };
    CHECK(numbers(smooth(method, x).values) == std::vector<double>{2, -1});
    CHECK(numbers(var(method, x).values) == std::vector<double>{0, 0});
    CHECK(numbers(smooth_squared(method, x).values) == std::vector<double>{4, 1});
}

TEST_CASE("relative sigma counts in units of each row's range") {
    std::vector<std::vector<double>> seen;
    const attribution::BoundMethod spy = [&](const Tensor& z) {
        seen.push_back(numbers(z));
        return bound(z);
    };
    const Tensor rows({2, 2}, {0, 1, 10, 30}, DType::float64);
    smooth(spy, rows, {.sigma = 0.1, .samples = 1, .seed = 2});
    smooth(spy, rows, {.sigma = 1, .relative = false, .samples = 1, .seed = 2});
    for (std::size_t k = 0; k < 4; ++k) {
        const double clean = rows.at(static_cast<Index>(k)), range = k < 2 ? 1 : 20;
        CHECK(seen[0][k] - clean == doctest::Approx(0.1 * range * (seen[1][k] - clean)).epsilon(1e-9));
    }
}

TEST_CASE("a sample's noise is the same whatever the number of samples, and no noise is the method itself") {
    const auto noisy = [&](Index samples) {
        std::vector<std::vector<double>> seen;
        smooth(
            [&](const Tensor& z) {
                seen.push_back(numbers(z));
                return bound(z);
            },
            x, {.samples = samples, .seed = 1});
        return seen;
    };
    const auto few = noisy(3), more = noisy(7);
    for (std::size_t k = 0; k < 3; ++k) CHECK(few[k] == more[k]);
    CHECK(few[0] != few[1]);
    CHECK(same_bits(smooth(bound, x, {.sigma = 0}).values, bound(x).values));
}

TEST_CASE("smoothing wraps any method, with all targets, and claims no completeness") {
    const Model f = relu_net({3, 6, 2}, 4, true);
    const Tensor z = random_tensor({2, 3}, 4);
    const Attribution a = smooth(
        [&](const Tensor& noisy) {
            return attribution::integrated_gradients(
                f, noisy, {.target = attribution::AllTargets{}, .quadrature = {.tolerance = 1e-2}});
        },
        z, {.samples = 3});
    CHECK(a.values.shape() == Shape{2, 2, 3});
    CHECK(a.tolerance_met->size() == 2);
    CHECK(a.baseline_kind == "zero");
    CHECK_FALSE(a.delta.has_value());
    CHECK_FALSE(a.quadrature_error.has_value());
    CHECK(a.f_input.empty());
}

TEST_CASE("what belongs to one noisy copy is not handed on as if it were all of theirs") {
    const Model net = [](const Tensor& z) { return sum(square(tap("h", tanh(z))), {.axes = {1}}); };
    const auto groups = attribution::parse_groups("0,0");
    const auto smoothed = [](const attribution::BoundMethod& method) { return smooth(method, x, {.samples = 3}); };
    CHECK_FALSE(smoothed([&](const Tensor& z) { return attribution::shapley(net, z, {.groups = groups}); }).players);
    CHECK_FALSE(smoothed([&](const Tensor& z) { return attribution::harsanyi(net, z); }).dividends);
    CHECK_FALSE(smoothed([&](const Tensor& z) {
                    return attribution::shapley_sampling(net, z, {.sampling = {.samples = 4}});
                }).half_width);
    CHECK(
        smoothed([&](const Tensor& z) { return attribution::conductance(net, z, {.layer = "h"}); }).identities.empty());
}

TEST_CASE("a note that not all noisy copies share says how many do") {
    Index copy = 0;
    const attribution::BoundMethod method = [&](const Tensor& z) {
        Attribution a = bound(z);
        a.notes = {"always"};
        a.notes.push_back(copy++ == 0 ? "first" : "later");
        return a;
    };
    CHECK(smooth(method, x, {.samples = 3}).notes ==
          std::vector<std::string>{"always", "in 1 of 3 noisy copies: first", "in 2 of 3 noisy copies: later"});
    const attribution::BoundMethod chatty = [&](const Tensor& z) {
        Attribution a = bound(z);
        a.notes = {text("figure ", copy++)};
        return a;
    };
    const std::vector<std::string> notes = smooth(chatty, x, {.samples = 9}).notes;
    REQUIRE(notes.size() == 5);
    CHECK(notes[3] == "in 1 of 9 noisy copies: figure 6");
    CHECK(notes[4] == "and 5 more of such notes");
}

TEST_CASE("a smoother inside a smoother with the same seed would repeat its noise, and is refused") {
    const auto nested = [](std::uint64_t seed) {
        return smooth([&](const Tensor& z) { return var(bound, z, {.samples = 2, .seed = seed}); }, x, {.seed = 3});
    };
    CHECK(error_of<ValueError>([&] { nested(3); }) ==
          "smooth-grad: the method inside is var-grad with the same seed 3, which draws the same noise again; give it "
          "another");
    CHECK(nested(4).values.shape() == x.shape());
}

TEST_CASE("a row without a range gets no relative noise, and a note says so") {
    const std::string tail = ": sigma counts in units of max(x) - min(x), which is 0; set relative to false";
    const Tensor rows({3, 2}, {1, 2, 5, 5, 7, 7}, DType::float64);
    CHECK(smooth(bound, rows).notes == std::vector<std::string>{"no noise was added to row 1 and 1 more" + tail});
    CHECK(smooth(bound, slice(rows, 0, 2, 3)).notes == std::vector<std::string>{"no noise was added to row 0" + tail});
    CHECK(smooth(bound, rows, {.relative = false}).notes.empty());
    CHECK(smooth(bound, rows, {.sigma = 0}).notes.empty());
    CHECK(smooth(bound, slice(rows, 0, 0, 1)).notes.empty());
}

TEST_CASE("options of smoothing out of range are refused") {
    CHECK(error_of([] { smooth(bound, x, {.samples = 0}); }) == "smooth-grad: samples must be at least 1 but is 0");
    CHECK(error_of([] { var(bound, x, {.samples = 1}); }) == "var-grad: samples must be at least 2 but is 1");
    CHECK(error_of([] { smooth_squared(bound, x, {.sigma = -1}); }) ==
          "smooth-grad-squared: sigma must not be negative but is -1");
    CHECK(error_of([] { smooth({}, x); }) == "smooth-grad: the method is empty");
    CHECK_FALSE(smooth(bound, x, {.samples = 1}).standard_error.has_value());
}

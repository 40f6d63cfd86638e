#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/minimize/adam.hpp>
#include <gradpath/autodiff/minimize/rms_prop.hpp>

using namespace gradpath;
using namespace gradpath::minimize;
using doctest::Approx;

namespace {

Tensor number(double value) { return Tensor({1}, {value}, DType::float64); }

}  // namespace

TEST_CASE("two rmsprop steps by hand") {
    // s = .1·4 = .4, then .9·.4 + .1·1 = .46
    std::vector<Tensor> p{number(3)};
    RmsPropState state;
    const RmsProp options{.rate = 0.5, .smoothing = 0.9, .epsilon = 1e-8};
    step(p, {number(2)}, state, options);
    CHECK(p[0].item() == Approx(3 - 0.5 * 2 / (std::sqrt(0.4) + 1e-8)).epsilon(1e-13));
    step(p, {number(-1)}, state, options);
    CHECK(p[0].item() == Approx(3 - 0.5 * (2 / std::sqrt(0.4) - 1 / std::sqrt(0.46))).epsilon(1e-7));
    CHECK(state.square[0].item() == Approx(0.46).epsilon(1e-14));
    CHECK(state.mean.empty());
    CHECK(state.velocity.empty());
}

TEST_CASE("rmsprop with momentum, centred, with weight decay, by hand") {
    std::vector<Tensor> p{number(2)};
    RmsPropState state;
    const RmsProp options{
        .rate = 0.1, .smoothing = 0.5, .epsilon = 1, .momentum = 0.5, .centered = true, .weight_decay = 0.5};
    step(p, {number(1)}, state, options);  // d = 2, s = 2, m = 1, u = 2 / (1 + 1), v = 1
    CHECK(p[0].item() == Approx(1.9).epsilon(1e-14));
    step(p, {number(0.05)}, state, options);  // d = 1, s = 1.5, m = 1, u = 1 / (√.5 + 1), v = .5 + u
    CHECK(p[0].item() == Approx(1.9 - 0.1 * (0.5 + 1 / (std::sqrt(0.5) + 1))).epsilon(1e-14));
    CHECK(state.mean[0].item() == Approx(1).epsilon(1e-14));
}

TEST_CASE("a constant gradient has no variance, whatever rounding says: centred rmsprop divides by epsilon") {
    std::vector<Tensor> p{number(0)};
    RmsPropState state{.square = {number(0.01)}, .mean = {number(0.1)}};
    for (int t = 0; t < 50; ++t)
        step(p, {number(0.1)}, state, {.rate = 1e-3, .smoothing = 0.9, .epsilon = 1, .centered = true});
    CHECK(p[0].item() == Approx(-50 * 1e-3 * 0.1).epsilon(1e-6));
}

TEST_CASE("rmsprop keeps handles, takes both dtypes, and changes nothing when it refuses") {
    std::vector<Tensor> p{ones({3}), number(1)};
    const Tensor kept = p[0];
    RmsPropState state;
    step(p, {ones({3}), number(1)}, state, {});
    CHECK(kept.at(0) == 1);
    CHECK(p[0].at(0) != 1);
    CHECK(p[1].dtype() == DType::float64);
    const float* address = p[0].data<float>().data();
    step(p, {ones({3}), number(1)}, state, {});
    CHECK(p[0].data<float>().data() == address);

    std::vector<Tensor> one{number(1)};
    RmsPropState fresh;
    CHECK_THROWS_WITH_AS(step(one, {}, fresh, {}), "rmsprop: the lists must be equally long: 1 parameters, 0 gradients",
                         ValueError);
    RmsPropState other{.square = {number(1)}, .velocity = {ones({2}, DType::float64)}};
    CHECK_THROWS_WITH_AS(step(one, {number(1)}, other, {.momentum = 0.5}),
                         "rmsprop: parameter 0 has shape (1,) but its entry in velocity has (2,)", ShapeError);
    CHECK(fresh.square.empty());
    CHECK(other.square[0].item() == 1);
    CHECK(one[0].item() == 1);
}

TEST_CASE("rmsprop says which option is out of range") {
    std::vector<Tensor> p{number(1)};
    const std::vector<Tensor> g{number(1)};
    RmsPropState state;
    const auto refused = [&](const RmsProp& options, const char* message) {
        CHECK_THROWS_WITH_AS(step(p, g, state, options), message, ValueError);
    };
    refused({.rate = -1}, "rmsprop: rate must be finite and not negative but is -1");
    refused({.smoothing = 1}, "rmsprop: smoothing must lie in [0, 1) but is 1");
    refused({.epsilon = 0}, "rmsprop: epsilon must be finite and above 0 but is 0");
    refused({.momentum = 1}, "rmsprop: momentum must lie in [0, 1) but is 1");
    refused({.weight_decay = -1}, "rmsprop: weight_decay must be finite and not negative but is -1");
}

TEST_CASE("AdamW is Adam with a decay") {
    std::vector<Tensor> a{number(8)}, b{number(8)};
    AdamState sa, sb;
    step(a, {number(1)}, sa, AdamW{.rate = 0.5});
    step(b, {number(1)}, sb, Adam{.rate = 0.5, .weight_decay = 1e-2});
    CHECK(same_bits(a[0], b[0]));
    CHECK(a[0].item() < 7.5);
}

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <gradpath/autodiff/minimize/adam.hpp>
#include <gradpath/autodiff/minimize/sgd.hpp>
#include <gradpath/autodiff/random.hpp>

using namespace gradpath;
using namespace gradpath::minimize;
using doctest::Approx;

namespace {

Tensor numbers(std::initializer_list<double> values) {
    return Tensor({static_cast<Index>(values.size())}, values, DType::float64);
}

// (1 - x)² + 100 (y - x²)²: a bent valley with its bottom at (1, 1).
Tensor rosenbrock_gradient(const Tensor& p) {
    const double x = p.at(0), y = p.at(1);
    return numbers({-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)});
}

}  // namespace

TEST_CASE("one sgd step on a quadratic walks the rate times the gradient") {
    std::vector<Tensor> p{numbers({4, -2})};
    SgdState state;
    step(p, {numbers({4, -2})}, state, {.rate = 0.25});  // gradient of |p|²/2
    CHECK(p[0].at(0) == 3);
    CHECK(p[0].at(1) == -1.5);
    CHECK(state.velocity.empty());
}

TEST_CASE("sgd with momentum under a constant gradient has the geometric velocity") {
    std::vector<Tensor> p{numbers({0})};
    SgdState state;
    for (int t = 0; t < 5; ++t) step(p, {numbers({1})}, state, {.rate = 1, .momentum = 0.5});
    // v_t = 2 (1 - 2⁻ᵗ), p = -Σ v_t = -(2·5 - 2 (1 - 2⁻⁵))
    CHECK(state.velocity[0].at(0) == 1.9375);
    CHECK(p[0].at(0) == -8.0625);
}

TEST_CASE("nesterov looks ahead by one more momentum step") {
    std::vector<Tensor> p{numbers({0})};
    SgdState state;
    step(p, {numbers({1})}, state, {.rate = 1, .momentum = 0.5, .nesterov = true});
    CHECK(p[0].at(0) == -1.5);  // d + momentum v = 1 + .5
    step(p, {numbers({1})}, state, {.rate = 1, .momentum = 0.5, .nesterov = true});
    CHECK(p[0].at(0) == -3.25);  // v = 1.5, d + .75 more
}

TEST_CASE("weight decay of sgd without a gradient shrinks by the factor 1 - rate decay") {
    std::vector<Tensor> p{numbers({8})};
    SgdState state;
    for (int t = 0; t < 3; ++t) step(p, {numbers({0})}, state, {.rate = 0.5, .weight_decay = 1});
    CHECK(p[0].at(0) == 1);
}

TEST_CASE("the first adam step walks the rate against the sign of the gradient, whatever its size") {
    std::vector<Tensor> p{numbers({1, 1, 1, 1})};
    AdamState state;
    step(p, {numbers({1e-3, -1e4, 2, 0})}, state, {.rate = 0.125, .epsilon = 1e-30});
    CHECK(p[0].at(0) == Approx(0.875).epsilon(1e-12));
    CHECK(p[0].at(1) == Approx(1.125).epsilon(1e-12));
    CHECK(p[0].at(2) == Approx(0.875).epsilon(1e-12));
    CHECK(p[0].at(3) == 1);
    CHECK(state.steps == 1);
    CHECK(state.mean[0].at(2) == Approx(0.2).epsilon(1e-14));
    CHECK(state.variance[0].at(2) == Approx(0.004).epsilon(1e-12));
}

TEST_CASE("two adam steps by hand") {
    // Gradients 1 then 3: m = .9·.1 + .1·3 = .39, m̂ = .39/.19; v = .999·.001 + .001·9 = .009999, v̂ = v/.001999.
    std::vector<Tensor> p{numbers({0})};
    AdamState state;
    step(p, {numbers({1})}, state, {.rate = 0.1});
    step(p, {numbers({3})}, state, {.rate = 0.1});
    const double first = -0.1 / (1 + 1e-8), second = -0.1 * (0.39 / 0.19) / (std::sqrt(0.009999 / 0.001999) + 1e-8);
    CHECK(p[0].at(0) == Approx(first + second).epsilon(1e-12));
}

TEST_CASE("adam's weight decay is decoupled: it does not pass through the moments") {
    std::vector<Tensor> p{numbers({8})};
    AdamState state;
    for (int t = 0; t < 3; ++t) step(p, {numbers({0})}, state, {.rate = 0.5, .weight_decay = 1});
    CHECK(p[0].at(0) == Approx(1).epsilon(1e-12));
    CHECK(state.mean[0].at(0) == 0);
}

TEST_CASE("adam finds the bottom of rosenbrock's valley, and sgd with momentum does, too") {
    std::vector<Tensor> p{numbers({-1.2, 1})};
    AdamState adam;
    for (int t = 0; t < 20'000; ++t) step(p, {rosenbrock_gradient(p[0])}, adam, {.rate = 0.01});
    CHECK(p[0].at(0) == Approx(1).epsilon(1e-4));
    CHECK(p[0].at(1) == Approx(1).epsilon(1e-4));

    p = {numbers({-1.2, 1})};
    SgdState sgd;
    for (int t = 0; t < 20'000; ++t) step(p, {rosenbrock_gradient(p[0])}, sgd, {.rate = 2e-4, .momentum = 0.9});
    CHECK(p[0].at(0) == Approx(1).epsilon(1e-4));
    CHECK(p[0].at(1) == Approx(1).epsilon(1e-4));
}

TEST_CASE("a handle copied before a step keeps its numbers, and a list alone keeps its buffers") {
    std::vector<Tensor> p{numbers({1, 2})};
    const Tensor kept = p[0];
    AdamState state;
    step(p, {numbers({1, 1})}, state, {});
    CHECK(kept.at(0) == 1);
    CHECK(p[0].at(0) != 1);
    const double* address = p[0].data<double>().data();
    const Tensor kept_mean = state.mean[0];
    const double mean = kept_mean.at(0);
    step(p, {numbers({1, 1})}, state, {});
    CHECK(p[0].data<double>().data() == address);
    CHECK(kept_mean.at(0) == mean);
}

TEST_CASE("a parameter that is its own gradient, and one that stands twice in the list, are updated as if apart") {
    const Tensor shared = numbers({4});
    std::vector<Tensor> p{shared, shared};
    SgdState state;
    step(p, {shared, shared}, state, {.rate = 0.5});
    CHECK(p[0].at(0) == 2);
    CHECK(p[1].at(0) == 2);
    CHECK(shared.at(0) == 4);
}

TEST_CASE("steps go with float32 and float64 side by side, with no parameters, and with empty ones") {
    std::vector<Tensor> p{ones({3}), ones({2}, DType::float64), zeros({0})};
    AdamState adam;
    SgdState sgd;
    step(p, {ones({3}), ones({2}, DType::float64), zeros({0})}, adam, {.rate = 0.5});
    CHECK(p[0].dtype() == DType::float32);
    CHECK(p[0].at(2) == Approx(0.5));
    CHECK(p[1].at(1) == Approx(0.5));
    std::vector<Tensor> none;
    step(none, {}, sgd, {.momentum = 0.9});
    AdamState fresh;
    step(none, {}, fresh, {});
    CHECK(fresh.steps == 1);
}

TEST_CASE("training goes on bit for bit from a copied state") {
    const auto gradient = [](Index t) {
        return random::normal({37}, {.seed = 1, .stream = static_cast<std::uint64_t>(t)});
    };
    std::vector<Tensor> p{ones({37})}, resumed;
    AdamState state, copy;
    for (Index t = 0; t < 10; ++t) {
        if (t == 4) resumed = p, copy = state;
        step(p, {gradient(t)}, state, {});
    }
    for (Index t = 4; t < 10; ++t) step(resumed, {gradient(t)}, copy, {});
    CHECK(same_bits(p[0], resumed[0]));
    CHECK(same_bits(state.variance[0], copy.variance[0]));
}

TEST_CASE("optimisers say what does not fit, and change nothing then") {
    std::vector<Tensor> p{numbers({1, 2})};
    SgdState sgd;
    AdamState adam;
    CHECK_THROWS_WITH_AS(step(p, {}, sgd, {}), "sgd: the lists must be equally long: 1 parameters, 0 gradients",
                         ValueError);
    CHECK_THROWS_WITH_AS(step(p, {numbers({1})}, adam, {}),
                         "adam: parameter 0 has shape (2,) but its entry in gradients has (1,)", ShapeError);
    CHECK_THROWS_WITH_AS(step(p, {ones({2})}, adam, {}),
                         "adam: parameter 0 is float64 but its entry in gradients is float32; convert one with .to()",
                         DTypeError);
    CHECK_THROWS_WITH_AS(step(p, {Tensor()}, sgd, {}), "sgd: entry 0 of gradients is empty", ValueError);
    std::vector<Tensor> hollow{Tensor()};
    CHECK_THROWS_WITH_AS(step(hollow, {ones({1})}, sgd, {}), "sgd: parameter 0 is empty", ValueError);
    AdamState other{.mean = {numbers({0})}, .variance = {numbers({0})}, .steps = 3};
    CHECK_THROWS_WITH_AS(step(p, {numbers({1, 1})}, other, {}),
                         "adam: parameter 0 has shape (2,) but its entry in mean has (1,)", ShapeError);
    CHECK(other.steps == 3);
    CHECK(adam.steps == 0);
    CHECK(p[0].at(1) == 2);
}

TEST_CASE("optimisers say which option is out of range") {
    std::vector<Tensor> p{numbers({1})};
    const std::vector<Tensor> g{numbers({1})};
    SgdState sgd;
    AdamState adam;
    CHECK_THROWS_WITH_AS(step(p, g, sgd, {.rate = -1}), "sgd: rate must be finite and not negative but is -1",
                         ValueError);
    CHECK_THROWS_WITH_AS(step(p, g, sgd, {.momentum = 1}), "sgd: momentum must lie in [0, 1) but is 1", ValueError);
    CHECK_THROWS_WITH_AS(step(p, g, sgd, {.nesterov = true}), "sgd: nesterov needs momentum above 0", ValueError);
    CHECK_THROWS_WITH_AS(step(p, g, sgd, {.weight_decay = -1}),
                         "sgd: weight_decay must be finite and not negative but is -1", ValueError);
    CHECK_THROWS_WITH_AS(step(p, g, adam, {.rate = NAN}), "adam: rate must be finite and not negative but is nan",
                         ValueError);
    CHECK_THROWS_WITH_AS(step(p, g, adam, {.beta1 = 1}), "adam: beta1 must lie in [0, 1) but is 1", ValueError);
    CHECK_THROWS_WITH_AS(step(p, g, adam, {.beta2 = -0.1}), "adam: beta2 must lie in [0, 1) but is -0.1", ValueError);
    CHECK_THROWS_WITH_AS(step(p, g, adam, {.epsilon = 0}), "adam: epsilon must be finite and above 0 but is 0",
                         ValueError);
    CHECK_THROWS_WITH_AS(step(p, g, adam, {.weight_decay = INFINITY}),
                         "adam: weight_decay must be finite and not negative but is inf", ValueError);
}

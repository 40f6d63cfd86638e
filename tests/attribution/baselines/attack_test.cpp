// Attacks on functions whose slopes are known.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::fgsm;
using attribution::pgd;

namespace {

/// Two classes whose margin is 2 w·x.
const Model plane = of_columns([](auto& x) {
    const Tensor score = reshape(x[0] * 3.0 - x[1] + x[2] * 0.0, {x[0].rows(), 1});
    return concat({score, -score}, 1);
});

}  // namespace

TEST_CASE("fgsm takes every feature that matters one epsilon against the class, within the range") {
    const Tensor x = row({0.5, 0.95, 0.3});
    CHECK(largest_difference(numbers(fgsm(plane, x, {.target = Index{0}, .epsilon = 0.1})), {0.4, 1, 0.3}) <= 1e-15);
    CHECK(largest_difference(numbers(fgsm(plane, x, {.target = Index{1}, .epsilon = 0.1})), {0.6, 0.85, 0.3}) <=
          1e-15);
    CHECK(same_bits(fgsm(plane, x, {.epsilon = 0}), x));
}

TEST_CASE("pgd of a linear function ends in the corner that fgsm finds") {
    const Tensor x = row({0.5, 0.95, 0.3});
    const attribution::Pgd still{.target = Index{0}, .epsilon = 0.1, .steps = 12, .rate = 0.02, .scattered = false};
    CHECK(largest_difference(numbers(pgd(plane, x, still)), {0.4, 1, 0.3}) <= 1e-15);
    attribution::Pgd scattered = still;
    scattered.scattered = true;
    const std::vector<double> there = numbers(pgd(plane, x, scattered));
    CHECK(there[0] == doctest::Approx(0.4).epsilon(1e-12));
    CHECK(there[1] == 1);
    CHECK(std::abs(there[2] - 0.3) <= 0.1);
    CHECK(there[2] != 0.3);
}

TEST_CASE("attacks stay in the ball and in the range, and lower the probability of a network's answer") {
    const Model net = relu_net({6, 12, 3}, 5, true);
    const Tensor x = sigmoid(random_tensor({8, 6}, 9));
    const auto probability = [&](const Tensor& at, const std::vector<Index>& target) {
        return attribution::gradient(net, at, {.target = target, .stage = attribution::parse_stage("probability")})
            .f_input;
    };
    const std::vector<Index> answers = attribution::gradient(net, x).target;
    for (const Tensor& moved : {fgsm(net, x, {.epsilon = 0.05}), pgd(net, x, {.epsilon = 0.05, .rate = 0.01})}) {
        CHECK(max(abs(moved - x)).item() <= 0.05 + 1e-15);
        CHECK(min(moved).item() >= 0);
        CHECK(max(moved).item() <= 1);
        const auto before = probability(x, answers), after = probability(moved, answers);
        for (std::size_t k = 0; k < before.size(); ++k) CHECK(after[k] < before[k]);
    }
    const auto one_step = [&](std::uint64_t seed) { return pgd(net, x, {.steps = 1, .seed = seed}); };
    CHECK(same_bits(one_step(3), one_step(3)));
    CHECK_FALSE(same_bits(one_step(3), one_step(4)));
}

TEST_CASE("attacks that cannot be are refused") {
    const Tensor x = row({0.5, 0.9, 0.3});
    CHECK(error_of([&] { fgsm(plane, x, {.epsilon = -1}); }) == "fgsm: epsilon must not be negative but is -1");
    CHECK(error_of([&] { fgsm(plane, x, {.low = 1, .high = 0}); }) ==
          "fgsm: low must be below high but they are 1 and 0");
    CHECK(error_of([&] { pgd(plane, x * 2.0); }) ==
          "pgd: the input must lie between low and high but leaves [0, 1]; set them");
    CHECK(error_of([&] { pgd(plane, x, {.steps = 0}); }) == "pgd: steps must be at least 1 but is 0");
    CHECK(error_of([&] { pgd(plane, x, {.rate = 0}); }) == "pgd: rate must be above 0 but is 0");
}

// Sampled values are unbiased, their errors shrink as they should and are what they say they are.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::Sampling;

namespace {

const Model net = relu_net({6, 9, 1}, 12, true);
const Tensor input = random_tensor({1, 6}, 1);

using Run = std::function<Attribution(const Sampling&, std::uint64_t seed)>;

/// The root of the mean square of the errors over seeds and numbers.
double error_over_seeds(const Run& run, const std::vector<double>& truth, Index samples, std::uint64_t seeds) {
    double sum = 0;
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const std::vector<double> values = numbers(run({.samples = samples}, seed).values);
        for (std::size_t i = 0; i < truth.size(); ++i) sum += std::pow(values[i] - truth[i], 2);
    }
    return std::sqrt(sum / static_cast<double>(seeds * truth.size()));
}

/// How often |error| is within t standard errors.
double coverage(const Run& run, const std::vector<double>& truth, const Sampling& sampling, Index freedom,
                std::uint64_t runs) {
    Index within = 0;
    for (std::uint64_t seed = 0; seed < runs; ++seed) {
        const Attribution a = run(sampling, seed);
        for (std::size_t i = 0; i < truth.size(); ++i) {
            const auto k = static_cast<Index>(i);
            const double reach = attribution::t_quantile(freedom) * a.standard_error->at(k);
            if (std::abs(a.values.at(k) - truth[i]) <= reach) ++within;
        }
    }
    return static_cast<double>(within) / static_cast<double>(runs * truth.size());
}

Attribution orders(const Sampling& sampling, std::uint64_t seed) {
    return attribution::shapley_sampling(net, input, {.sampling = sampling, .seed = seed});
}

struct Way {
    const char* name;
    Run run;
    std::vector<double> truth;
};
std::vector<Way> ways() {
    using Pairs = Attribution (*)(const Model&, const Tensor&, const attribution::Interactions&);
    const auto pairs = [](Pairs method) {
        return [method](const Sampling& s, std::uint64_t seed) {
            return method(net, input, attribution::Interactions{.sampling = s, .seed = seed});
        };
    };
    const attribution::Groups unions = attribution::parse_groups("0,0,1,1,1,2");
    const auto rotated = [](const Sampling& s, std::uint64_t seed) {
        return attribution::shapley_sampling(net, input, {.sampling = s, .stratified = true, .seed = seed});
    };
    const auto in_unions = [unions](const Sampling& s, std::uint64_t seed) {
        return attribution::owen(net, input, {.unions = unions, .sampling = s, .seed = seed});
    };
    const auto any = [](const Sampling& s, std::uint64_t seed) {
        return attribution::banzhaf(net, input, {.sampling = s, .seed = seed});
    };
    const std::vector<double> shapley = numbers(attribution::shapley(net, input).values);
    const auto exact = [](const Run& run) { return numbers(run({}, 0).values); };
    return {{"orders", orders, shapley},
            {"rotations", rotated, shapley},
            {"owen", in_unions, exact(in_unions)},
            {"banzhaf", any, exact(any)},
            {"interactions", pairs(attribution::shapley_interactions), exact(pairs(attribution::shapley_interactions))},
            {"taylor", pairs(attribution::shapley_taylor), exact(pairs(attribution::shapley_taylor))}};
}

}  // namespace

TEST_CASE("sampled values converge to the exact ones as one over the root of the samples") {
    for (const Way& way : ways()) {
        const double few = error_over_seeds(way.run, way.truth, 48, 40),
                     many = error_over_seeds(way.run, way.truth, 768, 40);
        CHECK_MESSAGE(many > 0, way.name);
        CHECK_MESSAGE(few / many > 2.8, way.name, " ", few, " ", many);
        CHECK_MESSAGE(few / many < 5.6, way.name, " ", few, " ", many);
    }
}

TEST_CASE("95 % intervals over 30 antithetic pairs hold the truth in 92 to 98 % of 1000 runs") {
    const double share = coverage(orders, numbers(attribution::shapley(net, input).values), {.samples = 60}, 29, 1000);
    CHECK(share >= 0.92);
    CHECK(share <= 0.98);
}

TEST_CASE("kernel shap with a part of the coalitions: honest errors, and exact sums") {
    const Model wide = relu_net({12, 10, 1}, 8, true);
    const Tensor x = random_tensor({1, 12}, 2);
    const Run run = [&](const Sampling& s, std::uint64_t seed) {
        return attribution::kernel_shap(wide, x, {.sampling = s, .seed = seed});
    };
    const std::vector<double> truth = numbers(attribution::shapley(wide, x).values);
    const Index samples = 24 + 2 * 60;
    const double share = coverage(run, truth, {.samples = samples}, 60 - 12 + 1, 200);
    CHECK(share >= 0.92);
    CHECK(share <= 0.98);
    CHECK(run({.samples = samples}, 0).relative_delta->at(0) <= 1e-12);
    const double few = error_over_seeds(run, truth, 24 + 2 * 40, 30),
                 many = error_over_seeds(run, truth, 24 + 2 * 640, 30);
    CHECK(few / many > 2.8);
    CHECK(few / many < 6.5);
}

TEST_CASE("antithetic orders have less variance than as many independent ones, and rotations less than those") {
    const std::vector<double> truth = numbers(attribution::shapley(net, input).values);
    const Run single = [](const Sampling& s, std::uint64_t seed) {
        return orders({.samples = s.samples, .antithetic = false}, seed);
    };
    CHECK(error_over_seeds(orders, truth, 48, 60) < error_over_seeds(single, truth, 48, 60));
    CHECK(error_over_seeds(ways()[1].run, truth, 48, 60) < error_over_seeds(single, truth, 48, 60));
}

TEST_CASE("a tolerance is met by its half-width, or the result says that it is not") {
    const Attribution a = orders({.tolerance = 0.02}, 0);
    REQUIRE(a.half_width);
    CHECK(a.tolerance_met->at(0));
    CHECK(a.half_width->at(0) <= 0.02);
    CHECK(*a.samples >= 60);
    const Attribution finer = orders({.tolerance = 0.005}, 0);
    CHECK(*finer.samples > 4 * *a.samples);
    const Attribution capped = orders({.tolerance = 1e-6, .max_samples = 100}, 0);
    CHECK_FALSE(capped.tolerance_met->at(0));
    CHECK(*capped.samples == 100);
    CHECK(capped.notes ==
          std::vector<std::string>{"tolerance 1e-06 was not met within max-samples 100; allow more, or ask for less"});
    const Attribution kernel = attribution::kernel_shap(relu_net({24, 10, 1}, 8, true), random_tensor({1, 24}, 2),
                                                        {.sampling = {.tolerance = 0.03}});
    CHECK(kernel.tolerance_met->at(0));
    CHECK(kernel.half_width->at(0) <= 0.03);
}

TEST_CASE("with a tolerance, too, a row's answer does not depend on other rows, nor on the budget") {
    const Tensor x = random_tensor({3, 6}, 7);
    const attribution::ShapleySampling tight{.sampling = {.tolerance = 0.02}};
    const Tensor all = attribution::shapley_sampling(net, x, tight).values;
    attribution::ShapleySampling starved = tight;
    starved.run.memory = 1;
    CHECK(same_bits(attribution::shapley_sampling(net, x, starved).values, all));
    for (Index k = 0; k < 3; ++k)
        CHECK(same_bits(attribution::shapley_sampling(net, slice(x, 0, k, k + 1), tight).values,
                        slice(all, 0, k, k + 1)));
}

TEST_CASE("another seed draws other orders, the same seed the same") {
    CHECK(same_bits(orders({.samples = 6}, 1).values, orders({.samples = 6}, 1).values));
    CHECK_FALSE(same_bits(orders({.samples = 6}, 1).values, orders({.samples = 6}, 2).values));
    CHECK(*orders({.samples = 6}, 1).seed == 1);
}

TEST_CASE("quantiles of Student's t are those of the tables") {
    const std::vector<std::pair<Index, double>> table{{1, 12.706},  {2, 4.3027},  {4, 2.7764},  {5, 2.5706},
                                                      {10, 2.2281}, {29, 2.0452}, {100, 1.9840}};
    for (const auto& [freedom, t] : table)
        CHECK(attribution::t_quantile(freedom) == doctest::Approx(t).epsilon(0.0015));
}

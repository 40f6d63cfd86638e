// Paths and measures of the user's own, as in attribution/README.md, and what holds for every measure over paths.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::along_paths;
using attribution::AlongPaths;
using attribution::Path;
using attribution::polyline;

namespace {

/// x1 x2 from (0, 0) to (1, 1), where every path gives shares that sum to 1.
const Model product = of_columns([](auto& x) { return x[0] * x[1]; });

Tensor corner(const Tensor& from, const Tensor& to, Index moved) {
    return concat({slice(moved == 0 ? to : from, 1, 0, 1), slice(moved == 1 ? to : from, 1, 1, 2)}, 1);
}

}  // namespace

TEST_CASE("a path of one's own: points") {
    const auto detour = [](const Tensor& from, const Tensor& to, Index) {
        return polyline({from, row({2, 0}), row({2, 1}), to});
    };
    const Attribution a = along_paths(product, row({1, 1}), {.quadrature = {.steps = 2}, .paths = detour});
    CHECK(largest_difference(numbers(a.values), {-1, 2}) <= 1e-14);
    CHECK(a.ncc_gap->at(0) == doctest::Approx(2));
    CHECK(a.method == "along-paths");
}

TEST_CASE("a path of one's own: a function of t") {
    const auto bow = [](const Tensor& from, const Tensor& to, Index) {  // x2 lags behind: x1 = t, x2 = t²
        const Tensor way = to - from;
        return attribution::curve([=](double t) { return from + way * row({t, t * t}); }, 200);
    };
    const Attribution a = along_paths(product, row({1, 1}), {.quadrature = {.steps = 2}, .paths = bow}, "the bow");
    CHECK(largest_difference(numbers(a.values), {1.0 / 3, 2.0 / 3}) <= 1e-4);
    CHECK(std::abs(a.delta->at(0)) <= 1e-14);
    CHECK(a.method == "the bow");
}

TEST_CASE("a measure over paths: each feature first, with equal weight, is the Shapley value") {
    const auto orders = [](const Tensor& from, const Tensor& to, Index sample) {
        return polyline({from, corner(from, to, sample), to});
    };
    const Model f = of_columns([](auto& x) { return pow(x[0] + x[1], 3.0); });
    const Attribution a = along_paths(f, row({1, 3}), {.quadrature = {.steps = 2}, .paths = orders, .samples = 2});
    CHECK(largest_difference(numbers(a.values), {19, 45}) <= 1e-12);
    CHECK(*a.samples == 2);
    CHECK(a.standard_error->at(0) == doctest::Approx(18));  // 1 and 37
}

TEST_CASE("a measure draws its paths for each draw of the baseline, and no sample is drawn twice") {
    std::vector<Index> drawn;
    const auto straight = [&](const Tensor& from, const Tensor& to, Index sample) {
        drawn.push_back(sample);
        return attribution::straight(from, to);
    };
    const Tensor pool({3, 2}, {0, 0, 0, 1, 1, 0}, DType::float64);
    along_paths(product, row({1, 1}),
                {.baseline = attribution::baseline::Samples{pool},
                 .quadrature = {.steps = 2},
                 .paths = straight,
                 .samples = 2});
    CHECK(drawn == std::vector<Index>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("a tolerance that is missed foretells the steps that meet it") {
    const Model wave = of_columns([](auto& x) { return sin(x[0] * 40.0) + square(x[1]); });
    const auto missed = [&](QuadratureRule rule, Index most) {
        return along_paths(wave, row({1, 2}), {.quadrature = {.tolerance = 1e-3, .rule = rule, .max_steps = most}});
    };
    for (const QuadratureRule rule : {QuadratureRule::left, QuadratureRule::midpoint, QuadratureRule::trapezoid}) {
        CAPTURE(attribution::describe(rule));
        const Attribution a = missed(rule, 200);
        CHECK_FALSE(a.tolerance_met->at(0));
        REQUIRE(a.notes.size() == 1);
        const std::string start = "tolerance 0.001 was not met within max-steps 200; about ";
        REQUIRE(a.notes[0].starts_with(start));
        const Index needed = std::stoll(a.notes[0].substr(start.size()));
        CHECK(needed > 200);
        CHECK(missed(rule, needed).tolerance_met->at(0));
    }
}

TEST_CASE("options of along_paths out of range are refused") {
    CHECK(error_of<ValueError>([] {
              along_paths(product, row({1, 1}), {.samples = 0}, "mine");
          }) == "mine: samples must be at least 1 but is 0");
}

#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::Extent;

namespace {

const Model total = [](const Tensor& x) { return sum(flatten(x), {.axes = {1}}); };

}  // namespace

TEST_CASE("ablation is what is lost without a feature, or a group of them") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1] + x[2]; });
    CHECK(numbers(attribution::feature_ablation(f, row({2, 3, 5})).values) == std::vector<double>{6, 6, 5});
    const Attribution a =
        attribution::feature_ablation(f, row({2, 3, 5}), {.groups = attribution::parse_groups("0,0,1")});
    CHECK(numbers(a.values) == std::vector<double>{3, 3, 5});
    CHECK(numbers(*a.players) == std::vector<double>{6, 5});
    CHECK_FALSE(a.delta.has_value());
    CHECK(a.evaluations.forward == 1 + 1 + 2);  // input, baseline, each player
}

TEST_CASE("occlusion by one feature is ablation") {
    const Model f = relu_net({5, 7, 2}, 3, true);
    const Tensor x = random_tensor({3, 5}, 1);
    CHECK(same_bits(attribution::occlusion(f, x).values, attribution::feature_ablation(f, x).values));
}

TEST_CASE("windows that overlap are averaged, and the last ends at the edge") {
    // Windows [0, 2), [2, 4), [3, 5) of five features: the fourth lies in two.
    const Attribution a = attribution::occlusion(total, row({1, 2, 3, 4, 5}), {.window = {2, 2}, .stride = {2, 2}});
    CHECK(numbers(a.values) == std::vector<double>{3, 3, 7, 8, 9});
    const Attribution whole = attribution::occlusion(total, row({1, 2, 3}), {.window = {3, 3}});
    CHECK(numbers(whole.values) == std::vector<double>{6, 6, 6});
}

TEST_CASE("windows of images cover all channels") {
    const Tensor x = random_tensor({1, 2, 4, 4}, 2);
    const Attribution a = attribution::occlusion(total, x, {.window = {4, 4}});
    const double all = sum(x).item();
    for (const double value : numbers(a.values)) CHECK(value == doctest::Approx(all / 2));
    CHECK(attribution::occlusion(total, x).values.shape() == x.shape());
}

TEST_CASE("windows that do not fit are refused") {
    CHECK(error_of<ShapeError>([] {
              attribution::occlusion(total, random_tensor({1, 1, 4, 4}, 2), {.window = {5, 2}});
          }) == "occlusion: the window 5x2 is larger than the input's 4x4");
    CHECK(error_of<ValueError>([] {
              attribution::find_method("occlusion").run(total, row({1, 2}), {.set = {{"window", "0"}}});
          }) == "occlusion: window: sides must be at least 1 but are 0x0");
}

// Linear pieces inside which the output stage bends.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::LayerPath;

TEST_CASE("an output stage that bends sharply inside a linear piece is seen: each of two like features passes half") {
    for (const double k : {1.0, 40.0, 100.0, 200.0, 1000.0}) {
        CAPTURE(k);
        const Model steep = [k](const Tensor& x) {
            return sum(tap("only", x * k), {.axes = {1}, .keep = true}) - 0.9 * k;
        };
        const attribution::OutputStage stage = attribution::parse_stage("probability");
        const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
        const double half = (sigmoid(1.1 * k) - sigmoid(-0.9 * k)) / 2;
        const LayerPath options{.target = Index{0}, .stage = stage, .layer = "only"};
        const Attribution a = attribution::conductance(steep, row({1, 1}), options);
        CHECK(largest_difference(numbers(a.values), {half, half}) <= 1e-9);
        CHECK(a.rule == "exact");
        CHECK(*a.steps == std::vector<Index>{1});
        CHECK(largest_difference(numbers(attribution::internal_influence(steep, row({1, 1}), options).values),
                                 {half / k, half / k}) <= 1e-9);
        const Attribution first = attribution::internal_neurons(
            steep, row({1, 1}),
            {.target = Index{0}, .stage = stage, .layer = "only", .region = attribution::region::Mask{row({1, 0})}});
        CHECK(largest_difference(numbers(first.values), {half, 0}) <= 1e-9);
    }
}

TEST_CASE("through a smooth stage, too, neurons of a ReLU network sum to F(x) - F(x'), whatever the memory") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Tensor w = random_tensor({4, 9}, 1, dtype) * 2.0, v = random_tensor({9, 3}, 2, dtype);
        const Model net = [&](const Tensor& x) { return matmul(tap("hidden", relu(matmul(x, w) - 1.0)), v); };
        LayerPath options{.target = Index{1},
                          .baseline = random_tensor({3, 4}, 3, dtype),
                          .stage = attribution::parse_stage("probability"),
                          .layer = "hidden"};
        const Tensor x = random_tensor({3, 4}, 4, dtype);
        const Attribution a = attribution::conductance(net, x, options);
        for (const double gap : *a.relative_delta) CHECK(gap <= (dtype == DType::float32 ? 1e-5 : 1e-9));
        options.run.memory = 1;
        CHECK(same_bits(attribution::conductance(net, x, options).values, a.values));
    }
}

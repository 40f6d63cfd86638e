// Pruned models against closed forms, orders against what they promise.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::LayerInfo;
using attribution::PrunedAnswer;
using attribution::Pruning;
namespace region = attribution::region;

namespace {

const LayerInfo hidden{"hidden", {2}};

/// H = (x1 + x2, x1 x2), tapped as "hidden"; G = y1² + 3 y2.
const Model two_layers = [](const Tensor& x) {
    const Tensor a = feature(x, 0), b = feature(x, 1);
    const Tensor h = tap("hidden", concat({reshape(a + b, {x.rows(), 1}), reshape(a * b, {x.rows(), 1})}, 1));
    return square(feature(h, 0)) + feature(h, 1) * 3.0;
};

/// Two classes: the first unit speaks for class 0, the second, weaker, for class 1.
const Model two_classes = [](const Tensor& x) { return tap("hidden", x * row({2, 1})); };

const Pruning second_feature{
    .layer = "hidden", .region = region::Mask{row({0, 1})}, .counts = {0, 1, 2}, .quadrature = {.steps = 8}};

}  // namespace

TEST_CASE("silencing x1 + x2 leaves 3 x1 x2, silencing x1 x2 leaves (x1 + x2)²: their Integrated Gradients") {
    const Tensor x = row({1, 2});
    const auto values = [&](std::vector<Index> order) {
        std::vector<std::vector<double>> all;
        for (const PrunedAnswer& answer : attribution::prune(two_layers, x, order, second_feature))
            all.push_back({answer.ig.values.at(0), answer.ig.values.at(1), answer.inside[0], answer.outside[0],
                           answer.ig.f_input[0], static_cast<double>(answer.silent)});
        return all;
    };
    const auto sum_first = values({0, 1}), product_first = values({1, 0});
    CHECK(largest_difference(sum_first[0], {6, 9, 9, 6, 15, 0}) <= 1e-12);
    CHECK(largest_difference(sum_first[1], {3, 3, 3, 3, 6, 1}) <= 1e-12);
    CHECK(largest_difference(sum_first[2], {0, 0, 0, 0, 0, 2}) <= 1e-12);
    CHECK(largest_difference(product_first[1], {3, 6, 6, 3, 9, 1}) <= 1e-12);
}

TEST_CASE("a pruned model is the model of the other units alone, at any point and in both dtypes") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Tensor x = random_tensor({5, 2}, 3, dtype);
        const std::vector<Index> units{0};
        const Tensor without = attribution::pruned(two_layers, hidden, units)(x);
        for (Index r = 0; r < 5; ++r)
            CHECK(without.at(r) == doctest::Approx(3 * x.at(2 * r) * x.at(2 * r + 1)).epsilon(1e-6));
        CHECK(same_bits(attribution::pruned(two_layers, hidden, {})(x), two_layers(x)));
    }
}

TEST_CASE("the target is the whole model's, even where the pruned one predicts another class") {
    const Tensor x = row({1, 1});
    const std::vector<Index> order{0, 1};
    const auto answers = attribution::prune(
        two_classes, x, order,
        {.stage = {attribution::Stage::probability}, .layer = "hidden", .counts = {0, 1}, .quadrature = {.steps = 64}});
    for (const PrunedAnswer& answer : answers) CHECK(answer.ig.target == std::vector<Index>{0});
    CHECK(answers[0].ig.f_input[0] == doctest::Approx(1 / (1 + std::exp(-1.0))));
    CHECK(answers[1].ig.f_input[0] == doctest::Approx(1 / (1 + std::exp(1.0))));
    CHECK(answers[1].ig.values.at(0) == 0);
}

TEST_CASE("a region at the top of the map is found once, on the whole model's map") {
    const Tensor x = row({1, 2});
    const std::vector<Index> order{1, 0};
    Pruning options = second_feature;
    options.region = region::Top{0.5};
    const auto answers = attribution::prune(two_layers, x, order, options);
    CHECK(answers[0].inside[0] == doctest::Approx(9));
    CHECK(answers[1].inside[0] == doctest::Approx(6));
}

TEST_CASE("orders: by value, by the ratio of inside to outside, every unit once") {
    const double nan = std::nan("");
    CHECK(attribution::ranked_by_value(row({1, nan, 3, 1, -2})) == std::vector<Index>{2, 0, 3, 4, 1});
    const Tensor two_rows({2, 3}, {1, 2, 0, 3, 0, 5}, DType::float64);
    CHECK(attribution::ranked_by_value(two_rows) == std::vector<Index>{2, 0, 1});
    //                   ratio 2   for the region alone   nothing inside   ratio 1/2   the same
    const Tensor inside = row({2, 1, -1, 1, 0, 3, nan}), outside = row({1, -5, -2, 2, 4, 0, 1});
    CHECK(attribution::ranked_by_ratio(inside, outside) == std::vector<Index>{5, 1, 0, 3, 4, 2, 6});
    CHECK(error_of<ShapeError>([&] { attribution::ranked_by_ratio(inside, row({1})); }) ==
          "ranked_by_ratio: scores must have one shape but have (1, 7) and (1, 1)");
}

TEST_CASE("what does not fit is refused before anything runs") {
    const auto error = [](std::vector<Index> order, Pruning options) {
        return error_of<ValueError>([&] { attribution::prune(two_layers, row({1, 2}), order, options); });
    };
    CHECK(error({0, 2}, second_feature) == "prune: units of hidden are 0 .. 1 but the order has 2");
    CHECK(error({1, 1}, second_feature) == "prune: an order names a unit once but has 1 twice");
    CHECK(error({1}, second_feature) == "prune: counts must lie in 0 .. 1, the units of the order, but one is 2");
    CHECK(error({1}, {.layer = "hiden"}) ==
          "prune: layer 'hiden' is unknown; did you mean 'hidden'? There are: hidden");
    CHECK(error({1}, {.target = attribution::AllTargets{}, .layer = "hidden"}) == "prune: takes one target at a time");
    const std::vector<Index> units{2};
    CHECK(error_of<ValueError>([&] { attribution::pruned(two_layers, hidden, units); }) ==
          "pruned: units of hidden are 0 .. 1 but one is 2");
}

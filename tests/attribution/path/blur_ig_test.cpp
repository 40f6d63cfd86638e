#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::blur_ig;
using attribution::BlurIg;
using attribution::gaussian_blur;

TEST_CASE("a linear function gives w (x - blur of x), whatever the levels between") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Tensor x = random_tensor({2, 1, 8, 8}, 1, dtype), w = random_tensor({1, 8, 8}, 2, dtype);
        const Model f = [&](const Tensor& z) { return sum(flatten(z * w), {.axes = {1}}); };
        for (const bool squared : {false, true}) {
            const Attribution a = blur_ig(f, x, {.max_sigma = 3, .edges = 7, .squared = squared});
            const Tensor expected = w * (x - gaussian_blur(x, 3));
            CHECK(largest_difference(numbers(a.values), numbers(expected)) <= (dtype == DType::float32 ? 1e-5 : 1e-13));
            CHECK(same_bits(*a.baseline, gaussian_blur(x, 3)));
            CHECK(a.baseline_kind == "blur:3");
        }
    }
}

TEST_CASE("complete with respect to the blurred input, for any number of levels") {
    const Model f = [](const Tensor& z) { return sum(tanh(flatten(z)) * flatten(z), {.axes = {1}}); };
    const Tensor x = random_tensor({2, 9}, 3);
    for (const Index edges : {Index{1}, Index{2}, Index{30}}) {
        const Attribution a = blur_ig(f, x, {.edges = edges});
        CHECK(a.relative_delta->at(0) <= 1e-6);
        CHECK(a.tolerance_met->at(1));
        CHECK(a.f_baseline->at(1) == doctest::Approx(f(gaussian_blur(x, 2.25)).at(1)));  // a quarter of the length
    }
}

TEST_CASE("more levels come nearer to the curve") {
    const Model f = [](const Tensor& z) { return sum(square(flatten(z)), {.axes = {1}}) * feature(z, 4); };
    const Tensor x = random_tensor({1, 9}, 4);
    const auto values = [&](Index edges) { return numbers(blur_ig(f, x, {.edges = edges}).values); };
    const std::vector<double> fine = values(800);
    CHECK(largest_difference(values(40), fine) < 0.1 * largest_difference(values(4), fine));
}

TEST_CASE("the widest blur is a quarter of the height, at least 1 and at most 50 pixels") {
    const Model f = [](const Tensor& z) { return sum(flatten(z), {.axes = {1}}); };
    const auto kind = [&](const Shape& shape) {
        return blur_ig(f, random_tensor(shape, 1), {.edges = 1}).baseline_kind;
    };
    CHECK(kind({1, 1, 8, 20}) == "blur:2");
    CHECK(kind({1, 3}) == "blur:1");
    CHECK(kind({1, 400}) == "blur:50");
}

TEST_CASE("rows and targets by themselves, all targets in one pass, any budget: the same bits") {
    const Model f = relu_net({6, 9, 3}, 5, true);
    const Tensor x = random_tensor({2, 6}, 5);
    const BlurIg options{.quadrature = {.steps = 3}, .edges = 10};
    BlurIg all = options, tight = options;
    all.target = attribution::AllTargets{};
    tight.run.memory = 1;
    const Attribution a = blur_ig(f, x, all);
    CHECK(a.values.shape() == Shape{2, 3, 6});
    for (Index target = 0; target < 3; ++target) {
        BlurIg one = options;
        one.target = target;
        CHECK(same_bits(reshape(slice(a.values, 1, target, target + 1), {2, 6}), blur_ig(f, x, one).values));
    }
    CHECK(same_bits(blur_ig(f, x, options).values, blur_ig(f, x, tight).values));
    CHECK(same_bits(slice(blur_ig(f, x, options).values, 0, 1, 2), blur_ig(f, slice(x, 0, 1, 2), options).values));
}

TEST_CASE("options of blur_ig out of range are refused") {
    const Model f = [](const Tensor& z) { return z; };
    const auto error = [&](const BlurIg& options) {
        return error_of<ValueError>([&] { blur_ig(f, row({1, 2}), options); });
    };
    CHECK(error({.max_sigma = -1}) == "blur-ig: max-sigma must not be negative but is -1");
    CHECK(error({.edges = 0}) == "blur-ig: edges must be at least 1 but is 0");
    CHECK(error_of<ShapeError>([&] { blur_ig(f, zeros({3}, DType::float64)); }) ==
          "blur-ig: the input needs an axis beside the rows but has shape (3,)");
}

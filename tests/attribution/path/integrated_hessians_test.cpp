#include <algorithm>

#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::integrated_gradients;
using attribution::integrated_hessians;
using attribution::IntegratedHessians;

namespace {

/// Row sums of the interactions [rows, n, n].
std::vector<double> row_sums(const Attribution& a) { return numbers(sum(a.values, {.axes = {2}})); }

Model smooth_net(std::uint64_t number, DType dtype = DType::float64) {
    const Tensor w = random_tensor({4, 8}, 10 * number, dtype), v = random_tensor({8, 3}, 10 * number + 1, dtype);
    return [=](const Tensor& x) { return matmul(tanh(matmul(x, w)), v); };
}

}  // namespace

TEST_CASE("the closed forms: x1 x2 at (2, 3), x² at 2, x1² x2 at (2, 3)") {
    const Attribution product = integrated_hessians(of_columns([](auto& x) { return x[0] * x[1]; }), row({2, 3}));
    CHECK(product.values.shape() == Shape{1, 2, 2});
    CHECK(largest_difference(numbers(product.values), {1.5, 1.5, 1.5, 1.5}) <= 1e-9);
    const Attribution square_of = integrated_hessians(of_columns([](auto& x) { return square(x[0]); }), row({2}));
    CHECK(largest_difference(numbers(square_of.values), {4}) <= 1e-9);
    const Attribution cubic = integrated_hessians(of_columns([](auto& x) { return square(x[0]) * x[1]; }), row({2, 3}));
    CHECK(largest_difference(numbers(cubic.values), {16.0 / 3, 8.0 / 3, 8.0 / 3, 4.0 / 3}) <= 1e-9);
    CHECK(cubic.relative_delta->at(0) <= 1e-9);
}

TEST_CASE("rows sum to Integrated Gradients, all of it to the difference of F, and the matrix is symmetric") {
    for (std::uint64_t trial = 0; trial < 4; ++trial) {
        const Model f = smooth_net(trial);
        const Tensor x = random_tensor({2, 4}, trial), from = random_tensor({2, 4}, 20 + trial);
        const Attribution a = integrated_hessians(f, x, {.baseline = from, .tolerance = 1e-8});
        const Attribution ig = integrated_gradients(f, x, {.baseline = from, .quadrature = {.tolerance = 1e-10}});
        CHECK(largest_difference(row_sums(a), numbers(ig.values)) <= 1e-6);
        CHECK(a.relative_delta->at(0) <= 1e-8);
        CHECK(a.tolerance_met->at(1));
        for (Index i = 0; i < 4; ++i)
            for (Index j = 0; j < i; ++j)
                CHECK(a.values.at(4 * i + j) == doctest::Approx(a.values.at(4 * j + i)).epsilon(1e-9));
    }
}

TEST_CASE("linear functions have no interactions, only their own shares") {
    const Attribution a = integrated_hessians(of_columns([](auto& x) { return x[0] * 2.0 - x[1] * 3.0; }), row({1, 4}));
    CHECK(largest_difference(numbers(a.values), {2, 0, 0, -12}) <= 1e-9);
}

TEST_CASE("relu is softened, and a note says so; softplus 0 keeps it and its Hessian of 0") {
    const Model f = relu_net({3, 10, 4}, 1, true);
    const Tensor x = random_tensor({2, 3}, 1);
    const Attribution soft = integrated_hessians(f, x, {.steps = 256});
    CHECK(soft.notes == std::vector<std::string>{"relu was replaced by softplus(10 u) / 10, since its own Hessian is "
                                                 "0; the explained number is that of this model"});
    CHECK(soft.target == attribution::gradient(f, x).target);
    CHECK(soft.target_kind == "predicted");
    CHECK(soft.relative_delta->at(0) <= 1e-4);
    CHECK(std::abs(soft.values.at(1)) > 1e-3);
    const Attribution hard = integrated_hessians(f, x, {.steps = 256, .softplus = 0});
    REQUIRE(std::ranges::max(*hard.relative_delta) > 0.01);
    CHECK(hard.notes ==
          std::vector<std::string>{"the interactions do not add up to F(x) - F(x'), see the relative delta: "
                                   "the Hessian does not see kinks, and sharp bends need more steps"});
    for (Index i = 0; i < 3; ++i)
        for (Index j = 0; j < 3; ++j)
            if (i != j) CHECK(hard.values.at(3 * i + j) == 0);
}

TEST_CASE("max-pools are softened, too, and what misses its sum for kinks of other kinds says so") {
    const Tensor kernel = random_tensor({2, 1, 3, 3}, 1), w = random_tensor({8, 3}, 2);
    const Model pooled = [=](const Tensor& x) {
        return matmul(tanh(flatten(max_pool2d(relu(conv2d(x, kernel, {.padding = 1})))) * 0.5), w);
    };
    const IntegratedHessians options{.target = Index{1}, .baseline = attribution::baseline::Constant{0.25}};
    const Attribution a = integrated_hessians(pooled, random_tensor({3, 1, 4, 4}, 3), options);
    for (const double gap : *a.relative_delta) CHECK(gap <= 1e-3);
    CHECK(a.notes == std::vector<std::string>{"relu was replaced by softplus(10 u) / 10, since its own Hessian is 0; "
                                              "the explained number is that of this model",
                                              "max-pool was replaced by log(mean exp(10 u)) / 10, since its own "
                                              "Hessian is 0; the explained number is that of this model"});
    const Attribution kinks =
        integrated_hessians(of_columns([](auto& x) { return abs(x[0] - 1.0) + x[0] * x[1]; }), row({2, 3}));
    CHECK(kinks.relative_delta->at(0) > 0.1);
    REQUIRE(kinks.notes.size() == 1);
    CHECK(kinks.notes[0].starts_with("the interactions do not add up to F(x) - F(x')"));
    const Attribution smooth = integrated_hessians(of_columns([](auto& x) { return x[0] * x[1]; }), row({2, 3}));
    CHECK(smooth.notes.empty());
}

TEST_CASE("the mean over baselines, with its standard error") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1]; });
    const Tensor pool({2, 2}, {0, 0, 1, 1}, DType::float64);
    const Attribution a = integrated_hessians(f, row({2, 3}), {.baseline = attribution::baseline::Samples{pool}});
    CHECK(*a.samples == 2);
    CHECK(a.standard_error->shape() == a.values.shape());
    CHECK(a.f_baseline->at(0) == doctest::Approx(0.5));
    CHECK(a.relative_delta->at(0) <= 1e-9);
}

TEST_CASE("all targets in one pass, rows by themselves, any budget, images as they are shaped: the same bits") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = smooth_net(5, dtype);
        const Model images = [&](const Tensor& x) { return f(flatten(x)); };
        const Tensor x = random_tensor({2, 4}, 5, dtype);
        const IntegratedHessians options{.steps = 12};
        IntegratedHessians all = options, tight = options, one = options;
        all.target = attribution::AllTargets{};
        tight.run.memory = 1;
        one.target = Index{2};
        const Attribution a = integrated_hessians(f, x, all), b = integrated_hessians(f, x, options);
        CHECK(a.values.shape() == Shape{2, 3, 4, 4});
        CHECK(same_bits(reshape(slice(a.values, 1, 2, 3), {2, 4, 4}), integrated_hessians(f, x, one).values));
        CHECK(same_bits(b.values, integrated_hessians(f, x, tight).values));
        CHECK(same_bits(slice(b.values, 0, 1, 2), integrated_hessians(f, slice(x, 0, 1, 2), options).values));
        const Attribution shaped = integrated_hessians(images, reshape(x, {2, 2, 2}), options);
        CHECK(shaped.values.shape() == Shape{2, 2, 2, 2, 2});
        CHECK(same_bits(reshape(shaped.values, {2, 4, 4}), b.values));
    }
}

TEST_CASE("options of integrated_hessians out of range are refused") {
    const Model f = of_columns([](auto& x) { return x[0]; });
    const auto error = [&](const IntegratedHessians& options) {
        return error_of<ValueError>([&] { integrated_hessians(f, row({1}), options); });
    };
    CHECK(error({.steps = 0}) == "integrated-hessians: steps must be at least 1 but is 0");
    CHECK(error({.softplus = -1}) == "integrated-hessians: softplus must not be negative but is -1");
    CHECK(error_of<ShapeError>([&] {
              integrated_hessians(f, zeros({1, 1025}));
          }) ==
          "integrated-hessians: takes from 1 to 1024 features but the input has shape (1, 1025); explain fewer, or "
          "groups of them");
    CHECK(error_of<ValueError>([&] { integrated_hessians({}, row({1})); }) ==
          "integrated-hessians: the model is empty");
}

#include <attribution/geometry/functions.hpp>

#include <support/refused.hpp>

using namespace geometry_tests;

namespace {

/// Every metric on three features that a network with four outputs induces.
std::vector<Metric> metrics_of(const Model& f) {
    const auto first = [f](const Tensor& x) { return feature(f(x), 0); };
    const auto matrix = [](const Tensor& x) {
        const Tensor a = reshape(x, {x.rows(), 3, 1});
        return matmul(a, a, {.transpose_b = true}) + identity_matrix(3, DType::float64);
    };
    return {geometry::euclidean(),
            geometry::pullback(f),
            geometry::pullback(geometry::probabilities(f), "probabilities"),
            geometry::pullback(geometry::layer_output(f, "hidden"), "layer"),
            geometry::fisher(f),
            geometry::conformal(first),
            geometry::regularised(geometry::pullback(first), 0.1),
            geometry::regularised(geometry::conformal(first), 0.1),
            geometry::from_matrix(matrix)};
}

}  // namespace

TEST_CASE("G v without a matrix is the matrix times v, for every metric") {
    for (std::uint64_t trial = 0; trial < 4; ++trial) {
        const Tensor x = random_tensor({5, 3}, trial), v = random_tensor({5, 3}, 50 + trial);
        for (const Metric& metric : metrics_of(smooth_net({3, 6, 4}, trial))) {
            CAPTURE(metric.name);
            const Tensor dense = metric.matrix(x);
            CHECK(dense.shape() == Shape{5, 3, 3});
            const Tensor lowered = reshape(matmul(dense, reshape(v, {5, 3, 1})), {5, 3});
            CHECK(largest_difference(numbers(metric.times(x, v)), numbers(lowered)) <= 1e-12);
            CHECK(largest_difference(numbers(metric.squared(x, v)), numbers(sum(v * lowered, {.axes = {1}}))) <= 1e-12);
            const Tensor trace = sum(diagonal(dense), {.axes = {1}});
            CHECK(largest_difference(numbers(metric.trace(x)), numbers(trace)) <= 1e-12);
        }
    }
}

TEST_CASE("lengths and products of every metric have derivatives of any order") {
    const Model f = smooth_net({3, 6, 4}, 7);
    const Tensor x = random_tensor({2, 3}, 1), v = random_tensor({2, 3}, 2);
    for (const Metric& metric : metrics_of(f)) {
        CAPTURE(metric.name);
        check_grads([&](const std::vector<Tensor>& at) { return metric.squared(at[0], at[1]); }, {x, v});
        check_grads([&](const std::vector<Tensor>& at) { return metric.times(at[0], at[1]); }, {x, v}, {.order = 1});
        check_grads([&](const std::vector<Tensor>& at) { return metric.matrix(at[0]); }, {x}, {.order = 1});
    }
}

TEST_CASE("the pullback of f measures the images of steps, the conformal metric the largest change of F") {
    const Model f = of_columns([](auto& x) {
        return concat({reshape(x[0] * x[0], {-1, 1}), reshape(x[1] * 3.0, {-1, 1})}, 1);
    });
    const Tensor at = row({2, 5});
    CHECK(numbers(geometry::pullback(f).matrix(at)) == std::vector<double>{16, 0, 0, 9});
    CHECK(numbers(geometry::conformal(product).matrix(at)) == std::vector<double>{29, 0, 0, 29});
    CHECK(numbers(geometry::regularised(geometry::pullback(product), 0.25).matrix(at)) ==
          std::vector<double>{25.25, 10, 10, 4.25});
}

TEST_CASE("Fisher's information is the mean square of the slope of log p") {
    const Model f = smooth_net({3, 6, 4}, 3);
    const Tensor x = random_tensor({4, 3}, 5);
    const Tensor p = softmax(f(x)), slope = jacobian([&](const Tensor&z) { return log_softmax(f(z)); }, x);
    const Tensor expected = matmul(slope, slope * reshape(p, {4, 4, 1}), {.transpose_a = true});
    CHECK(largest_difference(numbers(geometry::fisher(f).matrix(x)), numbers(expected)) <= 1e-13);
    // One logit z stands for two classes with logits z and 0.
    const auto one = [&](const Tensor& z) { return feature(f(z), 0); };
    const auto two = [&](const Tensor& z) {
        const Tensor logit = reshape(one(z), {z.rows(), 1});
        return concat({logit, zeros_like(logit)}, 1);
    };
    CHECK(largest_difference(numbers(geometry::fisher(one).matrix(x)), numbers(geometry::fisher(two).matrix(x))) <=
          1e-13);
}

TEST_CASE("metrics say what does not fit") {
    const Tensor x = row({1, 2});
    tests::check_refused({{[] { geometry::regularised(geometry::euclidean(), 0); },
                           "metric: epsilon of a regularised metric must be positive but is 0"},
                          {[&] { geometry::conformal([](const Tensor& z) { return z; }).factor(x); },
                           "metric: F must give one number for each of 1 rows but gave shape (1, 2)"},
                          {[&] { geometry::conformal_factor([](const Tensor&) { return Tensor(); }).factor(x); },
                           "metric: the conformal factor must give one number for each of 1 rows but gave no tensor"},
                          {[&] { geometry::from_matrix([](const Tensor& z) { return z; }).matrix(x); },
                           "metric: the matrix must have shape (1, 2, 2) but has (1, 2)"}});
}

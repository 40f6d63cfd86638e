// Methods on a model cut at a layer.
#include <attribution/functions.hpp>

using namespace attribution_tests;

namespace {

/// y = relu(W1 x), z = W2 y + v x: a layer with a way around it.
struct Net {
    Tensor w1 = random_tensor({4, 6}, 1), w2 = random_tensor({6, 2}, 2), v = random_tensor({4, 2}, 3);
    Tensor operator()(const Tensor& x) const {
        const Tensor y = tap("hidden", relu(matmul(x, w1)));
        return matmul(y, w2) + matmul(x, v);
    }
};

}  // namespace

TEST_CASE("layer activation and its product with the gradient") {
    const Net net;
    const Tensor x = random_tensor({3, 4}, 4);
    const Tensor y = relu(matmul(x, net.w1));
    const Attribution plain = attribution::layer_activation(net, x, {.layer = "hidden"});
    CHECK(same_bits(plain.values, y));
    const Attribution product = attribution::gradient_x_activation(net, x, {.target = Index{1}, .layer = "hidden"});
    const Tensor expected = y * reshape(slice(net.w2, 1, 1, 2), {1, 6});
    CHECK(largest_difference(numbers(product.values), numbers(expected)) <= 1e-14);
}

TEST_CASE("layer Integrated Gradients: the upper half is linear, so it is weight times change of the layer") {
    const Net net;
    const Tensor x = random_tensor({2, 4}, 5), from = random_tensor({2, 4}, 6);
    const attribution::LayerIg options{
        .target = Index{0}, .baseline = from, .layer = "hidden", .quadrature = {.steps = 1}};
    const Attribution a = attribution::layer_ig(net, x, options);
    const Tensor change = relu(matmul(x, net.w1)) - relu(matmul(from, net.w1));
    CHECK(largest_difference(numbers(a.values), numbers(change * reshape(slice(net.w2, 1, 0, 1), {1, 6}))) <= 1e-13);
    for (const double gap : *a.relative_delta) CHECK(gap <= 1e-13);
    CHECK(a.values.shape() == Shape{2, 6});
}

TEST_CASE("one neuron: its gradient and its Integrated Gradients") {
    const Net net;
    const Tensor x = random_tensor({2, 4}, 7);
    const Tensor before = matmul(x, net.w1);
    const Attribution slope = attribution::neuron_gradient(net, x, {.layer = "hidden", .neuron = 3});
    for (Index r = 0; r < 2; ++r)
        for (Index i = 0; i < 4; ++i)
            CHECK(slope.values.at(r * 4 + i) == (before.at(r * 6 + 3) > 0 ? net.w1.at(i * 6 + 3) : 0));
    const Attribution share = attribution::neuron_ig(net, x, {.layer = "hidden", .neuron = 3});
    CHECK(share.rule == "exact");
    for (Index r = 0; r < 2; ++r) {
        double sum = 0;
        for (Index i = 0; i < 4; ++i) sum += share.values.at(r * 4 + i);
        CHECK(std::abs(sum - std::max(0.0, before.at(r * 6 + 3))) <= 1e-13);
    }
    CHECK(error_of([&] { attribution::neuron_ig(net, x, {.layer = "hidden", .neuron = 6}); }) ==
          "neuron-ig: neuron must lie in [0, 6), the units of hidden, but is 6");
}

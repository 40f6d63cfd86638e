// linear and conv2d with a bias: one pass that stands for a product and a sum.
#include "../laws.hpp"
#include "support/refused.hpp"

using namespace gradpath;
using namespace gradpath::tests;
using Tensors = std::vector<Tensor>;

namespace {

const auto total = [](const Tensor& y) { return sum(square(y)); };

Tensor numbers(const Shape& shape, std::uint64_t stream) {
    return random::uniform(shape, -1, 1, {.seed = 5, .stream = stream, .dtype = DType::float64});
}

/// Do two functions of x, weight and bias agree to the last bit, with their derivatives?
void check_same(const ListFunction& fused, const ListFunction& plain, const Tensors& inputs) {
    const auto a = value_and_grad([&](const Tensors& in) { return total(fused(in)); }, inputs);
    const auto b = value_and_grad([&](const Tensors& in) { return total(plain(in)); }, inputs);
    RC_ASSERT(same_bits(fused(inputs), plain(inputs)));
    for (std::size_t i = 0; i < inputs.size(); ++i) RC_ASSERT(same_bits(a.slopes[i], b.slopes[i]));
}

}  // namespace

TEST_CASE("linear has the bits of its product and its sum, and so have its slopes") {
    holds("linear", [] {
        const Index rows = any(0, 5), middle = any(0, 3), inputs = any(0, 70), outputs = any(1, 40);
        const Shape x = middle == 0 ? Shape{rows, inputs} : Shape{rows, middle, inputs};
        check_same([](const Tensors& in) { return linear(in[0], in[1], in[2]); },
                   [](const Tensors& in) { return matmul(in[0], in[1], {.transpose_b = true}) + in[2]; },
                   {numbers(x, 1), numbers({outputs, inputs}, 2), numbers({outputs}, 3)});
    });
}

TEST_CASE("conv2d with a bias has the bits of its convolution and its sum, and so have its slopes") {
    holds("conv2d with a bias", [] {
        const Index groups = any(1, 3), channels = groups * any(0, 3), filters = groups * any(1, 5);
        const Index k = any(1, 6), height = any(k, 12), width = any(k, 20), rows = any(0, 20);
        const Conv2d o{.stride = any(1, 3), .padding = any(0, k), .groups = groups};
        check_same([=](const Tensors& in) { return conv2d(in[0], in[1], in[2], o); },
                   [=](const Tensors& in) { return conv2d(in[0], in[1], o) + reshape(in[2], {filters, 1, 1}); },
                   {numbers({rows, channels, height, width}, 1), numbers({filters, channels / groups, k, k}, 2),
                    numbers({filters}, 3)});
    });
}

TEST_CASE("weights and biases of biased products have a gradient for each row") {
    const Tensor x = numbers({3, 2, 4, 5}, 1);
    const Tensors parameters{numbers({4, 2, 3, 3}, 2), numbers({4}, 3), numbers({6, 24}, 4), numbers({6}, 5), numbers({2, 3}, 6),
                             numbers({2}, 7)};
    const auto losses = [](const Tensors& p, const Tensor& z) {
        const Tensor maps = tanh(conv2d(z, p[0], p[1], {}));
        const Tensor dense = tanh(linear(flatten(maps), p[2], p[3]));
        return sum(square(linear(reshape(dense, {z.rows(), 2, 3}), p[4], p[5])), {.axes = {1, 2}});
    };
    const auto together = per_sample_grad(losses, parameters, x);
    for (Index row = 0; row < x.rows(); ++row) {
        const auto one = [&](const Tensors& p) { return sum(losses(p, slice(x, 0, row, row + 1))); };
        const auto alone = value_and_grad(one, parameters).slopes;
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const Tensor mine = reshape(slice(together[i], 0, row, row + 1), parameters[i].shape());
            CHECK(max(abs(mine - alone[i])).item() < 1e-13);
        }
    }
    const auto weights_of_rows = [](const Tensors& p, const Tensor& z) { return sum(linear(p[0], z, p[1]), {.axes = {0}}); };
    CHECK_THROWS_WITH_AS(per_sample_grad(weights_of_rows, {numbers({3, 4}, 8), numbers({3}, 9)}, numbers({3, 4}, 1)),
                         doctest::Contains("per_sample_grad: rows mix: "), ValueError);
}

TEST_CASE("biased products say what does not fit") {
    const Tensor x = ones({2, 3}), image = ones({1, 1, 4, 4}), kernel = ones({2, 1, 3, 3});
    check_refused(
        {{[&] { linear(x, ones({4, 3}), ones({3})); },
          "linear: the weight must be [outputs, inputs] and the bias [outputs]: their shapes are (4, 3) and (3,)"},
         {[&] { linear(x, ones({4, 2}), ones({4})); }, "linear: x must be [rows, .., 2]: its shape is (2, 3)"},
         {[&] { linear(x, ones({4, 3}), ones({4}, DType::float64)); },
          "linear: inputs must have one dtype: got float32 and float64; convert with .to()"},
         {[&] { conv2d(image, kernel, ones({3}), {}); },
          "conv2d: the bias must have one number per filter, shape (2,): its shape is (3,)"}});
}

// An op with relu before or after it in one node, against the plain ops that it stands for.
#include "../laws.hpp"
#include "support/refused.hpp"

#include <gradpath/autodiff/graph.hpp>
#include <gradpath/autodiff/rectified.hpp>
#include <gradpath/autodiff/taps.hpp>

using namespace gradpath;
using namespace gradpath::tests;
using Tensors = std::vector<Tensor>;

namespace {

struct Pair {
    ListFunction fused, plain;
};

const Pair dense{[](const Tensors& in) { return linear_relu(in[0], in[1], in[2]); },
                 [](const Tensors& in) { return relu(linear(in[0], in[1], in[2])); }};

Pair pool(const Pool2d& o) {
    return {[o](const Tensors& in) { return relu_max_pool2d(in[0], o); },
            [o](const Tensors& in) { return max_pool2d(relu(in[0]), o); }};
}

Tensor numbers(const Shape& shape, std::uint64_t stream, double low = -1) {
    return random::uniform(shape, low, 1, {.seed = 6, .stream = stream, .dtype = DType::float64});
}

/// Values, slopes, and slopes of slopes agree to the last bit; tangents, too.
void check_same(const Pair& pair, const Tensors& inputs) {
    Tensors directions;
    for (const Tensor& x : inputs) directions.push_back(numbers(x.shape(), 90 + directions.size()));
    const auto once = [&](const ListFunction& f) { return [&f](const Tensors& in) { return sum(square(f(in))); }; };
    const auto twice = [&](const ListFunction& f) {
        return [&f, &once, &directions](const Tensors& in) {
            const Tensors slopes = value_and_grad(once(f), in, {.differentiable = true}).slopes;
            Tensor total = sum(slopes[0] * directions[0]);
            for (std::size_t i = 1; i < slopes.size(); ++i) total = total + sum(slopes[i] * directions[i]);
            return total;
        };
    };
    RC_ASSERT(same_bits(pair.fused(inputs), pair.plain(inputs)));
    RC_ASSERT(same_bits(jvp(pair.fused, inputs, directions).tangent, jvp(pair.plain, inputs, directions).tangent));
    const auto a = value_and_grad(once(pair.fused), inputs), b = value_and_grad(once(pair.plain), inputs);
    const auto c = value_and_grad(twice(pair.fused), inputs), d = value_and_grad(twice(pair.plain), inputs);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        RC_ASSERT(same_bits(a.slopes[i], b.slopes[i]));
        RC_ASSERT(same_bits(c.slopes[i], d.slopes[i]));
    }
}

}  // namespace

TEST_CASE("linear_relu has the bits of linear and relu, and so have its derivatives") {
    holds("linear_relu", [] {
        const Index rows = any(0, 5), middle = any(0, 3), inputs = any(0, 70), outputs = any(1, 40);
        const Shape x = middle == 0 ? Shape{rows, inputs} : Shape{rows, middle, inputs};
        check_same(dense, {numbers(x, 1), numbers({outputs, inputs}, 2), numbers({outputs}, 3)});
    });
}

TEST_CASE("relu_max_pool2d has the numbers of relu and max_pool2d, and so have its derivatives") {
    holds("relu_max_pool2d", [] {
        const Index kernel = any(1, 3), height = any(kernel, 9), width = any(kernel, 40);
        const Pool2d o{.kernel = kernel, .stride = any(1, 3), .padding = any(0, kernel / 2 + 1)};
        const double low = any(0, 2) == 0 ? -1 : -9;  // often or hardly ever is there anything above 0
        check_same(pool(o), {numbers({any(0, 3), any(1, 3), height, width}, 1, low)});
    });
}

TEST_CASE("a rectified op is right by itself: differences, and what is not a number") {
    const Tensors inputs{numbers({4, 5}, 1), numbers({3, 5}, 2), numbers({3}, 3)};
    CHECK(min(abs(linear(inputs[0], inputs[1], inputs[2]))).item() > 1e-3);  // no kink near
    check_grads(dense.fused, inputs);
    const Tensor x = numbers({2, 2, 6, 4}, 4);
    CHECK(min(abs(x)).item() > 1e-3);
    check_grads(pool({}).fused, {x});

    const double nan = std::numeric_limits<double>::quiet_NaN();
    const Tensor image({1, 1, 2, 4}, {nan, 1, -2, -1, 0, 2, -3, -4}, DType::float64);
    CHECK(same_bits(relu_max_pool2d(image), max_pool2d(relu(image))));
    const Tensor at_kink = tracked(zeros({1, 1, 2, 2}));
    CHECK(same_bits(grad(sum(relu_max_pool2d(at_kink)), at_kink), zeros({1, 1, 2, 2})));
}

TEST_CASE("recorded, a rectified op stands as the plain ops, in the order of their names") {
    const Tensor x = numbers({1, 1, 4, 4}, 1), w = numbers({3, 4}, 2), b = numbers({3}, 3);
    const auto net = [&](const Tensor& z) { return linear_relu(reshape(relu_max_pool2d(z), {1, 4}), w, b); };
    const std::vector<OpCode> wanted{OpCode::relu,   OpCode::max_pool2d, OpCode::reshape,
                                     OpCode::matmul, OpCode::add,        OpCode::relu};
    CHECK(record(net, x).executed == wanted);
}

TEST_CASE("parameters of a rectified product have a gradient for each row") {
    const Tensor x = numbers({5, 4}, 1);
    const Tensors parameters{numbers({6, 4}, 2), numbers({6}, 3)};
    const auto with = [](const ListFunction& f) {
        return [f](const Tensors& p, const Tensor& z) { return sum(square(f({z, p[0], p[1]})), {.axes = {1}}); };
    };
    const auto a = per_sample_grad(with(dense.fused), parameters, x),
               b = per_sample_grad(with(dense.plain), parameters, x);
    for (std::size_t i = 0; i < parameters.size(); ++i) CHECK(same_bits(a[i], b[i]));
}

TEST_CASE("a thread is observed inside the scopes that look at ops or places, and nowhere else") {
    CHECK_FALSE(is_observed());
    {
        const Taps taps;
        CHECK(is_observed());
        const Taps::Scope none(nullptr);
        CHECK_FALSE(is_observed());
    }
    {
        const Anomaly on;
        CHECK(is_observed());
    }
    bool inside = false;
    record([&](const Tensor& x) { return inside = is_observed(), relu(x); }, ones({1}));
    CHECK(inside);
    CHECK_FALSE(is_observed());
}

TEST_CASE("rectified ops say what does not fit") {
    check_refused({{[] {
                        linear_relu(ones({2, 3}), ones({4, 2}), ones({4}));
                    },
                    "linear: x must be [rows, .., 2]: its shape is (2, 3)"},
                   {[] {
                        relu_max_pool2d(ones({2, 3}));
                    },
                    "relu_max_pool2d: x must be [rows, channels, height, width]: its shape is (2, 3)"}});
}

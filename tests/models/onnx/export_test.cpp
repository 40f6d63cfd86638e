// Out and in again: the same function, for any number of rows.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/onnx/export.hpp>
#include <support/real_data.hpp>
#include <support/refused.hpp>

#include "agreement.hpp"

namespace gradpath {
namespace {

using models::onnx::Exported;
using tests::distance;

Tensor draws(const Shape& row, Index rows, DType dtype = DType::float32) {
    return random::uniform(Shape{rows}.joined(row), -1, 1, {.seed = 7, .dtype = dtype});
}

/// f, written and read, on one row and on five.
void check_round_trip(const Function& f, const Shape& row, DType dtype = DType::float64) {
    const models::Model back = models::onnx::parse(models::onnx::to_bytes(Exported{f, row, dtype}), "exported");
    for (const Index rows : {1, 5}) {
        const Tensor x = draws(row, rows, dtype), y = f(x);
        CHECK(distance(back(x), reshape(y, {rows, -1})) < (dtype == DType::float64 ? 1e-12 : 1e-6));
    }
}

}  // namespace

TEST_CASE("every architecture goes out and comes back as the same function, to 1e-6") {
    for (const std::string& name : models::architectures()) {
        CAPTURE(name);
        const models::Model model = models::make(name, {}, 3);
        const models::Model back = models::onnx::parse(models::onnx::to_bytes(model), name);
        CHECK(back.input == model.input);
        CHECK(back.classes == model.classes);
        const Tensor x = draws(model.input, 3);
        CHECK(distance(back(x), reshape(model(x), {3, -1})) < 1e-6);
        CHECK(models::onnx::to_bytes(model) == models::onnx::to_bytes(model));
    }
}

TEST_CASE("parameters and places keep their names") {
    for (const char* architecture : {"moons-mlp", "lenet5", "small-cnn"}) {
        CAPTURE(architecture);
        const models::Model model = models::make(architecture);
        const models::Model back = models::onnx::parse(models::onnx::to_bytes(model), architecture);
        for (const nn::Parameter& p : nn::parameters(model)) {
            bool found = false;
            for (const nn::Parameter& q : nn::parameters(back))
                found = found || (q.name == p.name && same_bits(q.value, p.value));
            CHECK_MESSAGE(found, p.name);
        }
        std::vector<std::string> names;
        for (const models::Place& place : models::places(back)) names.push_back(place.name);
        for (const models::Place& place : models::places(model))
            CHECK_MESSAGE(std::find(names.begin(), names.end(), place.name) != names.end(), place.name);
    }
}

TEST_CASE("a convolution whose output others want, too, keeps its bias apart") {
    const Tensor w = random::uniform({3, 2, 1, 1}, -1, 1, {.seed = 1, .dtype = DType::float64});
    const Tensor b({3}, {1, 2, 3}, DType::float64);
    const auto f = [&](const Tensor& x) {
        const Tensor y = conv2d(x, w, Conv2d{});
        return relu(y + reshape(b, {3, 1, 1})) * y;
    };
    const Exported function{f, {2, 2, 2}, DType::float64, {{"w", w}, {"b", b}}};
    const models::Model back = models::onnx::parse(models::onnx::to_bytes(function), "exported");
    const Tensor x = draws({2, 2, 2}, 3, DType::float64);
    CHECK(distance(back(x), reshape(f(x), {3, -1})) < 1e-12);
}

TEST_CASE("ops that one operator says, and ops that take several") {
    const auto same = [](const Function& f) { check_round_trip(f, {2, 3}); };
    same([](const Tensor& x) { return exp(-abs(x)) + sign(x) * floor(x) - round(x); });
    same([](const Tensor& x) { return gelu(x) + gelu_tanh(x) + silu(x) + selu(x) + elu(x, 0.7) + leaky_relu(x, 0.2); });
    same([](const Tensor& x) { return expm1(x) + log1p(x + 2.0) + rsqrt(x + 2.0) + square(x) + softplus(x) + erf(x); });
    same([](const Tensor& x) { return sin(x) * cos(x) + tan(x / 2.0) + asinh(x) + atanh(x / 2.0) + acosh(x + 3.0); });
    same([](const Tensor& x) {
        return greater(x, 0.1) + less_equal(x, 0.3) * 2.0 + not_equal(x, 0.0) + clamp(x, -0.5, 0.5);
    });
    same([](const Tensor& x) { return where(greater(x, 0), x, x * x); });
    same([](const Tensor& x) {
        return softmax(x) * log_softmax(x) + cumsum(x, 2, {.exclusive = true, .reverse = true});
    });
    same([](const Tensor& x) { return logsumexp(x, {.axes = {1}}) + max(x, {.axes = {1}}) - mean(x, {.axes = {1}}); });
    same([](const Tensor& x) { return standardize(x, {.first = 0, .last = 1}).y; });
    same([](const Tensor& x) { return flip(pad(permute(x, {0, 2, 1}), {{0, 0}, {1, 0}, {0, 2}}, 3), {1}); });
    same([](const Tensor& x) { return concat({slice(x, 2, 0, 2), slice(x, 2, {.step = -2})}, 2); });
    same([](const Tensor& x) { return split(x, {1, 2}, 2)[1] * gather(x, {2, 0}, 2); });
    same([](const Tensor& x) { return matmul(x, x, {.transpose_b = true}); });
    same([](const Tensor& x) { return broadcast_to(sum(x, {.axes = {2}, .keep = true}), {x.rows(), 2, 4}); });
    same([](const Tensor& x) { return x * full(x.shape(), 2, x.dtype()); });
    check_round_trip([](const Tensor& x) { return x.to(DType::float32); }, {2}, DType::float32);
}

TEST_CASE("convolutions and pools go out with their strides, pads, groups and dilations") {
    const Tensor w = random::uniform({4, 1, 3, 3}, -1, 1, {.seed = 1, .dtype = DType::float64});
    const Conv2d options{.stride = {2, 1}, .padding = {1, 2}, .dilation = {1, 2}, .groups = 2};
    const ConvTranspose2d up{.stride = {2, 3}, .padding = 1, .output_padding = {1, 0}, .groups = 2};
    check_round_trip([&](const Tensor& x) { return conv2d(x, w, options); }, {2, 7, 8});
    check_round_trip([&](const Tensor& x) { return conv_transpose2d(x, w, up); }, {4, 4, 3});
    check_round_trip(
        [](const Tensor& x) {
            return max_pool2d(x, {.kernel = {2, 3}, .stride = 2, .padding = 1});
        },
        {2, 7, 8});
    check_round_trip(
        [](const Tensor& x) {
            return avg_pool2d(x, {.kernel = {2, 3}, .stride = 2, .padding = 1});
        },
        {2, 7, 8});
}

TEST_CASE("what ONNX has no words for is one error that names all of it") {
    const auto refuse = [](const Function& f) { return [f] { models::onnx::to_bytes(Exported{f, {2}}); }; };
    tests::check_refused({
        {refuse([](const Tensor& x) {
             const Tensor angle = atan2(x, x + 2.0);  // one after the other: the order is that of the error
             const Tensor slope = relu_vjp(x, x);
             return angle * slope;
         }),
         "export: ONNX has no operator for these ops: atan2, relu_vjp"},
        {refuse([](const Tensor& x) { return sum(x); }), "export: rows must be mapped to rows"},
        {refuse([](const Tensor& x) { return x + reshape(arange(x.size()), x.shape()); }),
         "export: a constant must not depend on the number of rows: its shape is (2, 2)"},
    });
}

TEST_CASE("an imported network goes out again, changed or not") {
    if (!have_real_data("models/resnet20_cifar10.onnx")) return;
    models::Model model = models::onnx::load(real_data("models/resnet20_cifar10.onnx"));
    nn::each_tensor(model, nn::TensorVisitor([](const std::string& name, Tensor& t, nn::Role role) {
                        if (role == nn::Role::parameter && name.ends_with("bias")) t = t + 0.125;
                    }));
    const models::Model back = models::onnx::parse(models::onnx::to_bytes(model), "again");
    const Tensor x = draws(model.input, 2);
    CHECK(distance(back(x), model(x)) < 1e-6);
}

}  // namespace gradpath

// Real networks against outputs, input gradients and Integrated Gradients that PyTorch, Captum and ONNX Runtime
// computed.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/idx.hpp>
#include <gradpath/models/onnx/read.hpp>
#include <support/real_data.hpp>

#include "agreement.hpp"

namespace gradpath {
namespace {

using tests::distance;

Tensor golden(const std::string& name) { return io::read_npy(real_data("golden/" + name + ".npy")).to(DType::float64); }

// PyTorch's and Captum's gradients are kept as float32.
constexpr double float32_rounding = 1e-5;

void check_network(const std::string& name) {
    if (!have_real_data("models/" + name + ".onnx") || !have_real_data("golden/" + name + ".input.npy")) return;
    const models::Model model = tests::load_as(DType::float64, real_data("models/" + name + ".onnx"));
    const Tensor x = golden(name + ".input"), t = tracked(x), y = model(t);
    CHECK(distance(y, golden(name + ".logits_f64")) < 1e-6);
    const Indices top = argmax(y, 1);
    const Tensor chosen = take_along_axis(y, Indices(Shape{y.rows(), 1}, top.data()), 1);
    CHECK(distance(grad(sum(chosen), t), golden(name + ".grad_top1")) < float32_rounding);
    attribution::IntegratedGradients options{.target = std::vector<Index>(top.data().begin(), top.data().end())};
    options.quadrature = {.steps = 50, .rule = attribution::QuadratureRule::gauss_legendre};
    const Tensor ig = attribution::integrated_gradients(model, x, options).values;
    CHECK(distance(reshape(ig, x.shape()), golden(name + ".ig_gl50_zero")) < float32_rounding);
}

}  // namespace

TEST_CASE("ResNet-20 gives PyTorch's outputs and gradients and Captum's Integrated Gradients") {
    check_network("resnet20_cifar10");
}

TEST_CASE("the CIFAR-10 net, exported for one row, gives PyTorch's and Captum's figures for eight at once") {
    check_network("captum_cifar10");
}

TEST_CASE("mnist-8 gives ONNX Runtime's outputs and knows 98.91 % of the test digits") {
    if (!have_real_data("models/mnist-8.onnx") || !have_real_data("mnist/t10k-images-idx3-ubyte.gz")) return;
    const models::Model model = models::onnx::load(real_data("models/mnist-8.onnx"));
    const models::DataSet digits = models::idx_folder(real_data("mnist"), models::Part::test);
    const Tensor x = round(digits.x * 255.0);
    const Tensor first = model(slice(x, 0, 0, 8));
    CHECK(distance(first.to(DType::float64), reshape(golden("mnist-8.output_ort130"), first.shape())) < 1e-5);
    const NoRecording plain;
    int right = 0;
    for (Index row = 0; row < 10000; row += 500) {
        const Indices best = argmax(model(slice(x, 0, row, row + 500)), 1);
        for (Index i = 0; i < 500; ++i) right += best[i] == digits.labels[row + i];
    }
    CHECK(right == 9891);
}

TEST_CASE("SqueezeNet sees an Egyptian cat in the photograph of one") {
    if (!have_real_data("models/squeezenet1_0_dc_imagenet.onnx")) return;
    const models::Model model = models::onnx::load(real_data("models/squeezenet1_0_dc_imagenet.onnx"));
    const Tensor x = golden("squeezenet1_0_dc_imagenet.input").to(DType::float32);
    const Tensor p = softmax(model(reshape(x, Shape{1}.joined(model.input))));
    CHECK(argmax(p, 1)[0] == 285);  // n02124075 Egyptian cat
    CHECK(std::abs(max(p).item() - 0.53) < 0.01);
}

TEST_CASE("the nine architectures of the ONNX project import, and give its outputs") {
    for (const char* name : {"bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50", "shufflenet",
                             "squeezenet", "vgg19", "zfnet512"}) {
        const std::string file = text("onnx-light/light_", name, ".onnx");
        if (!have_real_data(file)) continue;
        const auto output = real_data(text("onnx-light/light_", name, "_output_0.pb"));
        const models::onnx::Network network = models::onnx::open(real_data(file), {.check_rows = false});
        std::vector<float> ramp(3 * 224 * 224);
        for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<float>(i) / static_cast<float>(ramp.size());
        const Tensor y = network.run({Tensor({1, 3, 224, 224}, std::span<const float>(ramp))}).at(0).real();
        const Tensor expected = models::onnx::read_tensor(output).real();
        CHECK(y.shape() == expected.shape());
        CHECK_MESSAGE(distance(y, expected) < 1e-5, name);
    }
}

}  // namespace gradpath

// Networks that PyTorch exported (torch/make.py says how), against PyTorch's outputs and slopes.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/export.hpp>

#include "agreement.hpp"

namespace gradpath {
namespace {

using tests::distance;

// Normalisations were folded into weights of float32, by PyTorch or by us.
constexpr double folded_weights = 1e-6;

std::filesystem::path exported(const std::string& name) {
    return std::filesystem::path(GRADPATH_SOURCE_DIR) / "tests/models/onnx/torch" / name;
}

void check_figures(const std::string& name, const models::onnx::Import& options, DType dtype, double tolerance) {
    CAPTURE(name);
    CAPTURE(dtype);
    const models::Model model = tests::load_as(dtype, exported(name + ".onnx"), options);
    const auto figure = [&](const char* key) { return io::read_npz(exported(name + ".npz"), key); };
    const Tensor x = tracked(figure("x").to(dtype)), y = model(x), top = sum(max(y, {.axes = {1}}));
    CHECK(distance(y, figure("y")) < tolerance);
    CHECK(distance(grad(top, x), figure("g")) < tolerance);
}

}  // namespace

TEST_CASE("networks exported by PyTorch give its outputs and its input gradients") {
    check_figures("mlp", {}, DType::float64, 1e-12);
    check_figures("residual", {}, DType::float64, 1e-12);
    check_figures("separable", {}, DType::float64, folded_weights);
    for (const char* name : {"mlp", "residual", "separable"}) check_figures(name, {}, DType::float32, 1e-5);
}

TEST_CASE("a residual network exported with its normalisations gives the same figures with them folded") {
    const models::onnx::Network whole = models::onnx::open(exported("residual.onnx")),
                                folded = models::onnx::open(exported("residual.onnx"), {.fold_batch_norm = true});
    CHECK(whole.nodes() - folded.nodes() == 6);  // the stem's, two in each body, and the projection's
    check_figures("residual", {.fold_batch_norm = true}, DType::float64, folded_weights);
}

TEST_CASE("networks exported by PyTorch go out again, and come back as the same functions") {
    for (const std::string name : {"mlp", "residual", "separable"}) {
        CAPTURE(name);
        const models::Model model = models::onnx::load(exported(name + ".onnx"));
        const models::Model back = models::onnx::parse(models::onnx::to_bytes(model), name);
        const Tensor x = io::read_npz(exported(name + ".npz"), "x").to(DType::float32);
        CHECK(distance(back(x), model(x)) < 1e-6);
    }
}

}  // namespace gradpath

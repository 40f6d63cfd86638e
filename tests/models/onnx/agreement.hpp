#pragma once
// What tests of whole networks share: how far two results lie apart, and a file's network in a dtype.
#include <algorithm>
#include <filesystem>
#include <string>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/network.hpp>

namespace gradpath::tests {

/// Largest distance, relative to the largest number of b.
inline double distance(const Tensor& a, const Tensor& b) {
    const Tensor x = a.to(DType::float64), y = b.to(DType::float64);
    return max(abs(x - y)).item() / std::max(max(abs(y)).item(), 1e-30);
}

inline models::Model load_as(DType dtype, const std::filesystem::path& file, const models::onnx::Import& options = {}) {
    models::Model model = models::onnx::load(file, options);
    nn::each_tensor(model, nn::TensorVisitor([&](const std::string&, Tensor& t, nn::Role) { t = t.to(dtype); }));
    return model;
}

}  // namespace gradpath::tests

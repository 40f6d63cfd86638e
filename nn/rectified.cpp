#include <gradpath/nn/rectified.hpp>

#include <gradpath/autodiff/rectified.hpp>
#include <gradpath/nn/activation.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::nn {

Tensor rectified(std::string_view name, const Linear& layer, std::string_view relu_name, const Tensor& x) {
    return is_observed() ? named(relu_name, relu, named(name, layer, x)) : layer.rectified(x);
}

Tensor pooled_relu(std::string_view relu_name, std::string_view name, const MaxPool2d& pool, const Tensor& x) {
    return is_observed() ? named(name, pool, named(relu_name, relu, x)) : relu_max_pool2d(x, pool.window);
}

}  // namespace gradpath::nn

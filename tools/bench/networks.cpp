#include <gradpath/tools/bench/networks.hpp>

#include <gradpath/models/image_nets.hpp>
#include <gradpath/models/mlp.hpp>
#include <gradpath/nn/activation.hpp>
#include <gradpath/nn/conv2d.hpp>
#include <gradpath/nn/flatten.hpp>
#include <gradpath/nn/linear.hpp>
#include <gradpath/nn/pool2d.hpp>
#include <gradpath/nn/summary.hpp>

namespace gradpath::bench {
namespace {

Network dense(const models::Mlp& options, const Setting& setting) {
    return {models::mlp(options, {.seed = setting.seed}), {options.widths.front()}, options.widths.back()};
}

}  // namespace

double Network::forward_flops() const { return 2.0 * static_cast<double>(nn::summary(net, row).multiply_adds); }

Network lenet5(const Setting& setting) { return {models::lenet5({}, {.seed = setting.seed}), {1, 28, 28}, 10}; }

Network softplus_lenet5(const Setting& setting) {
    nn::Init init{.seed = setting.seed};
    const nn::MaxPool2d pool(2);
    return {nn::Sequential(nn::Conv2d(1, 6, {.kernel = 5, .padding = 2, .init = take(init)}), nn::softplus, pool,
                           nn::Conv2d(6, 16, {.kernel = 5, .init = take(init)}), nn::softplus, pool, nn::Flatten(),
                           nn::Linear(400, 120, {.init = take(init)}), nn::softplus,
                           nn::Linear(120, 84, {.init = take(init)}), nn::softplus,
                           nn::Linear(84, 10, {.init = take(init)})),
            {1, 28, 28},
            10};
}

Network small_cnn(const Setting& setting) { return {models::small_cnn({}, {.seed = setting.seed}), {1, 28, 28}, 10}; }
Network mlp(const Setting& setting) { return dense({.widths = {784, 256, 128, 10}}, setting); }
Network moons_mlp(const Setting& setting) { return dense({}, setting); }
Network tanh_mlp(const Setting& setting) { return dense({.activation = "tanh"}, setting); }

}  // namespace gradpath::bench

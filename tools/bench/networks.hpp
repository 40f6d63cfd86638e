#pragma once
// The networks of the table, with first weights drawn from the seed.
#include <gradpath/autodiff/random.hpp>
#include <gradpath/nn/layer.hpp>
#include <gradpath/tools/bench/workload.hpp>

namespace gradpath::bench {

struct Network {
    nn::Layer net;
    Shape row;      ///< of one input
    Index outputs;  ///< per row
    Tensor rows(Index count, const Setting& setting) const {
        return random::normal(Shape{count}.joined(row), {.seed = setting.seed, .stream = 1});
    }
    Indices labels(Index count, const Setting& setting) const {
        return random::integers({count}, outputs, setting.seed, 2);
    }
    double forward_flops() const;  ///< of one row: products and convolutions
};

Network lenet5(const Setting& setting);
Network softplus_lenet5(const Setting& setting);  ///< the same with softplus for relu
Network small_cnn(const Setting& setting);
Network mlp(const Setting& setting);       ///< 784-256-128-10, relu
Network moons_mlp(const Setting& setting); ///< 2-64-64-2, relu
Network tanh_mlp(const Setting& setting);  ///< 2-64-64-2, tanh

}  // namespace gradpath::bench

// The networks of networks.cpp in libtorch's C++, and the same work on them.
#include <gradpath/tools/bench/peers/peer_work.hpp>

#include <torch/torch.h>
#include <torch/version.h>

#include <gradpath/tools/bench/shapes.hpp>

namespace gradpath::bench {
namespace {

namespace nn = torch::nn;
using nn::Sequential;
using torch::Tensor;

enum class Bend { relu, softplus };

void add_bend(Sequential& net, Bend bend) {
    if (bend == Bend::relu) net->push_back(nn::ReLU());
    else net->push_back(nn::Softplus());
}

Sequential lenet5(Bend bend) {
    Sequential net(nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)));
    add_bend(net, bend);
    net->push_back(nn::MaxPool2d(2));
    net->push_back(nn::Conv2d(nn::Conv2dOptions(6, 16, 5)));
    add_bend(net, bend);
    net->push_back(nn::MaxPool2d(2));
    net->push_back(nn::Flatten());
    net->push_back(nn::Linear(400, 120));
    add_bend(net, bend);
    net->push_back(nn::Linear(120, 84));
    add_bend(net, bend);
    net->push_back(nn::Linear(84, 10));
    return net;
}

Sequential small_cnn() {
    return Sequential(nn::Conv2d(nn::Conv2dOptions(1, 32, 3)), nn::ReLU(), nn::Conv2d(nn::Conv2dOptions(32, 64, 3)),
                      nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(), nn::Linear(9216, 128), nn::ReLU(),
                      nn::Linear(128, 10));
}

Sequential mlp() {
    return Sequential(nn::Linear(784, 256), nn::ReLU(), nn::Linear(256, 128), nn::ReLU(), nn::Linear(128, 10));
}
Sequential moons_mlp() {
    return Sequential(nn::Linear(2, 64), nn::ReLU(), nn::Linear(64, 64), nn::ReLU(), nn::Linear(64, 2));
}
Sequential tanh_mlp() {
    return Sequential(nn::Linear(2, 64), nn::Tanh(), nn::Linear(64, 64), nn::Tanh(), nn::Linear(64, 2));
}

Tensor images(int rows) { return torch::randn({rows, 1, 28, 28}); }

Run forward() {
    Sequential net = lenet5(Bend::relu);
    const Tensor x = images(image_batch);
    return [=]() mutable {
        const torch::NoGradGuard off;
        net->forward(x);
    };
}

Run training(Sequential net, const Tensor& x, int classes) {
    const Tensor labels = torch::randint(classes, {x.size(0)}, torch::kLong);
    const auto adam = std::make_shared<torch::optim::Adam>(net->parameters(), torch::optim::AdamOptions(1e-3));
    return [=]() mutable {
        adam->zero_grad();
        nn::functional::cross_entropy(net->forward(x), labels).backward();
        adam->step();
    };
}

/// Slopes at the middles of `steps` equal pieces from zeros to x, in one batch.
Run integrate(Sequential net, const Tensor& x, int steps) {
    for (Tensor& p : net->parameters()) p.requires_grad_(false);
    std::vector<int64_t> lengths(static_cast<std::size_t>(x.dim()), 1);
    lengths[0] = steps;
    const Tensor at = ((torch::arange(steps) + 0.5) / steps).reshape(lengths);
    return [=]() mutable {
        const Tensor nodes = (at * x).requires_grad_();
        const Tensor score = net->forward(nodes).select(1, 0).sum();
        torch::autograd::grad({score}, {nodes})[0].mean(0, true) * x;
    };
}

/// Rows are independent, so a sweep of the sum of an output gives its slopes in each row.
Tensor batch_jacobian(Sequential& net, const Tensor& x, bool differentiable) {
    const Tensor y = net->forward(x);
    std::vector<Tensor> slopes;
    for (int64_t k = 0; k < y.size(1); ++k)
        slopes.push_back(torch::autograd::grad({y.select(1, k).sum()}, {x}, {}, true, differentiable)[0]);
    return torch::stack(slopes, 1);
}

Run jacobian(Sequential net, const Tensor& x) {
    for (Tensor& p : net->parameters()) p.requires_grad_(false);
    return [=]() mutable {
        const Tensor leaf = x.detach().requires_grad_();
        batch_jacobian(net, leaf, false);
    };
}

Run hessian_vector() {
    Sequential net = lenet5(Bend::softplus);
    for (Tensor& p : net->parameters()) p.requires_grad_(false);
    const Tensor x = images(image_batch), v = torch::randn_like(x);
    return [=]() mutable {
        const Tensor leaf = x.detach().requires_grad_();
        const Tensor slope = torch::autograd::grad({net->forward(leaf).select(1, 0).sum()}, {leaf}, {}, true, true)[0];
        torch::autograd::grad({slope}, {leaf}, {v});
    };
}

Run path_energy() {
    Sequential net = tanh_mlp();
    for (Tensor& p : net->parameters()) p.requires_grad_(false);
    const Tensor points = torch::randn({curve_points, 2});
    return [=]() mutable {
        const Tensor leaf = points.detach().requires_grad_();
        const Tensor from = leaf.slice(0, 0, curve_points - 1), to = leaf.slice(0, 1, curve_points);
        const Tensor moved = torch::bmm(batch_jacobian(net, (from + to) * 0.5, true), (to - from).unsqueeze(2));
        torch::autograd::grad({moved.square().sum()}, {leaf});
    };
}

Sequential frozen_softplus_lenet5() {
    Sequential net = lenet5(Bend::softplus);
    for (Tensor& p : net->parameters()) p.requires_grad_(false);
    return net;
}

/// Σ ‖∇ log p‖² |d|² over the pieces of a curve.
Tensor energy(Sequential& net, const Tensor& corners) {
    const Tensor from = corners.slice(0, 0, curve_points - 1), to = corners.slice(0, 1, curve_points);
    const Tensor middle = (from + to) * 0.5;
    const Tensor score = net->forward(middle).log_softmax(1).select(1, 0).sum();
    const Tensor slope = torch::autograd::grad({score}, {middle}, {}, true, true)[0];
    const auto squares = [](const Tensor& x) { return x.square().flatten(1).sum(1); };
    return (squares(slope) * squares(to - from)).sum();
}

Run conformal_energy() {
    Sequential net = frozen_softplus_lenet5();
    const Tensor points = images(curve_points);
    return [=]() mutable {
        const Tensor leaf = points.detach().requires_grad_();
        torch::autograd::grad({energy(net, leaf)}, {leaf});
    };
}

struct Enough {};

/// As ours: L-BFGS on the corners between two images, from the start again where it gets stuck before so many slopes.
void relax(Sequential& net, const Tensor& points, int& slopes) {
    const Tensor first = points.slice(0, 0, 1), last = points.slice(0, curve_points - 1, curve_points);
    Tensor inner = points.slice(0, 1, curve_points - 1).clone().requires_grad_();
    torch::optim::LBFGS lbfgs({inner}, torch::optim::LBFGSOptions(1)
                                           .max_iter(geodesic_slopes)
                                           .max_eval(2 * geodesic_slopes)
                                           .tolerance_grad(0)
                                           .tolerance_change(0)
                                           .history_size(10)
                                           .line_search_fn("strong_wolfe"));
    lbfgs.step([&] {
        if (slopes++ == geodesic_slopes) throw Enough();
        const Tensor value = energy(net, torch::cat({first, inner, last})) * (0.5 * (curve_points - 1));
        inner.mutable_grad() = torch::autograd::grad({value}, {inner})[0];
        return value;
    });
}

Run relaxation() {
    Sequential net = frozen_softplus_lenet5();
    const Tensor points = images(curve_points);
    return [=]() mutable {
        int slopes = 0;
        try {
            for (;;) relax(net, points, slopes);
        } catch (const Enough&) {}
    };
}

}  // namespace

std::vector<PeerWork> libtorch_work() {
    const auto at = [](const char* workload, std::function<Run()> prepare) {
        return PeerWork{workload, "libtorch", std::move(prepare)};
    };
    torch::manual_seed(1);
    return {at("forward-lenet5", forward),
            at("training-lenet5", [] { return training(lenet5(Bend::relu), images(image_batch), 10); }),
            at("training-small-cnn", [] { return training(small_cnn(), images(image_batch), 10); }),
            at("training-mlp",
               [] {
                   return training(mlp(), torch::randn({image_batch, 784}), 10);
               }),
            at("training-moons",
               [] {
                   return training(moons_mlp(), torch::randn({moons_batch, 2}), 2);
               }),
            at("ig-lenet5", [] { return integrate(lenet5(Bend::relu), images(1), image_steps); }),
            at("ig-small-cnn", [] { return integrate(small_cnn(), images(1), image_steps); }),
            at("ig-moons",
               [] {
                   return integrate(moons_mlp(), torch::randn({1, 2}), moons_steps);
               }),
            at("jacobian-lenet5", [] { return jacobian(lenet5(Bend::relu), images(image_batch)); }),
            at("jacobian-moons",
               [] {
                   return jacobian(moons_mlp(), torch::randn({moons_points, 2}));
               }),
            at("hvp-lenet5", hessian_vector),
            at("path-energy-moons", path_energy),
            at("path-energy-lenet5", conformal_energy),
            at("geodesic-lenet5", relaxation)};
}

std::string libtorch_version() { return TORCH_VERSION; }

}  // namespace gradpath::bench

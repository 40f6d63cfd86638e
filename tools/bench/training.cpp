// A forward pass, and whole training steps: forward, loss, gradient, Adam.
#include <gradpath/autodiff/minimize/adam.hpp>
#include <gradpath/nn/train.hpp>
#include <gradpath/tools/bench/networks.hpp>
#include <gradpath/tools/bench/shapes.hpp>

namespace gradpath::bench {
namespace {

using Make = Network (*)(const Setting&);

Prepared forward(const Setting& setting) {
    const Network network = lenet5(setting);
    const Tensor x = network.rows(image_batch, setting);
    return {.run = [=] { network.net(x); }, .flops = image_batch * network.forward_flops()};
}

/// What a run changes: it must stay where the loss finds it.
struct Course {
    nn::Layer net;
    ListFunction loss;
    std::vector<Tensor> parameters = {};
    minimize::AdamState state = {};

    void step() {
        const std::vector<Tensor> slopes = value_and_grad(loss, parameters).slopes;
        minimize::step(parameters, slopes, state, minimize::Adam{});
    }
};

/// As many operations again as the forward pass for the slopes of the weights, and of what stands between layers.
Prepared training(Make make, Index batch, const Setting& setting) {
    const Network network = make(setting);
    const auto course = std::make_shared<Course>(Course{network.net, {}});
    course->loss = nn::loss_of_parameters(course->net, {network.rows(batch, setting), network.labels(batch, setting)});
    for (const nn::Parameter& p : nn::parameters(course->net)) course->parameters.push_back(p.value);
    return {.run = [course] { course->step(); }, .flops = 3.0 * static_cast<double>(batch) * network.forward_flops()};
}

}  // namespace

std::vector<Workload> training_workloads() {
    std::vector<Workload> list{{"forward-lenet5", Layer::training, forward}};
    const auto add = [&](const char* name, Make make, Index batch) {
        list.push_back({name, Layer::training, [=](const Setting& s) { return training(make, batch, s); }});
    };
    add("training-lenet5", lenet5, image_batch);
    add("training-small-cnn", small_cnn, image_batch);
    add("training-mlp", mlp, image_batch);
    add("training-moons", moons_mlp, moons_batch);
    return list;
}

}  // namespace gradpath::bench

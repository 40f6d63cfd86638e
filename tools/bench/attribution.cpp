// Explanations, and the derivatives that they are made of; then the whole program, from its start to its end.
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/neurons/internal_neurons.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/bench/bars.hpp>
#include <gradpath/tools/bench/networks.hpp>
#include <gradpath/tools/bench/process.hpp>
#include <gradpath/tools/bench/shapes.hpp>

namespace gradpath::bench {
namespace {

using attribution::IntegratedGradients;
using Make = Network (*)(const Setting&);

constexpr auto midpoint = attribution::QuadratureRule::midpoint;

/// What the first look at the model tells, to be kept as for the rows of a data set explained one after the other.
std::shared_ptr<const attribution::ModelFacts> facts(const Network& network, const Tensor& x) {
    const attribution::Objective objective("bench", network.net, Index{0}, {}, 1, network.net(x));
    return std::make_shared<attribution::ModelFacts>(attribution::examine(objective, x, attribution::Run().memory));
}

/// A fixed number of steps, as the peers take.
Prepared integrate(Make make, Index steps, const Setting& setting) {
    const Network network = make(setting);
    const Tensor x = network.rows(1, setting);
    const IntegratedGradients options{.target = Index{0},
                                      .quadrature = {.steps = steps, .rule = midpoint},
                                      .run = {.facts = facts(network, x), .concurrent = true}};
    return {.run = [=] { attribution::integrated_gradients(network.net, x, options); },
            .flops = 2.0 * static_cast<double>(steps) * network.forward_flops()};
}

/// What a box of the image does, through all units of all layers.
Prepared internal_neurons(Make make, Index steps, const Setting& setting) {
    const Network network = make(setting);
    const Tensor x = network.rows(1, setting);
    const attribution::InternalNeurons options{.target = Index{0},
                                               .region = attribution::region::Box{13, 21, 16, 27},
                                               .steps = steps,
                                               .rule = midpoint,
                                               .run = {.facts = facts(network, x), .concurrent = true}};
    return {.run = [=] { attribution::internal_neurons(network.net, x, options, {}); },
            .flops = 4.0 * static_cast<double>(steps) * network.forward_flops(),
            .beside = Beside{reference::ig, integrate(make, steps, setting).run}};
}

Prepared batch_jacobian(Make make, Index rows, const Setting& setting) {
    const Network network = make(setting);
    const Tensor x = network.rows(rows, setting);
    const auto sweeps = static_cast<double>(std::min(network.outputs, network.row.size()));
    return {.run = [=] { jacobian(network.net, x); },
            .flops = (1 + sweeps) * static_cast<double>(rows) * network.forward_flops()};
}

/// Of the sum of one output over the rows.
Prepared hessian_vector(const Setting& setting) {
    const Network network = softplus_lenet5(setting);
    const Tensor x = network.rows(image_batch, setting);
    const Tensor v = random::normal(x.shape(), {.seed = setting.seed, .stream = 9});
    const Function f = [net = network.net](const Tensor& z) { return sum(slice(net(z), 1, 0, 1)); };
    return {.run = [=] { hvp(f, x, v); }, .flops = 4.0 * image_batch * network.forward_flops()};
}

Prepared explain_process(const Setting& setting) {
    write_explain_files(setting);
    const Command command{own_path(),
                          "explain",
                          setting.folder / "net.safetensors",
                          "--input",
                          setting.folder / "image.npy",
                          "--method",
                          "integrated-gradients",
                          "--rule",
                          "midpoint",
                          "--steps",
                          std::to_string(image_steps),
                          "--threads",
                          std::to_string(threads()),
                          "--json",
                          "--quiet"};
    return {.run = [=] { run_silently(command); }};
}

}  // namespace

void write_explain_files(const Setting& setting) {
    models::save_model(setting.folder / "net.safetensors", models::make("lenet5", {}, setting.seed));
    io::write_npy(setting.folder / "image.npy", random::uniform({1, 1, 28, 28}, 0, 1, {.seed = setting.seed}));
}

std::vector<Workload> attribution_workloads() {
    std::vector<Workload> list;
    const auto add = [&](const char* name, auto work, Make make, Index count) {
        list.push_back({name, [=](const Setting& s) { return work(make, count, s); }});
    };
    add("ig-lenet5", integrate, lenet5, image_steps);
    add("ig-small-cnn", integrate, small_cnn, image_steps);
    add("ig-moons", integrate, moons_mlp, moons_steps);
    add("internal-neurons-lenet5", internal_neurons, lenet5, neuron_steps);
    add("jacobian-lenet5", batch_jacobian, lenet5, image_batch);
    add("jacobian-moons", batch_jacobian, moons_mlp, moons_points);
    list.push_back({"hvp-lenet5", hessian_vector});
    list.push_back({"explain-process", explain_process});
    return list;
}

std::vector<Workload> workloads() {
    std::vector<Workload> all = kernel_workloads();
    for (const auto& layer : {op_workloads(), training_workloads(), attribution_workloads(), geometry_workloads()})
        all.insert(all.end(), layer.begin(), layer.end());
    return all;
}

}  // namespace gradpath::bench

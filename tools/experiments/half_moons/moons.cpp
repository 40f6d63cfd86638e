#include <gradpath/tools/experiments/half_moons/moons.hpp>

#include <cmath>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/data/two_moons.hpp>
#include <gradpath/nn/train.hpp>

namespace gradpath::tools::half_moons {
namespace {

constexpr Index all_rows = 10'000, quick_rows = 1000;
/// Log-probabilities of a sure network differ by 1e-13, whose rounding no finer tolerance could meet.
constexpr double tolerance = 1e-4;
constexpr Index most_steps = 3000;

/// Weights and biases even in ±1/√inputs, as PyTorch has them and with it the paper's code; ours begin with biases 0.
models::Model untrained(std::uint64_t seed, bool he_weights) {
    models::Model net = models::make("mlp", {{"widths", "2-10-10-2"}}, nn::Init{.seed = seed, .dtype = DType::float64});
    if (he_weights) return net;
    std::uint64_t stream = 1;
    double bound = 0;  // of a weight, and of the bias that follows it
    nn::each_parameter(net, nn::ParameterVisitor([&](const std::string&, Tensor& p) {
                           if (p.rank() == 2) bound = 1 / std::sqrt(static_cast<double>(p.shape()[1]));
                           p = random::uniform(p.shape(), -bound, bound, {seed, stream++, DType::float64});
                       }));
    return net;
}

std::vector<Index> classes_of(const Function& f, const Tensor& x) {
    const NoRecording plain;
    const Indices found = argmax(f(x), 1);
    return {found.data().begin(), found.data().end()};
}

Subject subject_of(const Trained& trained, const Function& f, attribution::QuadratureRule rule) {
    const Tensor baseline({1, 2}, {-0.5, -0.5}, DType::float64);
    return {f,
            trained.x,
            baseline,
            classes_of(f, trained.x),
            classes_of(f, baseline).front(),
            {.tolerance = tolerance, .rule = rule, .max_steps = most_steps},
            trained.plan.seed,
            trained.plan.cancel};
}

}  // namespace

Trained train(const Plan& plan) {
    models::DataSet data = models::two_moons({.rows = all_rows, .noise = plan.noise, .seed = plan.seed});
    data.x = data.x.to(DType::float64);
    Trained trained{plan, untrained(plan.seed, plan.he_weights),
                    slice(data.x, 0, plan.training, plan.quick ? plan.training + quick_rows : all_rows), 0};
    const models::DataSet seen = models::subset(data, 0, plan.training);
    nn::fit(trained.net, {seen.x, seen.labels},
            {.epochs = plan.epochs,
             .batch = 32,
             .optimizer = nn::Adam{.rate = 1e-3},
             .seed = plan.seed,
             .prefetch = false,
             .cancel = plan.cancel});
    const models::DataSet unseen = models::subset(data, plan.training, all_rows);
    trained.accuracy = nn::evaluate(trained.net, {unseen.x, unseen.labels}).accuracy;
    return trained;
}

Subject as_trained(const Trained& trained) {
    return subject_of(
        trained, [net = trained.net](const Tensor& x) { return net(x); }, attribution::QuadratureRule::exact);
}

Subject softened(const Trained& trained, double beta) {
    std::vector<Tensor> parameters;  // weight and bias of each layer in turn
    nn::each_parameter(
        trained.net, nn::ConstParameterVisitor([&](const std::string&, const Tensor& p) { parameters.push_back(p); }));
    const Function soft = [parameters, beta](const Tensor& x) {
        Tensor y = x;
        for (std::size_t k = 0; k < parameters.size(); k += 2) {
            y = matmul(y, parameters[k], {.transpose_b = true}) + parameters[k + 1];
            if (k + 2 < parameters.size()) y = softplus(y * beta) * (1 / beta);
        }
        return y;
    };
    return subject_of(trained, soft, attribution::QuadratureRule::gauss_kronrod);
}

Subject first_rows(const Subject& subject, Index rows) {
    Subject few = subject;
    few.x = slice(few.x, 0, 0, std::min(rows, few.x.rows()));
    few.predicted.resize(static_cast<std::size_t>(few.x.rows()));
    return few;
}

Function log_probability(const Function& f, Index of_class) {
    return [=](const Tensor& x) { return reshape(slice(log_softmax(f(x)), 1, of_class, of_class + 1), {x.rows()}); };
}

}  // namespace gradpath::tools::half_moons

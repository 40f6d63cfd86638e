// The rule itself is the kernel `adam`; here stand the checks, the state, and the corrections 1 - βᵗ for moments that
// start at zero.
#include <gradpath/autodiff/minimize/adam.hpp>

#include <cmath>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/minimize/check.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::minimize {

void step(std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients, AdamState& state, const Adam& o) {
    require(std::isfinite(o.rate) && o.rate >= 0, "adam: rate must be finite and not negative but is ", o.rate);
    require(o.beta1 >= 0 && o.beta1 < 1, "adam: beta1 must lie in [0, 1) but is ", o.beta1);
    require(o.beta2 >= 0 && o.beta2 < 1, "adam: beta2 must lie in [0, 1) but is ", o.beta2);
    require(std::isfinite(o.epsilon) && o.epsilon > 0, "adam: epsilon must be finite and above 0 but is ", o.epsilon);
    require(std::isfinite(o.weight_decay) && o.weight_decay >= 0,
            "adam: weight_decay must be finite and not negative but is ", o.weight_decay);
    require_alike("adam", "gradients", parameters, gradients);
    if (state.steps == 0 && state.mean.empty() && state.variance.empty()) {
        state.mean = zeros_alike(parameters);
        state.variance = zeros_alike(parameters);
    }
    require_alike("adam", "mean", parameters, state.mean);
    require_alike("adam", "variance", parameters, state.variance);

    const auto t = static_cast<double>(++state.steps);
    const kernels::AdamStep rule{
        o.rate, o.beta1, o.beta2, o.epsilon, o.weight_decay, 1 - std::pow(o.beta1, t), 1 - std::pow(o.beta2, t)};
    for (std::size_t i = 0; i < parameters.size(); ++i)
        dispatch(parameters[i].dtype(), [&]<Real T>(T) {
            kernels::adam<T>(rule, gradients[i].data<T>().data(), own<T>(parameters[i]), own<T>(state.mean[i]),
                             own<T>(state.variance[i]), parameters[i].size());
        });
}

}  // namespace gradpath::minimize

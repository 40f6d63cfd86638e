// The rule itself is the kernel `rms_prop`; here stand the checks and the state. What the options do not ask for is not
// kept.
#include <gradpath/autodiff/minimize/rms_prop.hpp>

#include <cmath>
#include <string_view>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/minimize/check.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::minimize {

namespace {

void check_options(const RmsProp& o) {
    require(std::isfinite(o.rate) && o.rate >= 0, "rmsprop: rate must be finite and not negative but is ", o.rate);
    require(o.smoothing >= 0 && o.smoothing < 1, "rmsprop: smoothing must lie in [0, 1) but is ", o.smoothing);
    require(std::isfinite(o.epsilon) && o.epsilon > 0, "rmsprop: epsilon must be finite and above 0 but is ",
            o.epsilon);
    require(o.momentum >= 0 && o.momentum < 1, "rmsprop: momentum must lie in [0, 1) but is ", o.momentum);
    require(std::isfinite(o.weight_decay) && o.weight_decay >= 0,
            "rmsprop: weight_decay must be finite and not negative but is ", o.weight_decay);
}

}  // namespace

void step(std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients, RmsPropState& state,
          const RmsProp& o) {
    check_options(o);
    require_alike("rmsprop", "gradients", parameters, gradients);
    const bool moving = o.momentum > 0;
    RmsPropState next = state;
    RmsPropState::visit(next, [&](const char* name, std::vector<Tensor>& list) {
        const std::string_view what = name;
        const bool needed = what == "square" || (what == "mean" && o.centered) || (what == "velocity" && moving);
        if (needed && list.empty()) list = zeros_alike(parameters);
        if (needed) require_alike("rmsprop", name, parameters, list);
    });
    state = std::move(next);

    const kernels::RmsPropStep rule{o.rate, o.smoothing, o.epsilon, o.momentum, o.weight_decay, o.centered};
    for (std::size_t i = 0; i < parameters.size(); ++i)
        dispatch(parameters[i].dtype(), [&]<Real T>(T) {
            const kernels::RmsPropMoments<T> moments{own<T>(state.square[i]),
                                                     o.centered ? own<T>(state.mean[i]) : nullptr,
                                                     moving ? own<T>(state.velocity[i]) : nullptr};
            kernels::rms_prop<T>(rule, gradients[i].data<T>().data(), own<T>(parameters[i]), moments,
                                 parameters[i].size());
        });
}

}  // namespace gradpath::minimize

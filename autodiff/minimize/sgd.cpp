// The rule itself is the kernel `sgd`; here stand the checks and the state. Without momentum there is no velocity to
// keep.
#include <gradpath/autodiff/minimize/sgd.hpp>

#include <cmath>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/minimize/check.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::minimize {

void step(std::vector<Tensor>& parameters, const std::vector<Tensor>& gradients, SgdState& state, const Sgd& o) {
    require(std::isfinite(o.rate) && o.rate >= 0, "sgd: rate must be finite and not negative but is ", o.rate);
    require(o.momentum >= 0 && o.momentum < 1, "sgd: momentum must lie in [0, 1) but is ", o.momentum);
    require(std::isfinite(o.weight_decay) && o.weight_decay >= 0,
            "sgd: weight_decay must be finite and not negative but is ", o.weight_decay);
    require(!o.nesterov || o.momentum > 0, "sgd: nesterov needs momentum above 0");
    require_alike("sgd", "gradients", parameters, gradients);
    const bool moving = o.momentum > 0;
    if (moving && state.velocity.empty()) state.velocity = zeros_alike(parameters);
    if (moving) require_alike("sgd", "velocity", parameters, state.velocity);

    const kernels::SgdStep rule{o.rate, o.momentum, o.weight_decay, o.nesterov};
    for (std::size_t i = 0; i < parameters.size(); ++i)
        dispatch(parameters[i].dtype(), [&]<Real T>(T) {
            kernels::sgd<T>(rule, gradients[i].data<T>().data(), own<T>(parameters[i]),
                            moving ? own<T>(state.velocity[i]) : nullptr, parameters[i].size());
        });
}

}  // namespace gradpath::minimize

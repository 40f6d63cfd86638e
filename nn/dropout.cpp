// y = x ∘ m / (1 - rate) with m ~ Bernoulli(1 - rate), so E[y] = x (Srivastava et al. 2014, section 10). The mask is
// drawn by position from a counter-based stream: no generator state travels with the layer.
#include <gradpath/nn/dropout.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::nn {

Dropout::Dropout(double rate_in) : rate(rate_in) {
    require(rate >= 0 && rate < 1, "dropout: the rate must lie in [0, 1): it is ", rate);
}

Tensor Dropout::operator()(const Tensor& x) const {
    Training* training = Training::current();
    if (training == nullptr || rate == 0) return x;
    const Tensor kept = random::bernoulli(x.shape(), 1 - rate, {training->seed(), training->next_stream(), x.dtype()});
    return x * (kept / (1 - rate));
}

}  // namespace gradpath::nn

// One sweep at the input itself: how the explained number answers to a small change of each feature. It says nothing of
// what a saturated feature has already contributed (1 - relu(1 - x) at 2 has gradient 0).
#include <gradpath/attribution/gradient/gradient.hpp>

#include <gradpath/attribution/gradient/at_input.hpp>

namespace gradpath::attribution {

Attribution gradient(const Model& model, const Tensor& x, const Gradient& options) {
    return at_input("gradient", model, x, {options.target, options.stage, options.run},
                    [](double slope, double) { return slope; });
}

}  // namespace gradpath::attribution

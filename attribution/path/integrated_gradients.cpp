// The straight path: the gradients along it see a saturated feature before it saturates.
#include <gradpath/attribution/path/integrated_gradients.hpp>

#include <gradpath/attribution/path/along_paths.hpp>

namespace gradpath::attribution {

Attribution integrated_gradients(const Model& model, const Tensor& x, const IntegratedGradients& options) {
    return along_paths(model, x,
                       {.target = options.target,
                        .baseline = options.baseline,
                        .stage = options.stage,
                        .quadrature = options.quadrature,
                        .seed = options.seed,
                        .run = options.run},
                       "integrated-gradients");
}

}  // namespace gradpath::attribution

// A sum of n independent products has n times the variance of one. He: relu halves the second moment, so a weight of
// variance 2/inputs keeps it from layer to layer (2015, eq. 10). Glorot: 1/inputs keeps it forward and 1/outputs
// backward; 2/(inputs + outputs) is their harmonic middle (2010, eq. 12). A uniform draw on (-a, a) has variance a²/3.
#include <gradpath/nn/init.hpp>

#include <cmath>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::nn {

Fans fans(const Shape& weight) {
    require<ShapeError>(weight.rank() >= 2, "init: a weight has the axes [outputs, inputs, kernel..]: the shape is ",
                        weight, "; give biases a constant");
    const Index kernel = weight.slice(2, weight.rank()).size();
    return {weight[1] * kernel, weight[0] * kernel};
}

double deviation(Scheme scheme, const Fans& fans) {
    const bool he = scheme == Scheme::he_normal || scheme == Scheme::he_uniform;
    const Index flow = he ? fans.inputs : fans.inputs + fans.outputs;
    return std::sqrt(2.0 / static_cast<double>(flow > 0 ? flow : 1));
}

Tensor initial(const Shape& weight, const Init& options) {
    if (options.draw) return options.draw(weight);
    const double sd = deviation(options.scheme, fans(weight));
    const random::Random random{options.seed, options.stream, options.dtype};
    if (options.scheme == Scheme::he_uniform || options.scheme == Scheme::glorot_uniform)
        return random::uniform(weight, -sd * std::sqrt(3.0), sd * std::sqrt(3.0), random);
    return random::normal(weight, random) * sd;
}

}  // namespace gradpath::nn

// A sum of n independent products has n times the variance of one. He: relu halves the second moment, so a weight of
// variance 2/inputs keeps it from layer to layer (2015, eq. 10). Glorot: 1/inputs keeps it forward and 1/outputs
// backward; 2/(inputs + outputs) is their harmonic middle (2010, eq. 12). A uniform draw on (-a, a) has variance a²/3.
#include <gradpath/nn/init.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

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

namespace {

Tensor drawn(const Shape& weight, const Uniform& by, const random::Random& random) {
    require(by.low < by.high, "init: low must be below high: they are ", by.low, " and ", by.high);
    return random::uniform(weight, by.low, by.high, random);
}

Tensor drawn(const Shape& weight, const Normal& by, const random::Random& random) {
    require(by.sd >= 0, "init: a standard deviation must be at least 0: it is ", by.sd);
    return random::normal(weight, random) * by.sd;
}

Tensor drawn(const Shape& weight, const Constant& by, const random::Random& random) {
    return full(weight, by.value, random.dtype);
}

Tensor drawn(const Shape& weight, Scheme scheme, const random::Random& random) {
    const double sd = deviation(scheme, fans(weight));
    if (scheme == Scheme::he_uniform || scheme == Scheme::glorot_uniform)
        return drawn(weight, Uniform{-sd * std::sqrt(3.0), sd * std::sqrt(3.0)}, random);
    return drawn(weight, Normal{sd}, random);
}

/// Makes the rows of [rows, width], rows ≤ width, orthonormal, in order (Gram & Schmidt). Twice is enough for full
/// precision (Giraud et al. 2005). Normal rows stay evenly distributed.
void orthonormalise(std::vector<double>& numbers, Index rows, Index width) {
    const auto row = [&](Index i) { return numbers.begin() + i * width; };
    for (Index i = 0; i < rows; ++i) {
        for (Index step = 0; step < 2 * i; ++step) {  // against each row before it, and once more
            const auto unit = row(step % i);
            const double along = std::inner_product(row(i), row(i) + width, unit, 0.0);
            std::transform(row(i), row(i) + width, unit, row(i), [along](double x, double u) { return x - along * u; });
        }
        const double length = std::sqrt(std::inner_product(row(i), row(i) + width, row(i), 0.0));
        std::for_each(row(i), row(i) + width, [length](double& x) { x /= length; });
    }
}

Tensor drawn(const Shape& weight, const Orthogonal& by, const random::Random& random) {
    const Index inputs = fans(weight).inputs, outputs = weight[0];
    const bool wide = outputs <= inputs;
    const Index rows = std::min(outputs, inputs), width = std::max(outputs, inputs);
    const Tensor normal = random::normal({rows, width}, {random.seed, random.stream, DType::float64});
    std::vector<double> numbers(normal.data<double>().begin(), normal.data<double>().end());
    orthonormalise(numbers, rows, width);
    const Tensor matrix({rows, width}, numbers);
    return (reshape(wide ? matrix : transpose(matrix), weight) * by.gain).to(random.dtype);
}

}  // namespace

Tensor initial(const Shape& weight, const Init& options) {
    if (options.draw) return options.draw(weight);
    const random::Random random{options.seed, options.stream, options.dtype};
    return std::visit([&](const auto& by) { return drawn(weight, by, random); }, options.scheme);
}

}  // namespace gradpath::nn

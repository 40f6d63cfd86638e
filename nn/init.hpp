#pragma once
// First values of weights. A weight is shaped [outputs, inputs, kernel..]; seeded, the same bits on any machine
// setting.
#include <cstdint>
#include <functional>
#include <variant>

#include <gradpath/autodiff/shape.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

/// He et al. 2015 (eq. 10) keeps the variance through relu; Glorot & Bengio 2010 (eq. 12, 16) forward and backward
/// through a linear unit. Uniform ones have the variance of the normal ones.
enum class Scheme : std::uint8_t { he_normal, he_uniform, glorot_normal, glorot_uniform };

/// Numbers drawn evenly from [low, high).
struct Uniform {
    double low = -1, high = 1;
};
/// Numbers from the normal distribution with mean 0.
struct Normal {
    double sd = 1;
};
/// Rows of the weight, as [outputs, inputs · kernel], at right angles and of length `gain`; columns where those are
/// fewer. Drawn evenly among all such (Saxe, McClelland & Ganguli 2014, section 3.1).
struct Orthogonal {
    double gain = 1;
};
/// The same number everywhere.
struct Constant {
    double value = 0;
};
using Draw = std::variant<Scheme, Uniform, Normal, Orthogonal, Constant>;

struct Init {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;  ///< one per weight under a seed
    Draw scheme = Scheme::he_normal;
    DType dtype = DType::float32;
    std::function<Tensor(const Shape& weight)> draw = {};  ///< where the values come from instead, if not from the seed
};

/// `next` as it is; it then moves on to the next stream: one weight after another.
inline Init take(Init& next) {
    const Init now = next;
    ++next.stream;
    return now;
}

/// How many numbers flow into and out of one unit of a weight.
struct Fans {
    Index inputs, outputs;
};
/// (inputs · kernel, outputs · kernel). Throws ShapeError below rank 2.
Fans fans(const Shape& weight);
/// The standard deviation a scheme asks for: √(2 / inputs) or √(2 / (inputs + outputs)).
double deviation(Scheme scheme, const Fans& fans);
/// First values for a weight. Throws ShapeError below rank 2 (uniform, normal and constant take any shape), ValueError
/// unless low is below high and the deviation at least 0.
Tensor initial(const Shape& weight, const Init& options = {});

}  // namespace gradpath::nn

#pragma once
// What is measured, as plain numbers: ours and the peers read it here, so that both do identical work. Nothing of
// gradpath is included, as the program of the peers never sees it.
#include <string>

namespace gradpath::bench {

/// Square products [n, n] · [n, n].
inline constexpr int products[] = {32, 64, 128, 256, 512, 1024};

struct Convolution {
    const char* name;
    int rows, channels, filters, size, kernel, padding, groups;  ///< size: height and width of the images
    constexpr int out() const { return size + 2 * padding - kernel + 1; }
    constexpr double multiply_adds() const {
        return 1.0 * rows * filters * out() * out() * (channels / groups) * kernel * kernel;
    }
    constexpr int inputs() const { return rows * channels * size * size; }
    constexpr int weights() const { return filters * (channels / groups) * kernel * kernel; }
    constexpr int outputs() const { return rows * filters * out() * out(); }
};
inline constexpr Convolution convolutions[] = {
    {"1-32-3x3", 64, 1, 32, 28, 3, 1, 1},           {"32-64-3x3", 64, 32, 64, 28, 3, 1, 1},
    {"6-16-5x5", 64, 6, 16, 14, 5, 0, 1},           {"64-64-3x3", 64, 64, 64, 14, 3, 1, 1},
    {"depthwise-64-3x3", 64, 64, 64, 14, 3, 1, 64}, {"64-128-1x1", 64, 64, 128, 14, 1, 0, 1},
};
enum class Pass { forward, input_adjoint, weight_adjoint };
inline constexpr Pass passes[] = {Pass::forward, Pass::input_adjoint, Pass::weight_adjoint};

inline std::string product_name(int n) { return "sgemm-" + std::to_string(n); }
inline std::string convolution_name(const Convolution& c, Pass pass) {
    constexpr const char* names[] = {"-forward", "-input-adjoint", "-weight-adjoint"};
    return std::string("conv2d-") + c.name + names[static_cast<int>(pass)];
}

// Networks: LeNet-5 and the small CNN on 1x28x28, the MLP 784-256-128-10, the moons MLP 2-64-64-2.
inline constexpr int image_batch = 64, moons_batch = 256;
inline constexpr int image_steps = 300, moons_steps = 64;  ///< of integrated gradients
inline constexpr int neuron_steps = 256;                   ///< of internal neurons, and of the IG beside them
inline constexpr int moons_points = 1000;                  ///< of the batch Jacobian
inline constexpr int curve_points = 32;                    ///< of the path whose energy has a gradient
inline constexpr int geodesic_slopes = 60;                 ///< that L-BFGS may take on its way to a geodesic

}  // namespace gradpath::bench

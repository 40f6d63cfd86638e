#pragma once
// Baselines are values: the input x' that stands for "no information". A baseline with several samples is a
// distribution; path methods average over it (Sturmfels et al. 2020; Erion et al. 2021).
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution {

namespace baseline {
struct Zero {};
struct Constant {
    double value = 0;
};
struct Mean {};  ///< of each row and channel over the last two axes; of each row for [rows, features]
/// Separable Gaussian blur over the last two axes, cut at 4 sigma; pixels beyond the edge count as zero.
struct Blur {
    double sigma = 10;  ///< in pixels
};
struct Uniform {
    double low = 0, high = 1;
    Index samples = 1;
};
/// x plus noise, clipped to the range of the row.
struct Gaussian {
    double sigma = 1;  ///< in the units of x
    Index samples = 1;
    bool clip = true;
};
/// For each feature the one of low and high that is farther from it; low where both are as far ("max-distance").
struct Farthest {
    double low = 0, high = 1;
};
/// Two samples: low everywhere, and high everywhere (Kapishnikov et al. 2019).
struct BlackWhite {
    double low = 0, high = 1;
};
/// A coalition of features as in x, the others absent: its size is uniform in 0 .. n-1, and all of a size are as likely
/// (Liu et al. 2023). The same for all rows.
struct Coalition {
    double absent = 0;
    Index samples = 1;
};
/// Each row of the pool, [samples, input shape], is a baseline of every row of x.
struct Samples {
    Tensor pool;
};
/// The user's own: x → a tensor shaped like x, for sample 0, 1, ..
struct Function {
    std::function<Tensor(const Tensor& x, Index sample)> draw;
    Index samples = 1;
};
}  // namespace baseline

/// A Tensor is used as it is: shaped like x, like one of its rows, or broadcasting to x.
using Baseline = std::variant<baseline::Zero, baseline::Constant, baseline::Mean, baseline::Blur, baseline::Uniform,
                              baseline::Gaussian, baseline::Farthest, baseline::BlackWhite, baseline::Coalition,
                              baseline::Samples, Tensor, baseline::Function>;

/// "zero", "constant:C", "mean", "blur:SIGMA", "uniform:LOW,HIGH,SAMPLES", "gaussian:SIGMA,SAMPLES",
/// "farthest:LOW,HIGH", "black+white:LOW,HIGH", "coalition:ABSENT,SAMPLES"; what follows the colon may be left out.
/// Throws ValueError that lists these, and what the caller takes beside them.
Baseline parse_baseline(std::string_view text, std::span<const std::string> beside = {});
/// The inverse; the others are called "samples", "tensor" and "function".
std::string describe(const Baseline& baseline);

/// How many draws it stands for, at least 1. Throws ValueError for none.
Index samples_of(const Baseline& baseline);
/// Is a seed used?
bool is_random(const Baseline& baseline);
/// Which draw of a baseline.
struct Draw {
    std::uint64_t seed = 0;
    Index sample = 0;
    bool mirrored = false;  ///< of a random baseline: its other half, 2x - x' (gaussian), low + high - x' (uniform)
                            ///< or who was absent (coalition)
};
/// A draw for the rows of x: a tensor like x. Throws ShapeError or DTypeError (naming `method`) where it does not fit,
/// ValueError for a parameter out of range.
Tensor draw_baseline(const std::string& method, const Baseline& baseline, const Tensor& x, const Draw& draw);

/// Separable Gaussian over the last two axes of x with zeros beyond the edge, cut at 4 sigma, weights normalised.
Tensor gaussian_blur(const Tensor& x, double sigma);

}  // namespace gradpath::attribution

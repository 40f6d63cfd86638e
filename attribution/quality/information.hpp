#pragma once
// Performance information curves (Kapishnikov et al. 2019; the released metrics/pic.py): how much of what makes a
// picture a picture must be shown, in the order of an explanation, until the model sees what it saw.
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution::quality {

/// How many bits a picture [channels, height, width] takes, of numbers in low .. high.
using Bits = std::function<double(const Tensor& picture, double low, double high)>;
/// What an ideal entropy coder takes for the differences of each pixel from its left neighbour (the filter Sub of PNG),
/// in 256 levels from low to high, every channel by itself. The paper takes a file's size instead.
double difference_bits(const Tensor& picture, double low, double high);

/// Options of information_curves.
struct Information {
    Target target = Predicted{};  ///< an index, one per row, or what is predicted for x
    /// Shares of the pixels that are shown, in ascending order (metrics/pic.py).
    std::vector<double> shares = {.005, .01, .02, .03, .04, .05, .07, .1, .13, .21, .34, .5, .75};
    double seeds = 0.01;  ///< share of pixels that are always shown, drawn by the seed, the same for all rows
    double least_probability = 0.8;  ///< rows whose class is less probable are left out
    Index points = 101;              ///< of a curve, evenly from 0 to 1
    Bits bits = difference_bits;
    std::uint64_t seed = 0;
    Run run = {};
};
/// Over information: 0 is the picture of the seeds alone, 1 the whole one.
struct InformationCurve {
    std::vector<double> softmax;   ///< rise of p of the row's class: 0 at the seeds alone, 1 at the whole picture
    std::vector<double> accuracy;  ///< 1 where the class is the predicted one
    double softmax_area = 0, accuracy_area = 0;  ///< SIC and AIC: high is good; NaN where the row is left out
    bool left_out = false;  ///< unsure, or the whole picture says no more than the seeds; then there is no curve
};
/// Shows floor(pixels · share) pixels, in decreasing order of their values, and the seeds; the others are imputed
/// (impute, where the released code interpolates linearly on triangles). Points (information, performance) of all
/// shares, with (0, 0) and (1, 1), become a curve that never falls. Throws ShapeError unless values are like x, whose
/// rows have two axes, ValueError for shares that do not ascend in [0, 1], seeds not in (0, 1], or fewer than 2 points.
std::vector<InformationCurve> information_curves(const Model& model, const Tensor& x, const Tensor& values,
                                                 const Information& options = {});
/// Medians over the rows that were not left out, point by point, and the areas under them; left out if all were.
InformationCurve median_curve(std::span<const InformationCurve> curves);

}  // namespace gradpath::attribution::quality

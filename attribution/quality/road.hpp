#pragma once
#include <cstdint>
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution::quality {

/// Options of road.
struct Road {
    Target target = Predicted{};  ///< an index, one per row, or what is predicted for x
    std::vector<double> shares = {.1, .2, .3, .4, .5, .6, .7, .8, .9};  ///< of the pixels, in ascending order
    double noise = 0.01;                                                ///< of imputed numbers, in the units of x
    bool least_first = false;                                           ///< remove what counts least first
    std::uint64_t seed = 0;                                             ///< of the noise
    Run run = {};
};
/// One row, as its pixels are removed.
struct RoadCurve {
    std::vector<double> shares;       ///< removed, from 0
    std::vector<double> probability;  ///< of the target
    std::vector<double> kept;         ///< 1 while it is what is predicted (of a single output, while p >= 1/2)
    double area = 0;                  ///< under the probability, divided by the width of the shares: a mean
};
/// Remove and debias (ROAD, Rong et al. 2022): floor(pixels · share) pixels go in decreasing order of their values,
/// equal ones from the first to the last, and what is left fills their places by `impute`. A curve for each row; a low
/// area means that the first pixels were what the class hung on; with least_first a high one. Throws ShapeError unless
/// values are like x, whose rows have two axes, ValueError for shares that do not ascend in [0, 1], none, or noise
/// below 0.
std::vector<RoadCurve> road(const Model& model, const Tensor& x, const Tensor& values, const Road& options = {});

}  // namespace gradpath::attribution::quality

#pragma once
// Two interleaved half circles in the plane, as scikit-learn's make_moons draws them.
#include <gradpath/models/data/data_set.hpp>

namespace gradpath::models {

struct TwoMoons {
    Index rows = 10'000;
    double noise = 0.1;  ///< standard deviation of the Gaussian noise on both coordinates
    std::uint64_t seed = 0;
};
/// x [rows, 2]; rows/2 points (cos t, sin t) of class 0, "upper", and the rest (1 - cos t, ½ - sin t) of class 1,
/// "lower", t evenly from 0 to π; shuffled, then blurred. Throws ValueError for negative rows or noise.
DataSet two_moons(const TwoMoons& options = {});

}  // namespace gradpath::models

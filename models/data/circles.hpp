#pragma once
// Two circles about one centre, as scikit-learn's make_circles draws them: no straight line tells them apart.
#include <gradpath/models/data/data_set.hpp>

namespace gradpath::models {

struct Circles {
    Index rows = 10'000;
    double noise = 0.05;  ///< standard deviation of the Gaussian noise on both coordinates
    double inner = 0.5;   ///< radius of the inner circle; the outer one's is 1
    std::uint64_t seed = 0;
};
/// x [rows, 2]; rows/2 points of class 0, "outer", and the rest of class 1, "inner", at even angles; shuffled, then
/// blurred. Throws ValueError for negative rows or noise, or an inner radius outside of (0, 1).
DataSet circles(const Circles& options = {});

}  // namespace gradpath::models

#pragma once
// Interleaved spirals in the plane: the two of Lang & Witbrock (1988), "Learning to Tell Two Spirals Apart", or more.
#include <gradpath/models/data/data_set.hpp>

namespace gradpath::models {

struct Spirals {
    Index rows = 10'000;
    double noise = 0.02;  ///< standard deviation of the Gaussian noise on both coordinates
    Index arms = 2;       ///< one class each, named "1", "2", ..
    double turns = 1.5;   ///< from the centre to radius 1
    std::uint64_t seed = 0;
};
/// x [rows, 2]; on arm k of K the points r (cos u, sin u), u = 2π (turns r + k/K), r evenly from 0.1 to 1; shuffled,
/// then blurred. Throws ValueError for negative rows, noise or turns, or no arm.
DataSet spirals(const Spirals& options = {});

}  // namespace gradpath::models

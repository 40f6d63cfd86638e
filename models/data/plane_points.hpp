#pragma once
// What the generated sets of points in the plane share: their order and their noise.
#include <functional>

#include <gradpath/models/data/data_set.hpp>

namespace gradpath::models {

struct PlanePoint {
    double x, y;
    Index label;
};
struct PlanePoints {
    const char* op;  ///< in messages
    std::string name;
    std::vector<std::string> classes;
    Index rows;
    double noise;
    std::uint64_t seed;
};
/// x [rows, 2]: the points at(0) .. at(rows-1) in a random order, blurred by Gaussian noise on both coordinates. Throws
/// ValueError for negative rows or noise.
DataSet plane_points(const PlanePoints& options, const std::function<PlanePoint(Index)>& at);

}  // namespace gradpath::models

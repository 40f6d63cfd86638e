#pragma once
// Drawn grey images of disks, squares, triangles and crosses, with masks that say where the evidence is.
#include <gradpath/models/data/data_set.hpp>

namespace gradpath::models {

enum class Kind { disk, square, triangle, cross };
enum class ShapeLabel { contains_disk, left_kind };

struct Shapes {
    Index rows = 1000;
    ShapeLabel label = ShapeLabel::contains_disk;  ///< classes "no disk" and "disk", or the four kinds
    bool two_objects = false;                      ///< always two; else one or two, equally often
    double noise = 0.05;                           ///< standard deviation on every pixel
    std::uint64_t seed = 0;
};
struct ShapeImages {
    DataSet data;        ///< x [rows, 1, 32, 32]: background 0, shapes .5 to 1, plus noise
    Tensor masks;        ///< [rows, 32, 32], 1 on the pixels that make the label: the disks, or the left shape
    Tensor left, right;  ///< [rows, 32, 32], 1 on that shape; a single shape is the left one
};
/// Row i depends on the seed and i only. Two shapes lie in the left and the right half and never overlap; half the
/// images with label contains_disk have one. Throws ValueError for negative rows or noise.
ShapeImages shapes(const Shapes& options = {});

}  // namespace gradpath::models

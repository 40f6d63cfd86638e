#pragma once
// Paths as data: corners from the baseline to the input, joined by straight edges. Methods differ in corners only.
#include <functional>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution {

struct Path {
    Index edges = 1;
    /// Corner k of every row, [rows, input shape]; k in 0 .. edges. Asked for in ascending order, one edge at a time.
    std::function<Tensor(Index k)> corner;
};

/// The straight line of Integrated Gradients. Throws ShapeError unless both have one shape.
Path straight(const Tensor& from, const Tensor& to);
/// Through given corners, each [rows, input shape]. Throws ValueError below two, ShapeError if shapes differ.
Path polyline(std::vector<Tensor> corners);
/// Through t = 0, 1/edges, .., 1 of a function of t in [0, 1] that gives [rows, input shape]. Throws ValueError for
/// edges below 1.
Path curve(std::function<Tensor(double t)> at, Index edges);

}  // namespace gradpath::attribution

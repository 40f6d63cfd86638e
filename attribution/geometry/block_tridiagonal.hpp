#pragma once
// Symmetric block tridiagonal systems: what a chain of corners, each pulled by its two neighbours, comes to.
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::attribution::geometry {

/// `count` blocks of size × size on the diagonal and count - 1 below it, row-major, in order.
struct BlockTridiagonal {
    Index count, size;
    std::vector<double> diagonal, below;
};
/// Solves A x = b by block Cholesky, count · size³ operations; false where A is not positive definite, and x is
/// unspecified then.
bool solve(BlockTridiagonal a, std::vector<double> b, std::vector<double>& x);

}  // namespace gradpath::attribution::geometry

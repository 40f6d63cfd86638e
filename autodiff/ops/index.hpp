#pragma once
// What the ops that take positions share, for op authors.
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

/// Throws ValueError naming `op` and the first position outside 0 .. length-1.
void require_in_range(const char* op, const Indices& positions, Index length);

}  // namespace gradpath

#pragma once
// Walks over dense arrays with strides of one's own: what the ops that move numbers are written with.
#include <vector>

#include <gradpath/autodiff/storage.hpp>

namespace gradpath {

using Strides = std::vector<Index>;

/// Numbers from one element of each axis to the next.
Strides strides_of(const Shape& shape);
/// y[i..] = x[i..] for index tuples within `lengths`; each side with its own start and strides.
void copy(const Shape& lengths, const Value& x, Index start_x, const Strides& sx, const Value& y, Index start_y,
          const Strides& sy);

}  // namespace gradpath

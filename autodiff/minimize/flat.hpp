#pragma once
// A list of parameters as one row of numbers in double, for methods that think in vectors. Sums run in order.
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::minimize {

using Numbers = std::vector<double>;

Numbers pack(const std::vector<Tensor>& list);
/// Tensors with the shapes and dtypes of `like`: float32 ones are rounded.
std::vector<Tensor> unpack(const Numbers& numbers, const std::vector<Tensor>& like);
double dot(const Numbers& a, const Numbers& b);
double largest(const Numbers& a);                                  ///< of the sizes; 0 for none, NaN if any is
Numbers along(const Numbers& x, double step, const Numbers& way);  ///< x + step way
inline Numbers minus(const Numbers& a, const Numbers& b) { return along(a, -1, b); }

}  // namespace gradpath::minimize

#pragma once
// Numbers in JSON documents.
#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::tools {

/// The shortest number that reads back as the same value of the dtype: 0.3 for the float32 0.3. NaN and infinities:
/// null.
nlohmann::ordered_json short_json(double value, DType dtype);
/// Nested like the shape, from the number at `first` on; {} is a plain number.
nlohmann::ordered_json nested_json(const Tensor& x, const Shape& shape, Index first = 0);
/// Per [row, target], nested by row where there are several targets.
nlohmann::ordered_json per_row_json(const std::vector<double>& values, Index targets, bool all_targets);

}  // namespace gradpath::tools

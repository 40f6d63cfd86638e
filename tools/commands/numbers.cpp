// A float32 widened to double prints its noise digits; here it takes the way over its own shortest text.
#include <gradpath/tools/commands/numbers.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace gradpath::tools {

using Json = nlohmann::ordered_json;

Json short_json(double value, DType dtype) {
    if (!std::isfinite(value)) return nullptr;
    if (dtype == DType::float64) return value;
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value)).ptr;
    double shortest = value;
    std::from_chars(text.data(), end, shortest);
    return shortest;
}

Json nested_json(const Tensor& x, const Shape& shape, Index first) {
    if (shape.rank() == 0) return short_json(x.at(first), x.dtype());
    Json list = Json::array();
    const Shape inner = shape.slice(1, shape.rank());
    for (Index i = 0; i < shape[0]; ++i) list.push_back(nested_json(x, inner, first + i * inner.size()));
    return list;
}

Json per_row_json(const std::vector<double>& values, Index targets, bool all_targets) {
    Json rows = Json::array();
    const auto number = [](double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); };
    for (std::size_t i = 0; i < values.size(); i += static_cast<std::size_t>(targets)) {
        Json row = Json::array();
        for (std::size_t k = 0; k < static_cast<std::size_t>(targets); ++k) row.push_back(number(values[i + k]));
        rows.push_back(all_targets ? row : row[0]);
    }
    return rows;
}

}  // namespace gradpath::tools

#pragma once
// Shape: up to eight axis lengths, stored inline so that making one never allocates. DType: the two scalars.
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace gradpath {

using Index = std::int64_t;

enum class DType : std::uint8_t { float32, float64 };

/// float32 for float, float64 for double.
template <class T>
concept Real = std::same_as<T, float> || std::same_as<T, double>;
template <Real T>
inline constexpr DType dtype_of = std::same_as<T, float> ? DType::float32 : DType::float64;
/// Bytes per number.
constexpr std::size_t size_of(DType dtype) { return dtype == DType::float32 ? 4 : 8; }

/// The lengths of the axes, outermost first; {} is the shape of one number.
class Shape {
public:
    static constexpr Index max_rank = 8;

    Shape() = default;
    Shape(std::initializer_list<Index> lengths) : Shape(std::span(lengths.begin(), lengths.size())) {}
    /// Throws ShapeError for a negative length, a rank above eight, or more elements than an Index counts.
    explicit Shape(std::span<const Index> lengths);

    Index rank() const { return rank_; }
    Index size() const { return size_; }  ///< number of elements; 1 for {}
    /// Length of an axis; negative axes count from the end. Throws ShapeError if there is no such axis.
    Index operator[](Index axis) const {
        const Index place = axis < 0 ? axis + rank_ : axis;
        if (place < 0 || place >= rank_) [[unlikely]]
            return missing(axis);
        return lengths_[static_cast<std::size_t>(place)];
    }
    const Index* begin() const { return lengths_.data(); }
    const Index* end() const { return lengths_.data() + rank_; }
    Shape with(Index axis, Index length) const;  ///< the same, one axis changed
    Shape slice(Index first, Index last) const;  ///< axes first .. last-1
    Shape joined(const Shape& inner) const;      ///< these axes, then the other's
    bool operator==(const Shape& other) const;

private:
    Index missing(Index axis) const;  // throws
    std::array<Index, max_rank> lengths_{};
    Index rank_ = 0;
    Index size_ = 1;
};

/// Axis in 0 .. rank-1 for an axis that may count from the end. Throws ShapeError naming `op`.
Index normal_axis(const char* op, Index axis, Index rank);
/// NumPy's broadcast of two shapes. Throws ShapeError naming `op`.
Shape broadcast_shape(const char* op, const Shape& a, const Shape& b);

}  // namespace gradpath

// Axis arithmetic and NumPy's broadcasting rule: align shapes at the right; lengths must agree or be 1.
#include <gradpath/autodiff/shape.hpp>

#include <algorithm>
#include <limits>

#include <gradpath/autodiff/error.hpp>

namespace gradpath {

Shape::Shape(std::span<const Index> lengths) : rank_(static_cast<Index>(lengths.size())) {
    require<ShapeError>(rank_ <= max_rank, "shape: at most 8 axes: got ", rank_);
    bool empty = false;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        require<ShapeError>(lengths[i] >= 0, "shape: lengths must not be negative: axis ", i, " has ", lengths[i]);
        lengths_[i] = lengths[i];
        empty = empty || lengths[i] == 0;
    }
    if (empty) {
        size_ = 0;
        return;
    }
    for (const Index length : lengths) {
        require<ShapeError>(size_ <= std::numeric_limits<Index>::max() / 8 / length,
                            "shape: too many elements to count: the axes multiply to more than 2^60");
        size_ *= length;
    }
}

Index Shape::missing(Index axis) const { return normal_axis("shape", axis, rank_); }

Shape Shape::with(Index axis, Index length) const {
    std::array<Index, max_rank> lengths = lengths_;
    lengths[static_cast<std::size_t>(normal_axis("shape", axis, rank_))] = length;
    return Shape(std::span<const Index>(lengths.data(), static_cast<std::size_t>(rank_)));
}

Shape Shape::slice(Index first, Index last) const {
    require<ShapeError>(0 <= first && first <= last && last <= rank_, "shape: axes ", first, " to ", last,
                        " are not within rank ", rank_);
    return Shape(std::span<const Index>(begin() + first, begin() + last));
}

Shape Shape::joined(const Shape& inner) const {
    std::array<Index, std::size_t{2} * max_rank> lengths;
    std::copy(inner.begin(), inner.end(), std::copy(begin(), end(), lengths.begin()));
    return Shape(std::span<const Index>(lengths.data(), static_cast<std::size_t>(rank_ + inner.rank_)));
}

bool Shape::operator==(const Shape& other) const { return std::equal(begin(), end(), other.begin(), other.end()); }

Index normal_axis(const char* op, Index axis, Index rank) {
    const Index normal = axis < 0 ? axis + rank : axis;
    require<ShapeError>(0 <= normal && normal < rank, op, ": there is no axis ", axis, ": the rank is ", rank);
    return normal;
}

Shape broadcast_shape(const char* op, const Shape& a, const Shape& b) {
    if (a == b) return a;
    const Index rank = std::max(a.rank(), b.rank());
    std::array<Index, Shape::max_rank> lengths{};
    for (Index i = 1; i <= rank; ++i) {
        const Index la = i <= a.rank() ? a[-i] : 1, lb = i <= b.rank() ? b[-i] : 1;
        require<ShapeError>(la == lb || la == 1 || lb == 1, op, ": shapes do not broadcast: ", a, " and ", b,
                            " differ at axis ", -i, "; lengths must be equal or 1");
        lengths[static_cast<std::size_t>(rank - i)] = la == 1 ? lb : la;
    }
    return Shape(std::span<const Index>(lengths.data(), static_cast<std::size_t>(rank)));
}

}  // namespace gradpath

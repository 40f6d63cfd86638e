// Points are computed in double from the two corners of an edge and rounded once to the dtype.
#include <gradpath/attribution/core/walk.hpp>

#include <gradpath/attribution/core/scratch.hpp>

namespace gradpath::attribution {
namespace {

/// Calls f with a value of the dtype's scalar type.
template <class F>
auto with_scalar(DType dtype, F&& f) {
    return dtype == DType::float32 ? f(float{}) : f(double{});
}

}  // namespace

void Walk::go(Index edge) {
    if (edge == edge_) return;
    from_ = edge_ >= 0 && edge == edge_ + 1 ? to_ : path_.corner(edge);
    to_ = path_.corner(edge + 1);
    edge_ = edge;
    for (const Tensor& corner : {from_, to_}) {
        require<ShapeError>(corner && corner.shape() == input_.shape(), method_,
                            ": corners of the path must have shape ", input_.shape(), " but one has ",
                            corner ? to_text(corner.shape()) : std::string("none"));
        require<DTypeError>(corner.dtype() == input_.dtype(), method_, ": corners of the path must be ", input_.dtype(),
                            " but one is ", corner.dtype());
    }
}

Points Walk::points(std::span<const Place> places) {
    const auto width = static_cast<std::size_t>(input_.size() / input_.rows());
    return with_scalar(input_.dtype(), [&]<Real T>(T) {
        std::vector<T, Pooled<T>> numbers(places.size() * width);
        Points made;
        T* out = numbers.data();
        for (const Place& place : places) {
            go(place.edge);
            const auto offset = static_cast<std::size_t>(place.row) * width;
            const T* from = from_.data<T>().data() + offset;
            const T* to = to_.data<T>().data() + offset;
            for (std::size_t i = 0; i < width; ++i) {
                const double start = static_cast<double>(from[i]), step = static_cast<double>(to[i]) - start;
                out[i] = place.at == 1 ? to[i] : static_cast<T>(start + place.at * step);
            }
            out += width;
            made.rows.push_back(place.row);
        }
        made.at = Tensor(input_.shape().with(0, static_cast<Index>(places.size())), std::span<const T>(numbers));
        return made;
    });
}

void Walk::add(const Place& place, double weight, std::span<const double> slopes, std::span<double> sums) {
    const auto width = static_cast<std::size_t>(input_.size() / input_.rows());
    go(place.edge);
    with_scalar(input_.dtype(), [&]<Real T>(T) {
        const auto offset = static_cast<std::size_t>(place.row) * width;
        const T* from = from_.data<T>().data() + offset;
        const T* to = to_.data<T>().data() + offset;
        for (std::size_t first = 0; first < slopes.size(); first += width)
            for (std::size_t i = 0; i < width; ++i) {
                const double step = static_cast<double>(to[i]) - static_cast<double>(from[i]);
                if (step != 0) sums[first + i] += weight * step * slopes[first + i];
            }
        return 0;
    });
}

}  // namespace gradpath::attribution

#include <gradpath/attribution/quality/pixels.hpp>

#include <vector>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {

Tensor of_pixels(const Tensor& values) {
    const Tensor numbers = detached(values).to(DType::float64);
    if (values.rank() < 3) return flatten(numbers);
    const Index pixels = values.shape()[-2] * values.shape()[-1];
    return sum(reshape(numbers, {values.rows(), values.size() / values.rows() / pixels, pixels}), {.axes = {1}});
}

Tensor over_channels(const Tensor& pixels, const Tensor& x) {
    const Tensor numbers = pixels.to(x.dtype());
    if (x.rank() < 3) return reshape(numbers, x.shape());
    std::vector<Index> lengths(static_cast<std::size_t>(x.rank()), 1);
    lengths.front() = x.rows();
    lengths[lengths.size() - 2] = x.shape()[-2];
    lengths.back() = x.shape()[-1];
    return reshape(numbers, Shape(lengths));
}

Tensor first_of(const Indices& ranking, Index count) {
    const Index rows = ranking.shape()[0], pixels = ranking.shape()[1];
    std::vector<double> mask(static_cast<std::size_t>(rows * pixels), 0);
    for (Index r = 0; r < rows; ++r)
        for (Index k = 0; k < count; ++k) mask[static_cast<std::size_t>(r * pixels + ranking[r * pixels + k])] = 1;
    return Tensor({rows, pixels}, std::span<const double>(mask));
}

Index part_of(Index pixels, double share) {
    constexpr double rounding = 1e-9;
    return static_cast<Index>(static_cast<double>(pixels) * share + rounding);
}

void require_like_input(const char* method, const Tensor& x, const Tensor& values) {
    require<ShapeError>(x && values && x.shape() == values.shape() && x.rank() >= 2 && x.size() > 0, method,
                        ": values must be shaped like x: got ", values ? text(values.shape()) : "none", " and ",
                        x ? text(x.shape()) : "none");
}

}  // namespace gradpath::attribution::quality

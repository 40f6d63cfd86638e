// Sentences about the last two axes: triangles, diagonals, the trace, the inverse.
#include <gradpath/autodiff/ops/matrices.hpp>

#include <algorithm>

#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/node.hpp>

namespace gradpath {
namespace {

/// 1 where column - row ≤ diagonal, else 0.
Tensor lower_mask(Index rows, Index columns, Index diagonal, DType dtype) {
    Value mask({rows, columns}, dtype);
    dispatch(dtype, [&]<Real T>(T) {
        for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < columns; ++j) mask.data<T>()[i * columns + j] = j - i <= diagonal ? T(1) : T(0);
    });
    return make_tensor(std::move(mask));
}

Tensor lower_mask(const char* op, const Tensor& x, Index diagonal) {
    require<ShapeError>(x.rank() >= 2, op, ": a matrix has two axes: the shape is ", x.shape());
    return lower_mask(x.shape()[-2], x.shape()[-1], diagonal, x.dtype());
}

/// Row-major positions of the diagonal of [.., columns].
Indices diagonal_positions(Index length, Index columns) {
    std::vector<Index> positions;
    for (Index i = 0; i < length; ++i) positions.push_back(i * (columns + 1));
    return Indices(Shape{length}, positions);
}

}  // namespace

Index square_size(const char* op, const Tensor& a) {
    require<ShapeError>(a.rank() >= 2 && a.shape()[-1] == a.shape()[-2], op,
                        ": the last two axes must be those of a square matrix: the shape is ", a.shape());
    return a.shape()[-1];
}

Shape batch_of(const Tensor& a, Index matrix_axes) { return a.shape().slice(0, a.rank() - matrix_axes); }

void require_pivots(const char* op, const char* rule, std::span<const kernels::Pivot> pivots) {
    for (std::size_t i = 0; i < pivots.size(); ++i)
        require<NumericError>(pivots[i].at < 0, op, ": ", rule, ": pivot ", pivots[i].at, " of matrix ", i, " is ",
                              pivots[i].value, "; a small multiple of the identity added to it may help");
}

Tensor symmetric_part(const Tensor& x) { return 0.5 * (x + transpose(x)); }

Tensor tril(const Tensor& x, Index diagonal) { return where(lower_mask("tril", x, diagonal), x, scalar(0, x.dtype())); }

Tensor triu(const Tensor& x, Index diagonal) {
    return where(lower_mask("triu", x, diagonal - 1), scalar(0, x.dtype()), x);
}

Tensor diagonal(const Tensor& x) {
    require<ShapeError>(x.rank() >= 2, "diagonal: a matrix has two axes: the shape is ", x.shape());
    const Index rows = x.shape()[-2], columns = x.shape()[-1];
    return gather(reshape(x, batch_of(x).joined({rows * columns})),
                  diagonal_positions(std::min(rows, columns), columns), -1);
}

Tensor diagonal_matrix(const Tensor& x) {
    require<ShapeError>(x.rank() >= 1, "diagonal_matrix: a diagonal has one axis at least: the shape is ", x.shape());
    const Index n = x.shape()[-1];
    return reshape(scatter_add(x, diagonal_positions(n, n), -1, n * n), batch_of(x, 1).joined({n, n}));
}

Tensor trace(const Tensor& x) {
    square_size("trace", x);
    return sum(diagonal(x), {.axes = {-1}});
}

Tensor inverse(const Tensor& a) { return solve(a, identity_matrix(square_size("inverse", a), a.dtype())); }

}  // namespace gradpath

// x with a x = b, and the Cholesky factor. A slope passes through a solution by the transposed system:
// b̄ = a⁻ᵀ x̄ and ā = -b̄ xᵀ (Giles 2008, 2.3.1); of a triangle, only its own entries have one.
#include <array>

#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/matrices.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

constexpr const char* regular = "the matrix must be regular";

/// kernel(systems, a, b, x, pivots) on inputs whose batches are alike.
template <class Kernel>
Computed solved(const char* op, std::span<const Tensor> inputs, kernels::Systems s, const Kernel& kernel) {
    const Value &a = value_of(inputs[0]), &b = value_of(inputs[1]);
    Value x(b.shape, b.dtype);
    s.count = batch_of(inputs[0]).size();
    s.n = b.shape[-2];
    s.columns = b.shape[-1];
    std::vector<kernels::Pivot> pivots(static_cast<std::size_t>(s.count));
    dispatch(a.dtype, [&]<Real T>(T) { kernel(s, a.data<T>(), b.data<T>(), x.data<T>(), pivots.data()); });
    require_pivots(op, regular, pivots);
    return {{std::move(x)}};
}

/// The slopes of a, not yet cut to a triangle, and of b, which solves the transposed system for g.
Tensors slopes(const VjpCall& call, bool transposed, Tensor b) {
    const Tensor &x = call.y(), &left = transposed ? x : b, &right = transposed ? b : x;
    return {call.wanted[0] ? -matmul(left, right, {.transpose_b = true}) : Tensor(), std::move(b)};
}

Computed solve_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const bool transpose = attributes.as<Solve>().transpose;
    return solved("solve", inputs, {.count = 0, .n = 0, .columns = 0, .transpose = transpose},
                  [](const auto&... all) { kernels::solve(all...); });
}
Tensors solve_vjp(const VjpCall& call) {
    const bool transposed = call.attributes.as<Solve>().transpose;
    return slopes(call, transposed, solve(call.x(0), call.g(), {.transpose = !transposed}));
}

Computed triangular_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const auto& [lower, transpose] = attributes.as<TriangularSolve>();
    return solved("triangular_solve", inputs,
                  {.count = 0, .n = 0, .columns = 0, .transpose = transpose, .lower = lower},
                  [](const auto&... all) { kernels::triangular_solve(all...); });
}
Tensors triangular_vjp(const VjpCall& call) {
    const auto& [lower, transposed] = call.attributes.as<TriangularSolve>();
    Tensors both = slopes(call, transposed, triangular_solve(call.x(0), call.g(), {lower, !transposed}));
    if (both[0]) both[0] = lower ? tril(both[0]) : triu(both[0]);
    return both;
}

Computed cholesky_forward(std::span<const Tensor> inputs, const Attributes&) {
    const Value& a = value_of(inputs[0]);
    Value l(a.shape, a.dtype);
    const Index count = batch_of(inputs[0]).size();
    std::vector<kernels::Pivot> pivots(static_cast<std::size_t>(count));
    dispatch(a.dtype,
             [&]<Real T>(T) { kernels::cholesky<T>(a.data<T>(), l.data<T>(), count, a.shape[-1], pivots.data()); });
    require_pivots("cholesky", "the matrix must be positive definite", pivots);
    return {{std::move(l)}};
}
/// Murray 2016, section 3: the symmetric part of L⁻ᵀ Φ(Lᵀ L̄) L⁻¹; Φ keeps the lower triangle and half the diagonal.
Tensors cholesky_vjp(const VjpCall& call) {
    const Tensor& l = call.y();
    const Tensor product = matmul(l, call.g(), {.transpose_a = true});
    const Tensor half = 0.5 * (tril(product) + tril(product, -1));
    const auto divided = [&](const Tensor& x) { return triangular_solve(l, x, {.transpose = true}); };
    return {symmetric_part(divided(transpose(divided(half))))};
}

/// Brings a and b to one batch, a vector to one column and back.
Tensor solve_by(const Op& row, const Tensor& a, const Tensor& b, Attributes options) {
    require_same_dtype(row.name, std::array{a, b});
    const Index n = square_size(row.name, a);
    const bool vector = b.rank() == 1;
    require<ShapeError>(b.rank() >= 1 && b.shape()[vector ? 0 : -2] == n, row.name,
                        ": b must have one row for each of a: ", a.shape(), " and ", b.shape());
    const Tensor columns = vector ? reshape(b, Shape{n, 1}) : b;
    const Shape batch = broadcast_shape(row.name, batch_of(a), batch_of(columns));
    const Shape whole = batch.joined({n, columns.shape()[-1]});
    const Tensor x = apply_one(row, {broadcast_to(a, batch.joined({n, n})), broadcast_to(columns, whole)}, options);
    return vector ? reshape(x, batch.joined({n})) : x;
}

}  // namespace

const Op cholesky_row{OpCode::cholesky, "cholesky", cholesky_forward, cholesky_vjp};
const Op solve_row{OpCode::solve, "solve", solve_forward, solve_vjp};
const Op triangular_solve_row{OpCode::triangular_solve, "triangular_solve", triangular_forward, triangular_vjp};

Tensor cholesky(const Tensor& a) {
    square_size("cholesky", a);
    return apply_one(cholesky_row, {a});
}

Tensor solve(const Tensor& a, const Tensor& b, const Solve& options) {
    return solve_by(solve_row, a, b, Attributes::of(options));
}

Tensor triangular_solve(const Tensor& a, const Tensor& b, const TriangularSolve& options) {
    return solve_by(triangular_solve_row, a, b, Attributes::of(options));
}

}  // namespace gradpath

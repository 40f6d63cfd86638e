// The cases of linear algebra. Matrices are moved away from the singular ones, eigenvalues away from each other.
#include <gradpath/autodiff/check/draw.hpp>
#include <gradpath/autodiff/linalg.hpp>

namespace gradpath {
namespace {

/// x with `amount` added to the diagonal.
Tensor shifted(const Tensor& x, double amount) { return x + identity_matrix(x.shape()[-1], x.dtype()) * amount; }
Tensor regular(const Tensor& x) { return shifted(x, 4); }
Tensor positive(const Tensor& x) { return shifted(matmul(x, x, {.transpose_b = true}), 1); }
Tensor symmetric(const Tensor& x) { return x + transpose(x) + diagonal_matrix(arange(x.shape()[-1], x.dtype()) * 6.0); }
/// V exp(w) Vᵀ
Tensor matrix_exponential(const Tensor& a) {
    const auto [values, vectors] = eigh(a);
    return matmul(matmul(vectors, diagonal_matrix(exp(values * 0.1))), vectors, {.transpose_b = true});
}

}  // namespace

void add_linalg_cases(std::vector<OpCase>& cases, Draw& numbers) {
    const AddCase add{cases};
    const auto draw = [&](const Shape& shape) { return numbers(shape, -1, 1); };
    const auto unary = [&](OpCode op, const char* name, Tensor (*f)(const Tensor&)) {
        for (const Shape& shape : {Shape{0, 0}, Shape{1, 1}, Shape{4, 4}, Shape{2, 3, 3}})
            add(op, text(name, " ", shape), {draw(shape)}, [f](const Inputs& in) { return f(in[0]); });
    };
    unary(OpCode::cholesky, "cholesky", [](const Tensor& x) { return cholesky(positive(x)); });
    unary(OpCode::solve, "inverse", [](const Tensor& x) { return inverse(regular(x)); });
    unary(OpCode::determinant, "determinant", [](const Tensor& x) { return determinant(shifted(x, 1.5)); });
    unary(OpCode::cofactors, "cofactors", [](const Tensor& x) { return cofactors(shifted(x, 1.5)); });
    unary(OpCode::log_determinant, "log_determinant", [](const Tensor& x) {
        const auto [sign, log] = log_determinant(-regular(x));
        return sign * log;
    });
    unary(OpCode::eigh, "eigh, values", [](const Tensor& x) { return eigh(symmetric(x)).values; });
    unary(OpCode::eigh, "eigh, vectors", [](const Tensor& x) { return eigh(symmetric(x)).vectors; });
    unary(OpCode::eigh, "eigh, both", [](const Tensor& x) { return matrix_exponential(symmetric(x)); });

    const std::pair<Shape, Shape> systems[] = {
        {{4, 4}, {4, 3}}, {{2, 1, 3, 3}, {4, 3, 2}}, {{2, 3, 3}, {3}}, {{1, 1}, {1, 5}}, {{3, 3}, {3, 0}}};
    for (const auto& [a, b] : systems)
        for (const bool transpose : {false, true}) {
            const std::string name = text(a, " ", b, transpose ? ", transposed" : "");
            add(OpCode::solve, "solve " + name, {draw(a), draw(b)},
                [transpose](const Inputs& in) { return solve(regular(in[0]), in[1], {.transpose = transpose}); });
            for (const bool lower : {false, true})
                add(OpCode::triangular_solve, text("triangular_solve ", name, lower ? ", lower" : ", upper"),
                    {draw(a), draw(b)}, [lower, transpose](const Inputs& in) {
                        return triangular_solve(regular(in[0]), in[1], {lower, transpose});
                    });
        }
}

}  // namespace gradpath

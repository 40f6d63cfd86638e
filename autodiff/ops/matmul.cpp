// C = op(A)·op(B) over the last two axes; leading axes broadcast. Transposes are flags that the packing of the kernel
// absorbs, so no copy is ever made for one. The product is linear in each factor: tangents pass through the op itself.
#include <array>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

struct Sizes {
    Shape batch;
    Index rows, inner, columns;
};

Sizes check(std::span<const Tensor> factors, const Matmul& o) {
    require_same_dtype("matmul", factors);
    const Shape &a = factors[0].shape(), &b = factors[1].shape();
    require<ShapeError>(a.rank() >= 2 && b.rank() >= 2, "matmul: both factors need two axes at least: got ", a, " and ",
                        b);
    const Index m = a[o.transpose_a ? -1 : -2], ka = a[o.transpose_a ? -2 : -1];
    const Index kb = b[o.transpose_b ? -1 : -2], n = b[o.transpose_b ? -2 : -1];
    require<ShapeError>(ka == kb, "matmul: inner sizes differ: ", a, o.transpose_a ? "ᵀ" : "", " · ", b,
                        o.transpose_b ? "ᵀ" : "", " needs ", ka, " = ", kb);
    if (a.rank() == 2 && b.rank() == 2) return {{}, m, ka, n};
    return {broadcast_shape("matmul", a.slice(0, a.rank() - 2), b.slice(0, b.rank() - 2)), m, ka, n};
}

/// For each product of the batch, which matrix of a factor it takes.
std::vector<Index> matrices(const Shape& batch, const Shape& own) {
    std::vector<Index> which(static_cast<std::size_t>(batch.size()));
    for (Index i = 0; i < batch.size(); ++i) {
        Index rest = i, place = 0, step = 1;
        for (Index axis = 1; axis <= own.rank(); ++axis) {
            const Index position = rest % batch[-axis];
            rest /= batch[-axis];
            if (own[-axis] != 1) place += position * step;
            step *= own[-axis];
        }
        which[static_cast<std::size_t>(i)] = place;
    }
    return which;
}

Computed matmul_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Matmul o = attributes.as<Matmul>();
    const Sizes sizes = check(inputs, o);
    const Shape& batch = sizes.batch;
    const Index rows = sizes.rows, inner = sizes.inner, columns = sizes.columns;
    const Value &a = value_of(inputs[0]), &b = value_of(inputs[1]);
    Value c(batch.joined({rows, columns}), a.dtype);
    dispatch(a.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::Gemm<T> call{o.transpose_a, o.transpose_b, rows,        columns,
                              inner,         a.data<T>(),   b.data<T>(), c.data<T>()};
        if (batch.size() == 1) return kernels::gemm(call);
        const auto ia = matrices(batch, a.shape.slice(0, a.shape.rank() - 2)),
                   ib = matrices(batch, b.shape.slice(0, b.shape.rank() - 2));
        std::vector<kernels::Gemm<T>> calls(ia.size(), call);
        for (std::size_t i = 0; i < calls.size(); ++i) {
            calls[i].a += ia[i] * rows * inner;
            calls[i].b += ib[i] * inner * columns;
            calls[i].c += static_cast<Index>(i) * rows * columns;
        }
        kernels::gemm_batch(std::span<const kernels::Gemm<T>>(calls));
    });
    return {{std::move(c)}};
}

Tensors matmul_vjp(const VjpCall& call) {
    const Matmul o = call.attributes.as<Matmul>();
    const Tensor &a = call.x(0), &b = call.x(1), &g = call.g();
    Tensors slopes(2);
    if (call.wanted[0])
        slopes[0] = sum_to(o.transpose_a ? matmul(b, g, {.transpose_a = o.transpose_b, .transpose_b = true})
                                         : matmul(g, b, {.transpose_b = !o.transpose_b}),
                           a.shape());
    if (call.wanted[1] && b.rank() == 2 && a.rank() > 2 && !o.transpose_a) {
        // One weight under a batch: its cotangent is one product over all rows, not one per matrix, summed after.
        const auto flat = [](const Tensor& t) {
            return reshape(t, Shape{t.shape().slice(0, t.rank() - 1).size(), t.shape()[-1]});
        };
        slopes[1] = o.transpose_b ? matmul(flat(g), flat(a), {.transpose_a = true})
                                  : matmul(flat(a), flat(g), {.transpose_a = true});
    } else if (call.wanted[1])
        slopes[1] = sum_to(o.transpose_b ? matmul(g, a, {.transpose_a = true, .transpose_b = o.transpose_a})
                                         : matmul(a, g, {.transpose_a = !o.transpose_a}),
                           b.shape());
    return slopes;
}

}  // namespace

const Op matmul_row{OpCode::matmul, "matmul", matmul_forward, matmul_vjp, Forward::multilinear};

Tensor matmul(const Tensor& a, const Tensor& b, const Matmul& options) {
    return apply_one(matmul_row, {a, b}, Attributes::of(options));
}

}  // namespace gradpath

#pragma once
// Everything the mathematics asks of the machine: loops over raw pointers, threaded, on the best instruction set.
// These functions know sizes but no Tensor and no calculus. Results are the same bits for any number of threads.
#include <cstddef>
#include <cstdint>
#include <span>

#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/shape.hpp>

namespace gradpath::kernels {

// --- elementwise -----------------------------------------------------------------------------------------------------
template <Real T>
void unary(OpCode code, const T* x, T* y, Index n);
/// step_a, step_b: 1 walks, 0 stays on one number.
template <Real T>
void binary(OpCode code, const T* a, Index step_a, const T* b, Index step_b, T* y, Index n);
/// The same for `outer` blocks of `inner` numbers; operand o of block i starts at o + offsets(i), which the caller
/// lists.
template <Real T>
void binary_blocks(OpCode code, const T* a, const Index* offsets_a, Index step_a, const T* b, const Index* offsets_b,
                   Index step_b, T* y, Index outer, Index inner);
template <Real T>
void where(const T* mask, Index step_mask, const T* a, Index step_a, const T* b, Index step_b, T* y, Index n);
template <Real T>
void fill(T* y, T value, Index n);
template <Real From, Real To>
void convert(const From* x, To* y, Index n);
/// y[i...] = x[i...] for index tuples below `lengths`, each side with its own strides (in numbers; 0 repeats).
template <Real T>
void copy_strided(std::span<const Index> lengths, const T* x, std::span<const Index> strides_x, T* y,
                  std::span<const Index> strides_y);

// --- reductions over the middle of [outer, length, inner] → [outer, inner], in a fixed tree --------------------------
template <Real T>
void sum(const T* x, T* y, Index outer, Index length, Index inner);
template <Real T>
void max(const T* x, T* y, Index outer, Index length, Index inner);  ///< length ≥ 1; NaN wins
template <Real T>
void logsumexp(const T* x, T* y, Index outer, Index length, Index inner);
/// Position of the first largest of each row of [rows, n].
template <Real T>
void argmax(const T* x, Index* y, Index outer, Index length, Index inner);

// --- rows of [rows, n] -----------------------------------------------------------------------------------------------
template <Real T>
void softmax(const T* x, T* y, Index rows, Index n);
template <Real T>
void log_softmax(const T* x, T* y, Index rows, Index n);
/// dx = y (g - Σ g y)
template <Real T>
void softmax_vjp(const T* y, const T* g, T* dx, Index rows, Index n);
/// loss[r] = logsumexp(x[r]) - x[r][label[r]]
template <Real T>
void cross_entropy(const T* x, const Index* labels, T* loss, Index rows, Index n);
/// dx[r] = g[r] (softmax(x[r]) - one-hot(label[r]))
template <Real T>
void cross_entropy_vjp(const T* x, const Index* labels, const T* g, T* dx, Index rows, Index n);

// --- groups of [outer, groups, inner]: numbers with the same middle index -------------------------------------------
struct Groups {
    Index outer, groups, inner;
};
template <Real T>
struct Standardized {
    T* y;         ///< (x - mean) / √(variance + epsilon)
    T* mean;      ///< [groups]
    T* variance;  ///< [groups], around the mean, divided by the count
};
template <Real T>
void standardize(const Groups& s, double epsilon, const T* x, const Standardized<T>& out);
template <Real T>
struct StandardizedSlope {
    const T* y;
    const T* variance;
    const T* g;
};
/// dx = (g - mean g - y mean(g y)) / √(variance + epsilon), means over the group
template <Real T>
void standardize_vjp(const Groups& s, double epsilon, const StandardizedSlope<T>& in, T* dx);

// --- products --------------------------------------------------------------------------------------------------------
/// c = op(a) · op(b), all dense row-major; op(a) is [m, k], op(b) is [k, n]. The order of the inner sum of an element
/// depends on k alone: not on m, n, threads, or the path taken. Bias [n] (or null) and relu are applied to finished
/// elements: the same bits as in steps of their own.
template <Real T>
struct Gemm {
    bool transpose_a, transpose_b;
    Index m, n, k;
    const T* a;
    const T* b;
    T* c;
    const T* bias = nullptr;
    bool relu = false;
    const T* a_where = nullptr;  ///< [m, k], with a not transposed: a counts where this is above 0, else as 0
};
template <Real T>
void gemm(const Gemm<T>& call);
template <Real T>
void gemm_batch(std::span<const Gemm<T>> calls);  ///< many independent products at once

// --- images [rows, channels, height, width] --------------------------------------------------------------------------
struct ConvGeometry {
    Index rows, channels, height, width;
    Index filters, kernel_height, kernel_width;
    Index stride_height, stride_width, padding_height, padding_width, dilation_height, dilation_width, groups;
    Index out_height, out_width;
};
/// Bias [filters], or null.
template <Real T>
void conv2d(const ConvGeometry& g, const T* x, const T* weight, const T* bias, T* y);
template <Real T>
void conv2d_input_vjp(const ConvGeometry& g, const T* dy, const T* weight, T* dx);
/// dw [filters, channels/groups, kh, kw], or one such block per row if per_row.
template <Real T>
void conv2d_weight_vjp(const ConvGeometry& g, const T* x, const T* dy, T* dw, bool per_row);

struct PoolGeometry {
    Index planes, height, width;  ///< planes = rows · channels
    Index kernel_height, kernel_width, stride_height, stride_width, padding_height, padding_width;
    Index out_height, out_width;
};
/// winners: position in its plane of each output's (first) largest input. NaN wins.
template <Real T>
void max_pool2d(const PoolGeometry& g, const T* x, T* y, std::int32_t* winners);
/// dx = 0, then dx[plane][winner] += dy
template <Real T>
void max_pool2d_scatter(const PoolGeometry& g, const T* dy, const std::int32_t* winners, T* dx);
/// y = x[plane][winner]
template <Real T>
void max_pool2d_gather(const PoolGeometry& g, const T* x, const std::int32_t* winners, T* y);
template <Real T>
void avg_pool2d(const PoolGeometry& g, const T* x, T* y);
template <Real T>
void avg_pool2d_vjp(const PoolGeometry& g, const T* dy, T* dx);

// --- updates of the optimisers, in place -----------------------------------------------------------------------------
struct AdamStep {
    double rate, beta1, beta2, epsilon, weight_decay;  ///< weight_decay is decoupled (AdamW)
    double correction1, correction2;                   ///< 1 - β₁ᵗ, 1 - β₂ᵗ
};
template <Real T>
void adam(const AdamStep& o, const T* gradient, T* parameter, T* mean, T* variance, Index n);
struct SgdStep {
    double rate, momentum, weight_decay;
    bool nesterov;
};
template <Real T>
void sgd(const SgdStep& o, const T* gradient, T* parameter, T* velocity,
         Index n);  ///< velocity may be null if momentum is 0

struct RmsPropStep {
    double rate, smoothing, epsilon, momentum, weight_decay;
    bool centered;
};
template <Real T>
struct RmsPropMoments {
    T* square;
    T* mean;      ///< may be null if not centered
    T* velocity;  ///< may be null if momentum is 0
};
template <Real T>
void rms_prop(const RmsPropStep& o, const T* gradient, T* parameter, const RmsPropMoments<T>& moments, Index n);

// --- the limit of the machine ----------------------------------------------------------------------------------------
/// A chain that nothing but multiply-adds can slow down: x ← x/2 + 1, `rounds` times, for each number of `groups`
/// groups of `chain_group`; 2 · groups · chain_group · rounds operations. What other kernels are measured against.
inline constexpr Index chain_group = 160;
template <Real T>
void multiply_add_chains(T* x, Index groups, Index rounds);

// --- the machine -----------------------------------------------------------------------------------------------------
const char* active_isa();                       ///< chosen once, on first use; GRADPATH_ISA forces one
std::span<const char* const> available_isas();  ///< the reference first; what this CPU and operating system run
/// For tests: every kernel of this process now runs on this set. Throws ValueError if it is not available.
void force_isa(const char* name);

}  // namespace gradpath::kernels

#pragma once
// How an op is made: a static row {name, forward, vjp, jvp, expand} and one door, apply(), through which every op
// passes. For op authors; users of the library need ops.hpp only.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/attributes.hpp>
#include <gradpath/autodiff/few.hpp>
#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/storage.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

using Tensors = std::vector<Tensor>;
/// What an op is applied to: `{a, b}`, or a vector.
using Operands = Few<Tensor, 2>;

/// What forward returns: the numbers, and whatever the VJP wants to keep (positions of maxima, say).
struct Computed {
    Few<Value, 1> outputs;
    Attributes saved = {};
};

struct VjpCall {
    std::span<const Tensor> inputs;
    std::span<const Tensor> outputs;
    const Attributes& attributes;
    const Attributes& saved;
    std::span<const Tensor> cotangents;  ///< one per output; absent ones are empty
    std::span<const bool> wanted;        ///< per input: is its cotangent asked for?

    const Tensor& x(std::size_t i = 0) const { return inputs[i]; }
    const Tensor& y() const { return outputs[0]; }
    const Tensor& g() const { return cotangents[0]; }
};

struct JvpCall {
    std::span<const Tensor> inputs;
    std::span<const Tensor> outputs;
    const Attributes& attributes;
    const Attributes& saved;
    std::span<const Tensor> tangents;  ///< one per input; absent ones are empty
};

/// How a tangent passes: by the vjp formula (the Jacobian is diagonal), by the op itself (linear in all inputs at
/// once, or in each by itself), by a rule of its own, or by two reverse sweeps.
enum class Forward { diagonal, linear, multilinear, rule, two_sweeps };

struct Op {
    OpCode code;
    const char* name;
    Computed (*forward)(std::span<const Tensor> inputs, const Attributes& attributes);
    /// One tensor (or an empty one) per input, written with ops. Null: not differentiable, the slope is 0.
    Tensors (*vjp)(const VjpCall& call) = nullptr;
    Forward tangents = Forward::two_sweeps;
    Tensors (*jvp)(const JvpCall& call) = nullptr;  ///< for Forward::rule
    /// The plain ops a fused op stands for. Null: it is plain.
    Tensors (*expand)(std::span<const Tensor> inputs, const Attributes& attributes) = nullptr;
};

/// Runs an op and records it where an input is tracked. Every op passes here.
Tensors apply(const Op& op, Operands inputs, Attributes attributes = {});
/// The same for ops with one output.
Tensor apply_one(const Op& op, Operands inputs, Attributes attributes = {});
/// All rows, in the order of OpCode.
std::span<const Op* const> all_ops();
const Op& op_row(OpCode code);

/// A node of its own with x's numbers that leads to x: a fresh place to differentiate with respect to. No trace shows
/// it.
Tensor alias(const Tensor& x);
/// Throws ShapeError or DTypeError unless t is empty or has the shape and dtype of `reference`: "WHAT must have shape
/// ..".
void require_like(const std::string& what, const Tensor& t, const Tensor& reference);
/// The op's name; a custom op's is the user's.
std::string_view name_of(const Node& node);

/// A sum whose terms may be missing.
inline Tensor plus(const Tensor& a, const Tensor& b) { return !a ? b : (!b ? a : a + b); }
/// Throws DTypeError unless all tensors have one dtype.
void require_same_dtype(const char* op, std::span<const Tensor> inputs);
/// Calls f(T{}) with T = float or double.
template <class F>
decltype(auto) dispatch(DType dtype, F&& f) {
    if (dtype == DType::float32) return f(float{});
    return f(double{});
}

/// A writable pointer to t's numbers, copying first if anything else shares them. For untracked updates in place.
template <Real T>
T* own(Tensor& t);

}  // namespace gradpath

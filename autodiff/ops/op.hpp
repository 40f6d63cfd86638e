#pragma once
// How an op is made: a static row {name, forward, vjp, jvp, expand} and one door, apply(), through which every op passes.
// For op authors; users of the library need ops.hpp only.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <typeinfo>
#include <vector>

#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/storage.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

/// An op's option struct, type-erased and immutable.
class Attributes {
public:
    Attributes() = default;
    template <class T>
    static Attributes of(T options) {
        Attributes a;
        a.type_ = &typeid(T);
        a.held_ = std::make_shared<const T>(std::move(options));
        return a;
    }
    template <class T>
    const T& as() const {
        require(type_ != nullptr && *type_ == typeid(T), "attributes: these are not the options asked for; see the op's row");
        return *static_cast<const T*>(held_.get());
    }
    explicit operator bool() const { return held_ != nullptr; }

private:
    std::shared_ptr<const void> held_;
    const std::type_info* type_ = nullptr;
};

using Tensors = std::vector<Tensor>;

/// What forward returns: the numbers, and whatever the VJP wants to keep (positions of maxima, say).
struct Computed {
    std::vector<Value> outputs;
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

/// How a tangent passes: by the vjp formula (the Jacobian is diagonal), by the op itself (linear in all inputs at once, or
/// in each by itself), by a rule of its own, or by two reverse sweeps.
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
    bool row_wise = true;  ///< does row i of every output depend on row i of the inputs alone (for the usual axes)?
};

/// Runs an op and records it where an input is tracked. Every op passes here.
Tensors apply(const Op& op, std::vector<Tensor> inputs, Attributes attributes = {});
/// The same for ops with one output.
Tensor apply_one(const Op& op, std::vector<Tensor> inputs, Attributes attributes = {});
/// All rows, in the order of OpCode.
std::span<const Op* const> all_ops();
const Op& op_row(OpCode code);

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

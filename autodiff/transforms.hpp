#pragma once
// Functions of functions. f maps tensors to a tensor; rows are the leading axis.
#include <functional>
#include <string>
#include <vector>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

using Function = std::function<Tensor(const Tensor&)>;
using ListFunction = std::function<Tensor(const std::vector<Tensor>&)>;

struct ValueAndGrad {
    Tensor value;
    std::vector<Tensor> slopes;  ///< one per input
};
/// f(inputs) must be one number.
ValueAndGrad value_and_grad(const ListFunction& f, const std::vector<Tensor>& inputs, const GradOptions& options = {});

struct ValueAndCotangent {
    Tensor value, cotangent;
};
/// f(x) and J(x)ᵀ g, with g shaped like f(x). Here as in all transforms, f is differentiated in its argument alone: a
/// tracked tensor that f captures is a constant, and so is a captured x itself.
ValueAndCotangent vjp(const Function& f, const Tensor& x, const Tensor& g, const GradOptions& options = {});
struct ValueAndTangent {
    Tensor value, tangent;
};
/// f(x) and J(x) v, with v shaped like x, by one forward sweep over the recorded graph. Differentiable if x is tracked.
ValueAndTangent jvp(const Function& f, const Tensor& x, const Tensor& v);
/// The same with several inputs; an empty tangent counts as zero.
ValueAndTangent jvp(const ListFunction& f, const std::vector<Tensor>& xs, const std::vector<Tensor>& vs);
/// Tangents of several ys in one forward sweep over the graph that leads from xs to them (ys recorded by the caller).
std::vector<Tensor> pushforward(std::span<const Tensor> ys, std::span<const Tensor> xs, std::span<const Tensor> vs);

/// Per row: f maps [rows, inputs..] to [rows, outputs..]; the result is [rows, outputs.., inputs..]. One forward, then
/// one reverse sweep per output over the same graph, or one forward sweep per input where inputs are fewer. Rows of f
/// must be independent: this is not checked, and a function that mixes rows gets the sum of its blocks.
Tensor jacobian(const Function& f, const Tensor& x, const GradOptions& options = {});
/// f maps [n..] to one number; the result is [n.., n..], without a graph of its own.
Tensor hessian(const Function& f, const Tensor& x);
/// H(x) v without H, forward over reverse. f maps x to one number; v and the result are shaped like x.
Tensor hvp(const Function& f, const Tensor& x, const Tensor& v);

/// losses(parameters, x) maps [rows, ..] to one number per row; the result is [rows, shape of p] for each parameter p.
/// One forward and one sweep; weights of matmul and conv2d become batched outer products. Throws ValueError if rows
/// mix.
std::vector<Tensor> per_sample_grad(const std::function<Tensor(const std::vector<Tensor>&, const Tensor&)>& losses,
                                    const std::vector<Tensor>& parameters, const Tensor& x);

/// f(inputs) without keeping its graph; the sweep runs f again, under the taps that were in force. Memory for time.
/// Tracked tensors must come in as inputs: the sweep throws ValueError for one that f captured, and for an f that
/// gives another value when it runs again (dropout inside).
Tensor checkpoint(const ListFunction& f, const std::vector<Tensor>& inputs);

/// An op of the user's own. forward sees the values (no graph); vjp is written with ops and gets the inputs, the
/// outputs and the cotangents (absent ones are empty tensors), and returns one tensor (or an empty one) per input.
struct CustomOp {
    std::string name;
    std::function<std::vector<Tensor>(const std::vector<Tensor>& inputs)> forward;
    std::function<std::vector<Tensor>(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs,
                                      const std::vector<Tensor>& cotangents)>
        vjp;
    /// Optional; without it two reverse sweeps are used. Tangents of inputs (absent ones empty) → tangents of outputs.
    std::function<std::vector<Tensor>(const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs,
                                      const std::vector<Tensor>& tangents)>
        jvp = {};
};
std::vector<Tensor> custom_op(const CustomOp& op, const std::vector<Tensor>& inputs);

struct GradCheck {
    int order = 2;            ///< 1: first derivatives; 2: also those of the derivative
    double step = 1e-4;       ///< of the central differences: the error is of fourth order in it
    double tolerance = 1e-7;  ///< relative to max(1, size of the terms)
    std::uint64_t seed = 1;
};
/// Compares ⟨u, J v⟩ by reverse sweep with a central difference along a random v, then does the same to the derivative.
/// float64 inputs only. Throws NumericError with both numbers where they differ.
void check_grads(const ListFunction& f, const std::vector<Tensor>& inputs, const GradCheck& options = {});

}  // namespace gradpath

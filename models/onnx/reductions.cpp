// Reductions over axes. Whole numbers are folded in their own arithmetic, after the axes are moved to the end.
#include <algorithm>
#include <functional>
#include <numeric>

#include <gradpath/models/onnx/elementwise.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

struct Axes {
    std::vector<Index> axes;
    bool keep, nothing;  ///< nothing to do: no axes, and noop_with_empty_axes
};

Axes axes_of(const Call& call) {
    const Index rank = call.input(0).shape().rank();
    std::vector<Index> axes = normal_axes(call.listed("axes", 1).value_or(std::vector<Index>{}), rank);
    const bool keep = call.integer("keepdims", 1) != 0;
    if (!axes.empty()) return {axes, keep, false};
    axes.resize(static_cast<std::size_t>(rank));
    std::iota(axes.begin(), axes.end(), Index{0});
    return {axes, keep, call.integer("noop_with_empty_axes") != 0 || rank == 0};
}

// A fold of whole numbers: [kept, reduced] by rows, then the shape with those axes as 1 or gone.
template <class F>
Value folded(const Value& x, const Axes& over, Index first, const F& f) {
    std::vector<Index> order, lengths;
    const Shape& shape = x.shape();
    for (Index i = 0; i < shape.rank(); ++i) {
        const bool reduced = std::ranges::find(over.axes, i) != over.axes.end();
        if (!reduced) order.push_back(i);
        if (!reduced || over.keep) lengths.push_back(reduced ? 1 : shape[i]);
    }
    order.insert(order.end(), over.axes.begin(), over.axes.end());
    const Indices in_order = moved(x, [&](const Tensor& t) { return permute(t, order); }).whole();
    const Shape result{std::span(lengths)};
    std::vector<Index> totals(static_cast<std::size_t>(result.size()), first);
    const Index each = result.size() > 0 ? x.size() / result.size() : 0;
    for (Index i = 0; i < result.size(); ++i)
        for (Index j = 0; j < each; ++j) {
            Index& total = totals[static_cast<std::size_t>(i)];
            total = static_cast<Index>(f(total, in_order[i * each + j], j));
        }
    return {result, std::move(totals), x.element()};
}

using Real = std::function<Tensor(const Tensor&, const Reduce&)>;

Tensor over(const Tensor& x, const Axes& axes, const Real& f) {
    return axes.axes.empty() ? f(reshape(x, Shape{1}), {.axes = {0}}) : f(x, {.axes = axes.axes, .keep = axes.keep});
}

template <class F>
Answer reduced(const Call& call, const Real& real, Index first, const F& whole) {
    const Axes axes = axes_of(call);
    if (axes.nothing && call.input(0).shape().rank() > 0) return {call.input(0)};
    if (call.input(0).is_real()) return {over(call.real(0), axes, real)};
    return {folded(call.input(0), axes, first, whole)};
}

Answer reduced(const Call& call, const Real& real) {
    call.real(0);
    return reduced(call, real, 0, [](Index total, Index, Index) { return total; });
}

std::uint64_t bits(Index number) { return static_cast<std::uint64_t>(number); }

}  // namespace

Answer reduce_sum(const Call& call) {
    return reduced(call, sum, 0, [](Index total, Index n, Index) { return bits(total) + bits(n); });
}

Answer reduce_prod(const Call& call) {
    return reduced(call, prod, 1, [](Index total, Index n, Index) { return bits(total) * bits(n); });
}

Answer reduce_max(const Call& call) {
    return reduced(
        call, [](const Tensor& x, const Reduce& r) { return max(x, r); }, 0,
        [](Index total, Index n, Index j) { return j == 0 ? n : std::max(total, n); });
}

Answer reduce_min(const Call& call) {
    return reduced(
        call, [](const Tensor& x, const Reduce& r) { return min(x, r); }, 0,
        [](Index total, Index n, Index j) { return j == 0 ? n : std::min(total, n); });
}

Answer reduce_sum_square(const Call& call) {
    return reduced(
        call, [](const Tensor& x, const Reduce& r) { return sum(square(x), r); }, 0,
        [](Index total, Index n, Index) { return bits(total) + bits(n) * bits(n); });
}

Answer reduce_l1(const Call& call) {
    return reduced(
        call, [](const Tensor& x, const Reduce& r) { return sum(gradpath::abs(x), r); }, 0,
        [](Index total, Index n, Index) { return bits(total) + (n < 0 ? 0 - bits(n) : bits(n)); });
}

Answer reduce_mean(const Call& call) { return reduced(call, mean); }
Answer reduce_log_sum_exp(const Call& call) { return reduced(call, logsumexp); }
Answer reduce_l2(const Call& call) {
    return reduced(call, [](const Tensor& x, const Reduce& r) { return norm(x, 2, r); });
}
Answer reduce_log_sum(const Call& call) {
    return reduced(call, [](const Tensor& x, const Reduce& r) { return log(sum(x, r)); });
}

}  // namespace gradpath::models::onnx

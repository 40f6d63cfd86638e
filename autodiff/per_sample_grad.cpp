// Gradients of each row's loss, by one forward and one sweep. Where a parameter meets a tensor of rows, its cotangent
// is kept apart for every row: batched outer products for matmul and conv2d, unsummed products for elementwise ops.
// What was computed from parameters alone before they meet rows is pulled back row by row, which is cheap: no row data
// is in it.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops/conv2d.hpp>
#include <gradpath/autodiff/ops/rows.hpp>
#include <gradpath/autodiff/reach.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath {
namespace {

/// Sums what an elementwise op spread, but keeps the rows: [rows, ..] → [rows, shape of p].
Tensor keep_rows(const Tensor& slope, const Shape& p) {
    const Index rows = slope.rows();
    Shape target{rows};
    const Shape tail = p.rank() == slope.rank() ? p.slice(1, p.rank()) : p;
    for (Index i = 1 + tail.rank(); i < slope.rank(); ++i) target = target.joined({1});
    return reshape(sum_to(slope, target.joined(tail)), Shape{rows}.joined(p));
}

/// Puts row r of a cotangent that is already apart into position r of a zero tensor: [rows, ..] → [rows, rows, ..].
Tensor own_row(const Tensor& slope) {
    const Index rows = slope.rows();
    Shape spread = Shape{rows, rows};
    for (Index i = 1; i < slope.rank(); ++i) spread = spread.joined({1});
    return reshape(slope, Shape{1}.joined(slope.shape())) * reshape(identity_matrix(rows, slope.dtype()), spread);
}

Tensor matmul_per_row(const Node& node, std::size_t i, const Tensor& g) {
    const Matmul o = node.attributes.as<Matmul>();
    const Tensor &a = node.inputs[0], &b = node.inputs[1];
    const Tensor &p = node.inputs[i], &data = node.inputs[1 - i];
    require(p.rank() == 2 && (data.rank() > 2 || (i == 1 && !o.transpose_a)),
            "per_sample_grad: rows mix: matmul sums over the rows of ", data.shape(),
            "; rows must stay the leading axis");
    Tensor product;
    if (i == 1) {  // data · W
        const Tensor x = data.rank() == 2 ? reshape(a, {a.rows(), 1, a.shape()[1]}) : a;
        const Tensor y = data.rank() == 2 ? reshape(g, {g.rows(), 1, g.shape()[1]}) : g;
        product = o.transpose_b ? matmul(y, x, {.transpose_a = true, .transpose_b = o.transpose_a})
                                : matmul(x, y, {.transpose_a = !o.transpose_a});
    } else {  // W · data
        product = o.transpose_a ? matmul(b, g, {.transpose_a = o.transpose_b, .transpose_b = true})
                                : matmul(g, b, {.transpose_b = !o.transpose_b});
    }
    std::vector<Index> middle;
    for (Index axis = 1; axis < product.rank() - 2; ++axis) middle.push_back(axis);
    return middle.empty() ? product : sum(product, {.axes = middle});
}

/// The same for linear and conv2d with a bias.
Tensor biased_per_row(const Node& node, std::size_t i, const Tensor& g) {
    const Tensor& x = node.inputs[0];
    const bool linear = node.op->code == OpCode::linear;
    require(i > 0, "per_sample_grad: rows mix: ", node.op->name, " sums over the rows of a weight that carries them; ",
            "rows must stay the leading axis");
    if (i == 1 && !linear)
        return conv2d_weight_vjp(x, g, node.inputs[1].shape(), node.attributes.as<Conv2dAttributes>().options, true);
    const Index rows = g.rows(), outputs = node.inputs[2].size(), each = std::max<Index>(rows * outputs, 1);
    const Index places = g.size() / each;  // that a row has
    if (!linear) return sum(reshape(g, {rows, outputs, places}), {.axes = {2}});
    const Tensor all = reshape(g, {rows, places, outputs});
    if (i == 2) return sum(all, {.axes = {1}});
    return matmul(all, reshape(x, {rows, places, x.shape()[-1]}), {.transpose_a = true});
}

/// The cotangents of parameter input i of a node over rows, one per row: [rows, shape of the input].
Tensor per_row(const Node& node, std::size_t i, const Tensor& slope_of_y) {
    const Tensor& p = node.inputs[i];
    const Tensor g = node.op == &linear_relu_row ? relu_vjp(output_of(&node, 0), slope_of_y) : slope_of_y;
    const OpCode code = node.op->code;
    if (code == OpCode::matmul) return matmul_per_row(node, i, g);
    if (code == OpCode::linear || code == OpCode::conv2d_bias) return biased_per_row(node, i, g);
    if (code == OpCode::conv2d && i == 1) {
        return conv2d_weight_vjp(node.inputs[0], g, p.shape(), node.attributes.as<Conv2dAttributes>().options, true);
    }
    if (code == OpCode::conv2d_input_vjp && i == 1) {
        return conv2d_weight_vjp(g, node.inputs[0], p.shape(), node.attributes.as<Conv2dAttributes>().options, true);
    }
    const bool elementwise = code >= OpCode::neg && code <= OpCode::where;
    require(elementwise, "per_sample_grad: ", node.op->name,
            " has no rule that keeps rows apart for a parameter of shape ", p.shape(),
            "; combine parameters with rows by matmul, conv2d or elementwise ops");
    Operands inputs = node.inputs;
    inputs[i] = detached(broadcast_to(p, node.outputs[0].shape));
    const Tensor y = output_of(&node, 0);
    std::vector<char> wanted(inputs.size(), 0);
    wanted[i] = 1;
    const std::span<const bool> flags(reinterpret_cast<const bool*>(wanted.data()), wanted.size());
    const Tensor slope =
        node.op->vjp({inputs, std::span(&y, 1), node.attributes, node.saved, std::span(&g, 1), flags})[i];
    if (p.rank() == slope.rank() && p.rank() > 0 && p.rows() == slope.rows() && slope.rows() != 1)
        return own_row(sum_to(slope, p.shape()));
    return keep_rows(slope, p.shape());
}

/// Rows must not see each other: a row keeps its loss, bit for bit, when the other half of the rows changes.
void require_rows_apart(const std::function<Tensor(const Tensors&, const Tensor&)>& losses, const Tensors& parameters,
                        const Tensor& x, const Tensor& together) {
    if (x.rows() < 2) return;
    const NoRecording off;
    const Taps::Scope unseen(Taps::replay_here());
    const Tensor other = where(equal(x, 0.0), full({}, 0.05, x.dtype()), x * 0.9375);
    const Index half = x.rows() / 2;
    const Tensor parts[] = {concat({slice(x, 0, 0, half), slice(other, 0, half, x.rows())}, 0),
                            concat({slice(other, 0, 0, half), slice(x, 0, half, x.rows())}, 0)};
    for (int part = 0; part < 2; ++part) {
        const Tensor among = losses(parameters, parts[part]);
        for (Index row = part == 0 ? 0 : half; row < (part == 0 ? half : x.rows()); ++row) {
            const double a = among.at(row), b = together.at(row);
            require(a == b || (std::isnan(a) && std::isnan(b)), "per_sample_grad: rows mix: the loss of row ", row,
                    " is ", b, ", and ", a, " when other rows change");
        }
    }
}

}  // namespace

std::vector<Tensor> per_sample_grad(const std::function<Tensor(const std::vector<Tensor>&, const Tensor&)>& losses,
                                    const std::vector<Tensor>& parameters, const Tensor& x) {
    Tensors ps;
    for (const Tensor& p : parameters) ps.push_back(tracked(p));
    const Tensor input = tracked(x);
    const Index rows = x.rows();
    const Tensor y = [&] {
        const Recording on;
        return losses(ps, input);
    }();
    require<ShapeError>(y.shape() == Shape{rows},
                        "per_sample_grad: the function must return one number per row, shape ", Shape{rows}, ": got ",
                        y.shape());
    require_rows_apart(losses, parameters, x, y);

    const NoRecording off;
    const Reach with_rows(std::span(&y, 1), std::span(&input, 1));
    Reach reach(std::span(&y, 1), ps);
    reach.add(y, ones_like(y));
    std::vector<std::pair<Tensor, Tensor>> met;  // a tensor made of parameters alone, and its cotangents [rows, ..]
    if (!with_rows.contains(y.node()) && reach.contains(y.node()))
        met.emplace_back(y, identity_matrix(rows, y.dtype()));
    for (auto it = reach.nodes().rbegin(); it != reach.nodes().rend(); ++it) {
        const Node& node = **it;
        if (!node.op || !with_rows.contains(&node)) continue;
        const std::span<Tensor> slots = reach.slots(&node);
        const Tensors arriving(slots.begin(), slots.end());
        if (std::none_of(arriving.begin(), arriving.end(), [](const Tensor& t) { return static_cast<bool>(t); }))
            continue;
        for (const Value& output : node.outputs)
            require(output.shape.rank() > 0 && output.shape[0] == rows, "per_sample_grad: rows mix: ", name_of(node),
                    " makes shape ", output.shape, " of ", rows, " rows; rows must stay the leading axis");
        std::vector<char> wanted;
        for (std::size_t i = 0; i < node.inputs.size(); ++i) {
            const Tensor& in = node.inputs[i];
            const bool leads = reach.contains(in.node()), carries_rows = with_rows.contains(in.node());
            wanted.push_back(leads && carries_rows);
            if (leads && !carries_rows) met.emplace_back(in, per_row(node, i, arriving[0]));
        }
        if (std::find(wanted.begin(), wanted.end(), 1) == wanted.end()) continue;
        const Tensors slopes = node_vjp(node, arriving, wanted);
        for (std::size_t i = 0; i < slopes.size(); ++i)
            if (wanted[i]) reach.add(node.inputs[i], slopes[i]);
        std::fill(slots.begin(), slots.end(), Tensor());
    }

    Tensors totals(ps.size());
    const auto add = [&](std::size_t k, const Tensor& term) { totals[k] = totals[k] ? totals[k] + term : term; };
    Tensors derived, derived_slopes;
    for (const auto& [at, slope] : met) {
        const Node* node = at.node();
        const auto leaf = std::find_if(ps.begin(), ps.end(), [node](const Tensor& p) { return p.node() == node; });
        if (leaf != ps.end()) add(static_cast<std::size_t>(leaf - ps.begin()), slope);
        else {
            derived.push_back(at);
            derived_slopes.push_back(slope);
        }
    }
    if (!derived.empty()) {
        std::vector<Tensors> by_row(ps.size());
        for (Index r = 0; r < rows; ++r) {
            Tensors gs;
            for (std::size_t i = 0; i < derived.size(); ++i)
                gs.push_back(reshape(slice(derived_slopes[i], 0, r, r + 1), derived[i].shape()));
            const Tensors slopes = pullback(derived, gs, ps);
            for (std::size_t k = 0; k < ps.size(); ++k)
                by_row[k].push_back(reshape(slopes[k], Shape{1}.joined(ps[k].shape())));
        }
        for (std::size_t k = 0; k < ps.size(); ++k)
            if (!by_row[k].empty()) add(k, concat(by_row[k], 0));
    }
    for (std::size_t k = 0; k < ps.size(); ++k)
        if (!totals[k]) totals[k] = zeros(Shape{rows}.joined(ps[k].shape()), ps[k].dtype());
    return totals;
}

}  // namespace gradpath

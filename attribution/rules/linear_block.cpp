#include <gradpath/attribution/rules/linear_block.hpp>

#include <algorithm>
#include <optional>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::attribution {
namespace {

bool is_product(OpCode code) {
    return code == OpCode::matmul || code == OpCode::conv2d || code == OpCode::conv2d_input_vjp;
}

bool changes_shape(OpCode code) { return code == OpCode::reshape || code == OpCode::permute; }

/// Σ, Π and their inverses with a constant of the input's shape or less.
bool shifts_or_scales(const Link& link) {
    if (link.step->outputs[0].shape() != link.input().shape()) return false;
    switch (link.step->op) {
        case OpCode::tap:
        case OpCode::neg:
        case OpCode::add:
        case OpCode::sub:
        case OpCode::mul: return true;
        case OpCode::div: return link.varying == 0;
        default: return false;
    }
}

/// What stands beside numbers of shape `seen`, beside the product's, which a reshape may have come after.
Tensor in_shape(const Tensor& t, const Shape& seen, const Shape& product) {
    return seen == product ? t : reshape(broadcast_to(t, seen), product);
}

/// The block's scale and shift after one more step, both in the product's shape.
void extend(LinearBlock& block, const Link& link) {
    const Shape seen = link.step->outputs[0].shape(), product = block.output.shape();
    const auto other = [&] { return in_shape(link.other(), seen, product); };
    Tensor &s = block.scale, &t = block.shift;
    block.output = in_shape(link.step->outputs[0], seen, product);
    switch (link.step->op) {
        case OpCode::neg: s = -s, t = -t; break;
        case OpCode::add: t = t + other(); break;
        case OpCode::sub:
            if (link.varying == 1) s = -s;
            t = link.varying == 1 ? other() - t : t - other();
            break;
        case OpCode::mul: s = s * other(), t = t * other(); break;
        case OpCode::div: s = s / other(), t = t / other(); break;
        default: break;
    }
}

class Reader {
public:
    explicit Reader(const Graph& graph) : graph_(graph) {}

    Blocks read() {
        for (const Tensor& input : graph_.inputs) blocks_.varying.insert(input.node());
        for (const Tensor& output : graph_.outputs) ++consumers_[output.node()];
        for (const Step& step : graph_.steps) {
            for (const Tensor& input : step.inputs) ++consumers_[input.node()];
            if (blocks_.varying_inputs(step) > 0 && op_row(step.op).vjp)
                for (const Tensor& output : step.outputs) blocks_.varying.insert(output.node());
        }
        for (const Step& step : graph_.steps) find(step);
        mark_first();
        mark_top();
        return std::move(blocks_);
    }

private:
    std::optional<Link> link_of(const Step& step) const {
        if (blocks_.varying_inputs(step) != 1) return std::nullopt;
        const auto at = std::ranges::find_if(step.inputs, [&](const Tensor& t) { return blocks_.varies(t); });
        return Link{&step, static_cast<std::size_t>(at - step.inputs.begin())};
    }

    /// The step as the product of a new block, or the next part of one whose output goes nowhere else.
    void find(const Step& step) {
        const std::optional<Link> link = link_of(step);
        if (!link) return;
        const Node *here = step.outputs[0].node(), *before = link->input().node();
        if (is_product(step.op)) {
            const DType dtype = step.outputs[0].dtype();
            blocks_.by_product.emplace(here, LinearBlock{*link, ones({}, dtype), zeros({}, dtype), step.outputs[0]});
            end_[here] = here;
        } else if (end_.contains(before) && consumers_[before] == 1 &&
                   (step.op == OpCode::reshape || shifts_or_scales(*link))) {
            extend(blocks_.by_product.at(end_[before]), *link);
            end_[here] = end_[before];
            blocks_.transparent.insert(here);
        }
    }

    void mark_first() {
        std::set<const Node*> behind;  // a block
        std::map<const Node*, Link> makers;
        for (const Step& step : graph_.steps) {
            const Node* here = step.outputs[0].node();
            if (const auto link = link_of(step)) makers.emplace(here, *link);
            const bool after =
                std::ranges::any_of(step.inputs, [&](const Tensor& t) { return behind.contains(t.node()); });
            const auto block = blocks_.by_product.find(here);
            if (after || block != blocks_.by_product.end()) behind.insert(here);
            if (block == blocks_.by_product.end()) continue;
            block->second.first = !after;
            if (!after) reach_input(block->second, makers);
        }
    }

    void reach_input(LinearBlock& block, const std::map<const Node*, Link>& makers) {
        const Node* node = block.input().node();
        for (auto maker = makers.find(node); maker != makers.end(); maker = makers.find(node)) {
            if (!changes_shape(maker->second.step->op) && !shifts_or_scales(maker->second)) return;
            block.before.insert(block.before.begin(), maker->second);
            node = maker->second.input().node();
        }
        block.at_input = node == graph_.inputs[0].node();
        if (!block.at_input) return;
        for (const Link& link : block.before)
            if (!changes_shape(link.step->op)) blocks_.transparent.insert(link.step->outputs[0].node());
    }

    void mark_top() {
        std::set<const Node*> ahead;  // of a block
        for (auto step = graph_.steps.rbegin(); step != graph_.steps.rend(); ++step) {
            const Node* here = step->outputs[0].node();
            const auto block = blocks_.by_product.find(here);
            if (block != blocks_.by_product.end()) block->second.top = !ahead.contains(here);
            else if (!ahead.contains(here)) continue;
            for (const Tensor& input : step->inputs) ahead.insert(input.node());
        }
    }

    const Graph& graph_;
    Blocks blocks_;
    std::map<const Node*, int> consumers_;
    std::map<const Node*, const Node*> end_;  ///< of a block so far: its product
};

}  // namespace

std::size_t Blocks::varying_inputs(const Step& step) const {
    return static_cast<std::size_t>(std::ranges::count_if(step.inputs, [&](const Tensor& t) { return varies(t); }));
}

Blocks blocks_of(const Graph& graph) { return Reader(graph).read(); }

Tensor LinearBlock::from_input(double value) const {
    const Tensor& start = before.empty() ? input() : before.front().input();
    Tensor t = full(start.shape(), value, start.dtype());
    for (const Link& link : before) {
        if (link.step->op == OpCode::tap) continue;
        Tensors inputs = link.step->inputs;
        inputs[link.varying] = t;
        t = apply_one(op_row(link.step->op), inputs, *link.step->attributes);
    }
    return t;
}

Product::Product(const Link& product, const Tensor& input, const Tensor& weights) : leaf_(tracked(input)) {
    const Recording on;
    Tensors operands{leaf_, weights};
    if (product.varying == 1) std::swap(operands[0], operands[1]);
    recorded_ = apply_one(op_row(product.step->op), operands, *product.step->attributes);
    output_ = detached(recorded_);
}

Tensor Product::pull(const Tensor& q) const {
    return pullback(std::span(&recorded_, 1), std::span(&q, 1), std::span(&leaf_, 1))[0];
}

Tensor Product::share(const Tensor& q) const { return detached(leaf_) * pull(q); }

}  // namespace gradpath::attribution

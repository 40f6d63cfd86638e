// Finding the nodes between xs and ys: a walk back from ys with an explicit stack, pruned at nodes older than every x,
// then one pass in order of age that keeps what an x leads to. The reverse sweep is a loop over the result.
#include <gradpath/autodiff/reach.hpp>

#include <algorithm>
#include <limits>
#include <utility>

#include <gradpath/autodiff/ops/trace.hpp>

namespace gradpath {
namespace {

/// A set of pointers in a flat table.
class Seen {
public:
    Seen() : table_(64, nullptr) {}
    bool insert(const Node* node) {
        if (2 * ++count_ > table_.size()) grow();
        return place(node);
    }

private:
    bool place(const Node* node) {
        std::size_t i = hash(node) & (table_.size() - 1);
        while (table_[i] && table_[i] != node) i = (i + 1) & (table_.size() - 1);
        const bool fresh = table_[i] == nullptr;
        table_[i] = node;
        return fresh;
    }
    void grow() {
        std::vector<const Node*> old(2 * table_.size(), nullptr);
        old.swap(table_);
        for (const Node* node : old)
            if (node) place(node);
    }

public:
    static std::size_t hash(const Node* node) {
        return static_cast<std::size_t>(node->serial * 0x9E3779B97F4A7C15u >> 20);
    }

private:
    std::vector<const Node*> table_;
    std::size_t count_ = 0;
};

}  // namespace

Reach::Reach(std::span<const Tensor> ys, std::span<const Tensor> xs, bool through_untracked) {
    std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
    for (const Tensor& x : xs) oldest = std::min(oldest, x.node()->serial);
    for (const Tensor& y : ys) require(static_cast<bool>(y), "graph: the function returned no tensor");

    Seen seen;
    std::vector<const Node*> visited, stack;
    visited.reserve(64);  // most graphs: one allocation instead of six
    stack.reserve(64);
    const auto visit = [&](const Tensor& t) {
        const Node* node = t.node();
        if (node->serial >= oldest && (node->tracked || through_untracked) && seen.insert(node)) stack.push_back(node);
    };
    for (const Tensor& y : ys) visit(y);
    while (!stack.empty()) {
        const Node* node = stack.back();
        stack.pop_back();
        visited.push_back(node);
        for (const Tensor& input : node->inputs) visit(input);
    }
    std::sort(visited.begin(), visited.end(), [](const Node* a, const Node* b) { return a->serial < b->serial; });

    nodes_ = std::move(visited);
    index_nodes();
    std::vector<char> leads(nodes_.size(), 0);
    for (const Tensor& x : xs)
        if (const auto place = place_of(x.node()); place >= 0) leads[static_cast<std::size_t>(place)] = 1;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        for (const Tensor& input : nodes_[i]->inputs) {
            if (leads[i]) break;
            const auto place = place_of(input.node());
            leads[i] = place >= 0 && leads[static_cast<std::size_t>(place)];
        }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (leads[i]) nodes_[kept++] = nodes_[i];
    if (kept != nodes_.size()) {
        nodes_.resize(kept);
        index_nodes();
    }
    std::size_t slots = 0;
    first_slot_.reserve(nodes_.size());
    for (const Node* node : nodes_) {
        first_slot_.push_back(slots);
        slots += node->outputs.size();
    }
    slots_.resize(slots);
}

void Reach::index_nodes() {
    std::size_t size = 16;
    while (size < 2 * nodes_.size()) size *= 2;
    table_.assign(size, 0);
    for (std::size_t place = 0; place < nodes_.size(); ++place) {
        std::size_t i = Seen::hash(nodes_[place]) & (size - 1);
        while (table_[i]) i = (i + 1) & (size - 1);
        table_[i] = static_cast<std::uint32_t>(place + 1);
    }
}

std::ptrdiff_t Reach::place_of(const Node* node) const {
    for (std::size_t i = Seen::hash(node) & (table_.size() - 1); table_[i]; i = (i + 1) & (table_.size() - 1))
        if (nodes_[table_[i] - 1] == node) return static_cast<std::ptrdiff_t>(table_[i]) - 1;
    return -1;
}

std::span<Tensor> Reach::slots(const Node* node) {
    const std::size_t first = first_slot_[static_cast<std::size_t>(place_of(node))];
    return {slots_.data() + first, node->outputs.size()};
}

Tensor* Reach::slot(const Tensor& t) {
    if (!t || place_of(t.node()) < 0) return nullptr;
    return &slots(t.node())[t.output()];
}

void Reach::add(const Tensor& at, const Tensor& term) {
    if (!term) return;
    if (Tensor* sum = slot(at)) *sum = *sum ? *sum + term : term;
}

namespace {

/// Runs a rule; an error it throws is rethrown, of the same kind, with the op's name in front.
template <class F>
Tensors naming(const Node& node, F&& rule) {
    const auto prefix = [&](const std::exception& e) {
        return text("while differentiating ", name_of(node), ": ", e.what());
    };
    try {
        return rule();
    } catch (const ShapeError& e) {
        throw ShapeError(prefix(e));
    } catch (const DTypeError& e) {
        throw DTypeError(prefix(e));
    } catch (const ValueError& e) {
        throw ValueError(prefix(e));
    } catch (const NumericError& e) {
        throw NumericError(prefix(e));
    }
}

}  // namespace

Tensors node_vjp(const Node& node, std::span<const Tensor> cotangents, const std::vector<char>& wanted) {
    Few<Tensor, 1> outputs;
    for (std::size_t i = 0; i < node.outputs.size(); ++i) outputs.push_back(output_of(&node, i));
    static_assert(sizeof(bool) == sizeof(char));
    const std::span<const bool> flags(reinterpret_cast<const bool*>(wanted.data()), wanted.size());
    Context& c = context();
    const bool checked = std::exchange(c.anomaly, false);  // what goes wrong inside the rule is this op's
    c.refresh();
    Tensors slopes;
    try {
        slopes = naming(node, [&] {
            return node.op->vjp({node.inputs, outputs, node.attributes, node.saved, cotangents, flags});
        });
    } catch (...) {
        c.anomaly = checked;
        c.refresh();
        throw;
    }
    c.anomaly = checked;
    c.refresh();
    if (checked)
        for (const Tensor& slope : slopes) require_finite("a cotangent", std::string(name_of(node)), node.tap, slope);
    return slopes;
}

void sweep_back(Reach& reach, std::span<const Tensor> keep) {
    std::vector<char> wanted;
    for (auto it = reach.nodes().rbegin(); it != reach.nodes().rend(); ++it) {
        const Node& node = **it;
        if (!node.op) continue;
        const std::span<Tensor> slots = reach.slots(&node);
        const bool any = std::any_of(slots.begin(), slots.end(), [](const Tensor& t) { return static_cast<bool>(t); });
        wanted.clear();
        for (const Tensor& input : node.inputs) wanted.push_back(reach.contains(input.node()));
        const bool leads_on = std::find(wanted.begin(), wanted.end(), 1) != wanted.end();
        const bool kept = std::any_of(keep.begin(), keep.end(), [&](const Tensor& x) { return x.node() == &node; });
        if (any && leads_on && node.op->vjp) {
            const Tensors slopes = node_vjp(node, slots, wanted);
            for (std::size_t i = 0; i < slopes.size(); ++i) reach.add(node.inputs[i], slopes[i]);
        }
        if (!kept) std::fill(slots.begin(), slots.end(), Tensor());
    }
}

}  // namespace gradpath

#pragma once
// The part of the graph that leads from some tensors to others, in topological order: what every sweep walks over.
#include <span>
#include <string>
#include <vector>

#include <gradpath/autodiff/node.hpp>

namespace gradpath {

/// Nodes on the paths from xs to ys, inputs before users, each with room for one tensor per output.
class Reach {
public:
    /// With `through_untracked` the walk also follows inputs that no derivative flows through (recorded graphs).
    Reach(std::span<const Tensor> ys, std::span<const Tensor> xs, bool through_untracked = false);

    const std::vector<const Node*>& nodes() const { return nodes_; }
    bool contains(const Node* node) const { return place_of(node) >= 0; }
    /// The slots of a node's outputs. Precondition: contains(node).
    std::span<Tensor> slots(const Node* node);
    Tensor* slot(const Tensor& t);                   ///< null if t's node is not in the reach
    void add(const Tensor& at, const Tensor& term);  ///< adds to the slot, if there is one

private:
    std::ptrdiff_t place_of(const Node* node) const;
    void index_nodes();
    std::vector<const Node*> nodes_;
    std::vector<std::size_t> first_slot_;
    std::vector<Tensor> slots_;
    std::vector<std::uint32_t> table_;  // open addressing: place + 1 of a node, 0 for none
};

/// Puts slopes into the slots of every node of the reach, from the slots of ys down. The slots of `keep`
/// (sorted by nothing; few) survive; all others are freed as soon as they are used.
void sweep_back(Reach& reach, std::span<const Tensor> keep);
/// The cotangents of a node's inputs by its own rule; failures name the op.
Tensors node_vjp(const Node& node, std::span<const Tensor> cotangents, const std::vector<char>& wanted);

}  // namespace gradpath

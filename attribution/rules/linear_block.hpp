#pragma once
// Blocks of a graph that are one affine map, z = s ∘ P(a) + t: a product P with weights, and whatever shifts and scales
// by constants follow it (a bias, a batch norm), reshaped or not. Relevance passes a block in one step, which is what
// folding a batch norm into the weights means.
#include <map>
#include <set>
#include <vector>

#include <gradpath/autodiff/graph.hpp>

namespace gradpath::attribution {

/// A step of which one input depends on the graph's.
struct Link {
    const Step* step;
    std::size_t varying;  ///< which one
    const Tensor& input() const { return step->inputs[varying]; }
    const Tensor& other() const { return step->inputs[1 - varying]; }
};

struct LinearBlock {
    Link product;                   ///< matmul, conv2d or its transpose
    Tensor scale, shift;            ///< s and t, broadcasting to the output
    Tensor output;                  ///< z, in the shape of the product
    bool first = true, top = true;  ///< no other block lies between it and the input; and the output
    bool at_input = false;          ///< nothing but shifts, scales and changes of shape lies between it and the input
    std::vector<Link> before = {};  ///< these, in the order in which they run, where at_input holds

    const Tensor& input() const { return product.input(); }
    const Tensor& weights() const { return product.other(); }
    bool is_convolution() const { return product.step->op != OpCode::matmul; }
    /// What the block's input is where every number of the graph's is `value`; where at_input holds.
    Tensor from_input(double value) const;
};

/// What the rules of a graph need to know of it. Lives no longer than the graph.
struct Blocks {
    std::map<const Node*, LinearBlock> by_product;  ///< by the product's output
    std::set<const Node*> varying;                  ///< what depends on the input with a slope
    std::set<const Node*> transparent;              ///< outputs of the other steps within blocks and before the first

    bool varies(const Tensor& t) const { return varying.contains(t.node()); }
    std::size_t varying_inputs(const Step& step) const;
};
Blocks blocks_of(const Graph& graph);

/// A product with an input and weights of one's own, and how shares travel back through it.
class Product {
public:
    Product(const Link& product, const Tensor& input, const Tensor& weights);
    const Tensor& output() const { return output_; }
    /// Pᵀ(q), like the input.
    Tensor pull(const Tensor& q) const;
    /// input ∘ Pᵀ(q): what each input gets where an output hands out q for each unit of it.
    Tensor share(const Tensor& q) const;

private:
    Tensor leaf_, recorded_, output_;
};

}  // namespace gradpath::attribution

#pragma once
// Small random networks as formulas, and the ways to write one of them down differently.
#include <string_view>
#include <vector>

#include <gradpath/attribution/axioms/draws.hpp>

namespace gradpath::attribution::axioms {

/// Affine layers with one activation between them; the last has one unit.
struct Network {
    struct Layer {
        std::vector<std::vector<double>> weights;  ///< per unit, one for each unit of the layer below
        std::vector<double> biases;
    };
    std::vector<Layer> layers;
    Expression (*activation)(const Expression&) = relu;

    Expression formula(std::span<const Expression> inputs) const;
};

/// features → 2 or 3 → 2 → 1 units. All weights lie in low .. high; biases around 0.
Network random_network(Draws& draws, std::size_t features, double low = -1.5, double high = 1.5);

/// Two formulas of one function, the second rewritten.
struct Rewritten {
    Expression plain, rewritten;
};
/// What keeps the function: "permute" hidden units, "scale" a unit in by c and out by 1/c, "duplicate" a unit and halve
/// what leaves it, "split" the inputs as relu(u) - relu(-u), "fold" an affine map of the inputs into the first layer.
std::vector<std::string_view> rewrites();
/// A random ReLU network under one of them. Throws ValueError for another name.
Rewritten rewrite(Draws& draws, std::string_view kind, std::size_t features);

/// The pair T15 of one function (Sundararajan et al. 2017, figure 3): relu(relu(u) - c - relu(v)) and
/// relu(relu(u - c) - relu(v)), equal for c > 0.
Rewritten hidden_pair(const Expression& u, const Expression& v, double c);
/// (a u + b v)² u, and multiplied out.
Rewritten expanded_pair(const Expression& u, const Expression& v, double a, double b);

}  // namespace gradpath::attribution::axioms

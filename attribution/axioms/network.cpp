#include <gradpath/attribution/axioms/network.hpp>

#include <algorithm>
#include <utility>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

void permute(Draws& draws, Network& net) {
    Network::Layer& hidden = net.layers[0];
    const std::size_t a = draws.below(hidden.weights.size()), b = (a + 1) % hidden.weights.size();
    std::swap(hidden.weights[a], hidden.weights[b]);
    std::swap(hidden.biases[a], hidden.biases[b]);
    for (auto& out : net.layers[1].weights) std::swap(out[a], out[b]);
}

void scale(Draws& draws, Network& net) {
    const double c = draws.number(0.2, 4);
    Network::Layer& hidden = net.layers[0];
    const std::size_t unit = draws.below(hidden.weights.size());
    for (double& w : hidden.weights[unit]) w *= c;
    hidden.biases[unit] *= c;
    for (auto& out : net.layers[1].weights) out[unit] /= c;
}

void duplicate(Draws& draws, Network& net) {
    Network::Layer& hidden = net.layers[0];
    const std::size_t unit = draws.below(hidden.weights.size());
    hidden.weights.push_back(std::vector<double>(hidden.weights[unit]));
    hidden.biases.push_back(hidden.biases[unit]);
    for (auto& out : net.layers[1].weights) {
        out[unit] /= 2;
        out.push_back(out[unit]);
    }
}

Expression split(const Network& net, std::span<const Expression> x) {
    std::vector<Expression> inputs;
    for (const Expression& u : x) inputs.push_back(relu(u) - relu(-1 * u));
    return net.formula(inputs);
}

/// The network behind z = c x + d, and with that folded into its first layer.
Rewritten fold(Draws& draws, Network net, std::span<const Expression> x) {
    const std::vector<double> c = draws.weights(x.size(), 0.5, 2), d = draws.weights(x.size(), -1, 1);
    std::vector<Expression> z;
    for (std::size_t i = 0; i < x.size(); ++i) z.push_back(affine(std::span(&c[i], 1), x.subspan(i, 1), d[i]));
    const Expression plain = net.formula(z);
    Network::Layer& first = net.layers[0];
    for (std::size_t unit = 0; unit < first.weights.size(); ++unit)
        for (std::size_t i = 0; i < x.size(); ++i) {
            first.biases[unit] += first.weights[unit][i] * d[i];
            first.weights[unit][i] *= c[i];
        }
    return {plain, net.formula(x)};
}

}  // namespace

Expression Network::formula(std::span<const Expression> inputs) const {
    std::vector<Expression> units(inputs.begin(), inputs.end());
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        std::vector<Expression> next;
        for (std::size_t unit = 0; unit < layers[layer].weights.size(); ++unit) {
            const Expression sum = affine(layers[layer].weights[unit], units, layers[layer].biases[unit]);
            next.push_back(layer + 1 < layers.size() ? activation(sum) : sum);
        }
        units = std::move(next);
    }
    return units[0];
}

Network random_network(Draws& draws, std::size_t features, double low, double high) {
    Network net;
    const std::size_t first = 2 + draws.below(2);
    for (const auto& [from, to] :
         {std::pair(features, first), std::pair(first, std::size_t{2}), std::pair(std::size_t{2}, std::size_t{1})}) {
        Network::Layer layer;
        for (std::size_t unit = 0; unit < to; ++unit) {
            layer.weights.push_back(draws.weights(from, low, high));
            layer.biases.push_back(draws.weight(-0.8, 0.8));
        }
        net.layers.push_back(std::move(layer));
    }
    return net;
}

std::vector<std::string_view> rewrites() { return {"permute", "scale", "duplicate", "split", "fold"}; }

Rewritten rewrite(Draws& draws, std::string_view kind, std::size_t features) {
    const std::vector<Expression> x = variables(features);
    Network net = random_network(draws, features);
    const Expression plain = net.formula(x);
    if (kind == "split") return {plain, split(net, x)};
    if (kind == "fold") return fold(draws, std::move(net), x);
    if (kind == "permute") permute(draws, net);
    else if (kind == "scale") scale(draws, net);
    else if (kind == "duplicate") duplicate(draws, net);
    else throw ValueError(text("rewrite: '", kind, "' is unknown; there are: permute scale duplicate split fold"));
    return {plain, net.formula(x)};
}

Rewritten hidden_pair(const Expression& u, const Expression& v, double c) {
    return {relu(relu(u) - c - relu(v)), relu(relu(u - c) - relu(v))};
}

Rewritten expanded_pair(const Expression& u, const Expression& v, double a, double b) {
    const Expression sum = a * u + b * v;
    return {sum * sum * u, (a * a) * (u * u * u) + (2 * a * b) * (u * u * v) + (b * b) * (u * v * v)};
}

}  // namespace gradpath::attribution::axioms

#pragma once
// micro: derivatives of any order, by reverse mode, on single numbers. Ideas and names are those of gradpath, where a
// Scalar is called Tensor and holds many numbers; README.md leads from each part to the file that does it there.
#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace micro {

struct Node;
class Scalar;
using Numbers = std::vector<double>;
using Scalars = std::vector<Scalar>;

/// A number and the step that made it: a cheap handle on a node that never changes.
class Scalar {
public:
    Scalar(double value);  ///< a constant
    explicit Scalar(Node* made) : node_(made) {}
    double item() const;
    bool is_tracked() const;  ///< does a derivative flow through it?
    const Node& node() const { return *node_; }

private:
    friend Node;
    std::shared_ptr<Node> node_;
};

/// A kind of step: `forward` on numbers, and in `vjp` the slope g of a later result by y passed on to each input,
/// g · dy/dxᵢ. The rule is written with ops, so it can be differentiated again.
struct Op {
    const char* name;
    double (*forward)(const Numbers& x);
    Scalars (*vjp)(const Scalars& x, const Scalar& y, const Scalar& g);
};

struct Node {
    const Op* op;  ///< null: a leaf, which no op made
    double value;
    bool tracked;
    Scalars inputs = {};               ///< kept only if tracked
    std::uint64_t serial = ++counter;  ///< inputs have smaller ones than their users
    static inline std::atomic<std::uint64_t> counter = 0;

    ~Node() {  // a loop: the chain behind us may be long, and recursion would overflow the stack
        while (!inputs.empty()) {
            const Scalar last = std::move(inputs.back());
            inputs.pop_back();
            if (last.node_.use_count() > 1) continue;  // somebody else still needs it
            for (Scalar& input : last.node_->inputs) inputs.push_back(std::move(input));
            last.node_->inputs.clear();
        }
    }
};

inline Scalar::Scalar(double value) : node_(new Node{nullptr, value, false}) {}
inline double Scalar::item() const { return node_->value; }
inline bool Scalar::is_tracked() const { return node_->tracked; }
/// A new leaf with the same number: differentiate with respect to it.
inline Scalar tracked(const Scalar& x) { return Scalar(new Node{nullptr, x.item(), true}); }

/// The door every op passes: compute, and remember the inputs where a derivative flows.
inline Scalar apply(const Op& op, Scalars inputs) {
    Numbers x;
    bool tracked = false;
    for (const Scalar& input : inputs) {
        x.push_back(input.item());
        tracked = tracked || input.is_tracked();
    }
    if (!tracked) inputs.clear();
    return Scalar(new Node{&op, op.forward(x), tracked, std::move(inputs)});
}

// --- the ops: one op, one room ---------------------------------------------------------------------------------------
inline Scalar operator+(const Scalar& a, const Scalar& b) {
    static const Op op{"add", [](auto& x) { return x[0] + x[1]; },
                       [](auto&, auto&, auto& g) { return Scalars{g, g}; }};
    return apply(op, {a, b});
}
inline Scalar operator*(const Scalar& a, const Scalar& b) {
    static const Op op{"mul", [](auto& x) { return x[0] * x[1]; },
                       [](auto& x, auto&, auto& g) { return Scalars{g * x[1], g * x[0]}; }};
    return apply(op, {a, b});
}
inline Scalar operator-(const Scalar& a) { return -1.0 * a; }
inline Scalar operator-(const Scalar& a, const Scalar& b) { return a + -b; }
inline Scalar operator/(const Scalar& a, const Scalar& b) {
    static const Op op{"div", [](auto& x) { return x[0] / x[1]; },
                       [](auto& x, auto& y, auto& g) { return Scalars{g / x[1], -(g * y) / x[1]}; }};
    return apply(op, {a, b});
}
inline Scalar exp(const Scalar& a) {
    static const Op op{"exp", [](auto& x) { return std::exp(x[0]); },
                       [](auto&, auto& y, auto& g) { return Scalars{g * y}; }};
    return apply(op, {a});
}
inline Scalar tanh(const Scalar& a) {
    static const Op op{"tanh", [](auto& x) { return std::tanh(x[0]); },
                       [](auto&, auto& y, auto& g) { return Scalars{g * (1.0 - y * y)}; }};
    return apply(op, {a});
}

// --- derivatives -----------------------------------------------------------------------------------------------------
/// dy/dx for each x; 0 where y does not depend on it. Throws std::invalid_argument if an x is not tracked.
inline Scalars grad(const Scalar& y, const Scalars& xs) {
    const auto newer = [](const Scalar& a, const Scalar& b) { return a.node().serial > b.node().serial; };
    std::map<Scalar, Scalar, decltype(newer)> slopes({{y, 1.0}}, newer);
    for (const auto& [at, slope] : slopes) {  // from the newest on: whoever used `at` has been seen, its slope is whole
        const Scalars& inputs = at.node().inputs;
        if (inputs.empty()) continue;
        const Scalars terms = at.node().op->vjp(inputs, at, slope);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (!inputs[i].is_tracked()) continue;
            const auto [place, is_new] = slopes.emplace(inputs[i], terms[i]);  // older: the loop will come to it
            if (!is_new) place->second = place->second + terms[i];
        }
    }
    Scalars found;
    for (const Scalar& x : xs) {
        if (!x.is_tracked()) throw std::invalid_argument("grad: input is not tracked; make it a leaf with tracked()");
        found.push_back(slopes.contains(x) ? slopes.at(x) : Scalar(0.0));
    }
    return found;
}
inline Scalar grad(const Scalar& y, const Scalar& x) { return grad(y, Scalars{x})[0]; }

// --- attribution: why did f(x) come out so? --------------------------------------------------------------------------
/// What each input gave to f(x) - f(x'): (x - x') ∫₀¹ ∇f(x' + t (x - x')) dt, x' the baseline, by the midpoint rule
/// (Sundararajan, Taly & Yan 2017, eq. 1).
inline Numbers integrated_gradients(const std::function<Scalar(const Scalars&)>& f, const Numbers& x,
                                    const Numbers& baseline, int steps = 100) {
    Numbers shares(x.size());
    for (int k = 0; k < steps; ++k) {
        Scalars at;
        for (std::size_t i = 0; i < x.size(); ++i)
            at.push_back(tracked(baseline[i] + (k + 0.5) / steps * (x[i] - baseline[i])));
        const Scalars slopes = grad(f(at), at);
        for (std::size_t i = 0; i < x.size(); ++i) shares[i] += (x[i] - baseline[i]) * slopes[i].item() / steps;
    }
    return shares;
}

}  // namespace micro

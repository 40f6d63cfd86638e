// The smallest interesting network. The activation is any function of a tensor, so smooth variants of the same net,
// which second-order methods want, are one word away.
#include <gradpath/models/mlp.hpp>

#include <algorithm>
#include <array>
#include <string_view>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/models/data/nearest.hpp>
#include <gradpath/nn/activation.hpp>
#include <gradpath/nn/rectified.hpp>

namespace gradpath::models {

namespace {

using Activation = Tensor (*)(const Tensor&);

struct Named {
    std::string_view name;
    Activation activation;
    bool rectifies = false;  // zeroes or shrinks one half of the line: what He's weights make up for
};
constexpr std::array activations{Named{"relu", nn::relu, true},
                                 Named{"leaky-relu", [](const Tensor& x) { return nn::LeakyRelu{}(x); }, true},
                                 Named{"elu", [](const Tensor& x) { return nn::Elu{}(x); }},
                                 Named{"selu", nn::selu},
                                 Named{"silu", nn::silu},
                                 Named{"gelu", nn::gelu},
                                 Named{"gelu-tanh", nn::gelu_tanh},
                                 Named{"softplus", nn::softplus},
                                 Named{"tanh", nn::tanh},
                                 Named{"sigmoid", nn::sigmoid},
                                 Named{"hardtanh", [](const Tensor& x) { return nn::Hardtanh{}(x); }}};

const Named& activation_named(const std::string& name) {
    std::vector<std::string_view> known;
    std::string list;
    for (const Named& row : activations) {
        if (row.name == name) return row;
        known.push_back(row.name);
        list += (list.empty() ? "" : ", ") + std::string(row.name);
    }
    throw ValueError(text("mlp: activation is one of ", list, ": got \"", name, "\"", suggestion(name, known)));
}

struct MlpNet {
    std::vector<nn::Linear> dense;
    std::string activation_name;
    Activation activation;
    bool rectified;  ///< by relu

    Tensor operator()(const Tensor& x) const {
        Tensor y = x.rank() == 2 ? x : flatten(x);
        for (std::size_t i = 0; i < dense.size(); ++i) {
            const std::string number = std::to_string(i + 1), name = "dense" + number, bend = activation_name + number;
            if (i + 1 == dense.size()) y = nn::named(name, dense[i], y);
            else if (rectified) y = nn::rectified(name, dense[i], bend, y);
            else y = nn::named(bend, activation, nn::named(name, dense[i], y));
        }
        return y;
    }
    static void visit(auto& self, auto&& f) {
        for (std::size_t i = 0; i < self.dense.size(); ++i) f("dense" + std::to_string(i + 1), self.dense[i]);
    }
};

}  // namespace

nn::Layer mlp(const Mlp& options, const nn::Init& init) {
    require(options.widths.size() >= 2,
            "mlp: widths name the inputs, the hidden layers and the outputs: there are only ", options.widths.size(),
            "; write 2-64-64-2");
    require(std::ranges::min(options.widths) >= 1, "mlp: a width must be at least 1: it is ",
            std::ranges::min(options.widths));
    const Named& chosen = activation_named(options.activation);
    MlpNet net{{}, options.activation, chosen.activation, options.activation == "relu"};
    nn::Init next = init;
    if (!chosen.rectifies) next.scheme = nn::Scheme::glorot_normal;
    for (std::size_t i = 0; i + 1 < options.widths.size(); ++i)
        net.dense.emplace_back(options.widths[i], options.widths[i + 1], nn::LinearOptions{.init = take(next)});
    return net;
}

}  // namespace gradpath::models

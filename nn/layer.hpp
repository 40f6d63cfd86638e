#pragma once
// A layer is anything callable with a Tensor. A struct that holds parameters lists them (and its children) by name:
//     static void visit(auto& self, auto&& f) { f("weight", self.weight); f("bias", self.bias); }
// Names are joined by dots along the way: "features.0.weight". Everything else (counts, files, training) follows from
// it. What is kept with the model but not trained, such as running means, is listed the same way, as a Buffer.
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

/// Numbers that belong to a model and its files but have no gradient: no optimiser sees them. How a layer gives it new
/// ones while it trains: Training::update() (training.hpp).
struct Buffer {
    Tensor value;
};

struct AnyVisitor {
    void operator()(std::string_view, auto&) const {}
};
/// Lists its parameters and children by name.
template <class M>
concept Visited = requires(M& model) {
    std::remove_const_t<M>::visit(model, AnyVisitor{});
};

enum class Role : std::uint8_t { parameter, buffer };

using ParameterVisitor = std::function<void(const std::string& name, Tensor& value)>;
using ConstParameterVisitor = std::function<void(const std::string& name, const Tensor& value)>;
using TensorVisitor = std::function<void(const std::string& name, Tensor& value, Role role)>;
using ConstTensorVisitor = std::function<void(const std::string& name, const Tensor& value, Role role)>;

/// Calls f(path, tensor, role) for each parameter and buffer below `model`, in the order of its visit; empty tensors
/// are left out.
template <class M, class F>
void walk(std::string& path, M& model, const F& f) {
    if constexpr (std::same_as<std::remove_const_t<M>, Tensor>) {
        if (model) f(path, model, Role::parameter);
    } else if constexpr (std::same_as<std::remove_const_t<M>, Buffer>) {
        if (model.value) f(path, model.value, Role::buffer);
    } else if constexpr (requires { model.each(path, f); }) {
        model.each(path, f);
    } else if constexpr (Visited<M>) {
        std::remove_const_t<M>::visit(model, [&](std::string_view name, auto& child) {
            const std::size_t before = path.size();
            if (before > 0) path += '.';
            path += name;
            walk(path, child, f);
            path.resize(before);
        });
    }
}

/// Any callable with a Tensor behind one type: a struct with parameters, a function, a lambda. A copy is a layer of its
/// own: it starts with the same parameters, and training one leaves the other as it was. One that was moved from may be
/// copied and assigned; calling or visiting it throws ValueError.
class Layer {
public:
    template <class F>
        requires(!std::same_as<std::remove_cvref_t<F>, Layer> && std::is_invocable_r_v<Tensor, const F&, const Tensor&>)
    Layer(F callable) : held_(std::make_unique<Holder<F>>(std::move(callable))) {}
    Layer(const Layer& other) : held_(other.held_ ? other.held_->copy() : nullptr) {}
    Layer(Layer&&) noexcept = default;
    Layer& operator=(const Layer& other) {
        return *this = Layer(other);
    }
    Layer& operator=(Layer&&) noexcept = default;
    ~Layer() = default;

    Tensor operator()(const Tensor& x) const { return held().call(x); }
    void each(std::string& path, const TensorVisitor& f) { held().each(path, f); }
    void each(std::string& path, const ConstTensorVisitor& f) const { std::as_const(held()).each(path, f); }
    /// What it holds, if that is an F; else nullptr.
    template <class F>
    const F* get_if() const {
        const auto* holder = dynamic_cast<const Holder<F>*>(held_.get());
        return holder != nullptr ? &holder->callable : nullptr;
    }

private:
    struct Held {
        virtual ~Held() = default;
        virtual std::unique_ptr<Held> copy() const = 0;
        virtual Tensor call(const Tensor& x) const = 0;
        virtual void each(std::string& path, const TensorVisitor& f) = 0;
        virtual void each(std::string& path, const ConstTensorVisitor& f) const = 0;
    };
    template <class F>
    struct Holder final : Held {
        explicit Holder(F f) : callable(std::move(f)) {}
        std::unique_ptr<Held> copy() const override { return std::make_unique<Holder>(callable); }
        Tensor call(const Tensor& x) const override { return callable(x); }
        void each(std::string& path, const TensorVisitor& f) override { walk(path, callable, f); }
        void each(std::string& path, const ConstTensorVisitor& f) const override { walk(path, callable, f); }
        F callable;
    };
    Held& held() const {
        require(held_ != nullptr, "layer: it must hold something to call: it was moved from; assign one to it");
        return *held_;
    }

    std::unique_ptr<Held> held_;
};

/// Calls a child under its name: what it taps inside is "name.inner", its output is tapped as "name".
template <class L>
Tensor named(std::string_view name, const L& layer, const Tensor& x) {
    Tensor y;
    {
        const TapPath path(name);
        y = layer(x);
    }
    return tap(name, y);
}

/// Layers one after the other, named "0", "1", .. by position. Without layers it returns its input.
struct Sequential {
    std::vector<Layer> layers;

    Sequential() = default;
    template <class... L>
        requires(sizeof...(L) > 0 && (std::convertible_to<L, Layer> && ...) &&
                 !(sizeof...(L) == 1 && (std::same_as<std::remove_cvref_t<L>, Sequential> && ...)))
    explicit Sequential(L... list) {
        layers.reserve(sizeof...(L));
        (layers.emplace_back(std::move(list)), ...);
    }
    Tensor operator()(const Tensor& x) const {
        Tensor y = x;
        for (std::size_t i = 0; i < layers.size(); ++i) y = named(std::to_string(i), layers[i], y);
        return y;
    }
    static void visit(auto& self, auto&& f) {
        for (std::size_t i = 0; i < self.layers.size(); ++i) f(std::to_string(i), self.layers[i]);
    }
};

/// f(name, Tensor&, Role) for every parameter and buffer, so that f may assign a new one.
template <class M>
void each_tensor(M& model, const TensorVisitor& f) {
    std::string path;
    walk(path, model, f);
}
template <class M>
void each_tensor(const M& model, const ConstTensorVisitor& f) {
    std::string path;
    walk(path, model, f);
}
/// f(name, Tensor&) for the parameters alone.
template <class M>
void each_parameter(M& model, const ParameterVisitor& f) {
    each_tensor(model, TensorVisitor([&](const std::string& name, Tensor& value, Role role) {
                    if (role == Role::parameter) f(name, value);
                }));
}
template <class M>
void each_parameter(const M& model, const ConstParameterVisitor& f) {
    each_tensor(model, ConstTensorVisitor([&](const std::string& name, const Tensor& value, Role role) {
                    if (role == Role::parameter) f(name, value);
                }));
}

struct Parameter {
    std::string name;
    Tensor value;
};
/// Names and values of those for which keep(role) holds, in the order of the visit.
template <class M>
std::vector<Parameter> tensors(const M& model, bool (*keep)(Role)) {
    std::vector<Parameter> list;
    each_tensor(model, ConstTensorVisitor([&](const std::string& name, const Tensor& value, Role role) {
                    if (keep(role)) list.push_back({name, value});
                }));
    return list;
}
/// Parameters and buffers: all that a file of the model holds.
template <class M>
std::vector<Parameter> tensors(const M& model) {
    return tensors(model, [](Role) { return true; });
}
template <class M>
std::vector<Parameter> parameters(const M& model) {
    return tensors(model, [](Role role) { return role == Role::parameter; });
}
template <class M>
std::vector<Parameter> buffers(const M& model) {
    return tensors(model, [](Role role) { return role == Role::buffer; });
}
/// How many numbers the parameters hold.
template <class M>
Index count(const M& model) {
    Index numbers = 0;
    each_parameter(model, ConstParameterVisitor([&](const std::string&, const Tensor& p) { numbers += p.size(); }));
    return numbers;
}

}  // namespace gradpath::nn

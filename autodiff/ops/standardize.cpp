// y = (x - m) s with s = 1 / √(v + ε), where m and v are mean and variance of a group of N numbers. The Jacobian of y,
// s (I - 11ᵀ/N - yyᵀ/N), is symmetric (Ioffe & Szegedy 2015, section 3, collected): standardize_vjp(y, v, g) =
// s (g - mean g - y mean(g y)) serves both directions of differentiation.
#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

kernels::Groups groups_of(const Shape& x, const Standardize& o) {
    return {x.slice(0, o.first).size(), x.slice(o.first, o.last).size(), x.slice(o.last, x.rank()).size()};
}

/// The mean over each group, shaped to broadcast against x.
Tensor group_mean(const Tensor& x, const Standardize& o) {
    Reduce others{.axes = {}, .keep = true};
    for (Index axis = 0; axis < x.rank(); ++axis)
        if (axis < o.first || axis >= o.last) others.axes.push_back(axis);
    return others.axes.empty() ? x : mean(x, others);
}
/// One number per group, shaped to broadcast against x.
Tensor spread(const Tensor& per_group, const Tensor& x, const Standardize& o) {
    Shape shape = per_group.shape();
    for (Index axis = o.last; axis < x.rank(); ++axis) shape = shape.joined({1});
    return reshape(per_group, shape);
}
/// The other way: group_mean's result as one number per group.
Tensor gathered(const Tensor& means, const Tensor& x, const Standardize& o) {
    return reshape(means, x.shape().slice(o.first, o.last));
}
double count_of(const Tensor& x, const Standardize& o) {
    const kernels::Groups s = groups_of(x.shape(), o);
    return static_cast<double>(s.outer * s.inner);
}

Tensor slope_of(const Tensor& y, const Tensor& variance, const Tensor& g, const Attributes& attributes) {
    return apply_one(standardize_vjp_row, {y, variance, g}, attributes);
}

Computed standardize_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value& x = value_of(inputs[0]);
    const auto& o = attributes.as<Standardize>();
    const Shape groups = x.shape.slice(o.first, o.last);
    Value y(x.shape, x.dtype), mean(groups, x.dtype), variance(groups, x.dtype);
    dispatch(x.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::standardize<T>(groups_of(x.shape, o), o.epsilon, x.data<T>(),
                                {y.data<T>(), mean.data<T>(), variance.data<T>()});
    });
    return {{std::move(y), std::move(mean), std::move(variance)}};
}
/// mean: 1/N · g; variance: 2 (x - m)/N · g, where x - m = y √(v + ε).
Tensors standardize_rule(const VjpCall& call) {
    const auto& o = call.attributes.as<Standardize>();
    const Tensor &x = call.x(), &y = call.outputs[0], &variance = call.outputs[2];
    const Tensor &g = call.cotangents[0], &to_mean = call.cotangents[1], &to_variance = call.cotangents[2];
    Tensor slope = g ? slope_of(y, variance, g, call.attributes) : Tensor();
    const auto add = [&](const Tensor& term) { slope = slope ? slope + term : term; };
    if (to_mean) add(broadcast_to(spread(to_mean / count_of(x, o), x, o), x.shape()));
    if (to_variance) add(y * spread(to_variance * sqrt(variance + o.epsilon) * (2 / count_of(x, o)), x, o));
    return {slope};
}
Tensors standardize_tangent(const JvpCall& call) {
    const auto& o = call.attributes.as<Standardize>();
    const Tensor &y = call.outputs[0], &variance = call.outputs[2], &t = call.tangents[0];
    return {slope_of(y, variance, t, call.attributes), gathered(group_mean(t, o), t, o),
            gathered(group_mean(t * y, o), t, o) * sqrt(variance + o.epsilon) * 2};
}
Tensors standardize_expand(std::span<const Tensor> inputs, const Attributes& attributes) {
    const auto& o = attributes.as<Standardize>();
    const Tensor& x = inputs[0];
    const Tensor mean = group_mean(x, o), centred = x - mean;
    const Tensor variance = group_mean(square(centred), o);
    return {centred / sqrt(variance + o.epsilon), gathered(mean, x, o), gathered(variance, x, o)};
}

Computed standardize_vjp_forward(std::span<const Tensor> inputs, const Attributes& attributes) {
    const Value &y = value_of(inputs[0]), &variance = value_of(inputs[1]), &g = value_of(inputs[2]);
    const auto& o = attributes.as<Standardize>();
    Value dx(y.shape, y.dtype);
    dispatch(y.dtype, [&](auto t) {
        using T = decltype(t);
        kernels::standardize_vjp<T>(groups_of(y.shape, o), o.epsilon, {y.data<T>(), variance.data<T>(), g.data<T>()},
                                    dx.data<T>());
    });
    return {{std::move(dx)}};
}
/// d = s (g - mean g - y mean(g y)) against h: in y, -s (h mean(g y) + g mean(h y)); in v, -½ Σ h d / (v + ε); in g,
/// the same op on h.
Tensors standardize_vjp_rule(const VjpCall& call) {
    const auto& o = call.attributes.as<Standardize>();
    const Tensor &y = call.x(0), &variance = call.x(1), &g = call.x(2), &h = call.g();
    Tensors slopes(3);
    if (call.wanted[0])
        slopes[0] = (h * group_mean(g * y, o) + g * group_mean(h * y, o)) / -sqrt(spread(variance + o.epsilon, y, o));
    if (call.wanted[1])
        slopes[1] = gathered(group_mean(h * call.y(), o), y, o) * (-0.5 * count_of(y, o)) / (variance + o.epsilon);
    if (call.wanted[2]) slopes[2] = slope_of(y, variance, h, call.attributes);
    return slopes;
}
Tensors standardize_vjp_expand(std::span<const Tensor> inputs, const Attributes& attributes) {
    const auto& o = attributes.as<Standardize>();
    const Tensor &y = inputs[0], &variance = inputs[1], &g = inputs[2];
    return {(g - group_mean(g, o) - y * group_mean(g * y, o)) / sqrt(spread(variance + o.epsilon, y, o))};
}

}  // namespace

const Op standardize_row{OpCode::standardize, "standardize",       standardize_forward, standardize_rule,
                         Forward::rule,       standardize_tangent, standardize_expand};
const Op standardize_vjp_row{OpCode::standardize_vjp, "standardize_vjp", standardize_vjp_forward, standardize_vjp_rule,
                             Forward::two_sweeps,     nullptr,           standardize_vjp_expand};

Standardized standardize(const Tensor& x, const Standardize& options) {
    const auto& [first, last, epsilon] = options;
    require<ShapeError>(0 <= first && first <= last && last <= x.rank(), "standardize: axes ", first, " to ", last,
                        " must be axes of x: its shape is ", x.shape());
    require<ShapeError>(count_of(x, options) > 0, "standardize: a group must hold at least one number: x has shape ",
                        x.shape(), ", and axes ", first, " to ", last, " tell the groups apart");
    require(epsilon >= 0, "standardize: epsilon must be at least 0: it is ", epsilon);
    Tensors outputs = apply(standardize_row, {x}, Attributes::of(options));
    return {std::move(outputs[0]), std::move(outputs[1]), std::move(outputs[2])};
}

}  // namespace gradpath

// Normalisations, softmax and its kin, and Dropout.
#include <algorithm>
#include <numeric>
#include <random>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

// f along one axis, which f sees as the last.
template <class F>
Tensor along(const Tensor& x, Index axis, const F& f) {
    if (axis == x.rank() - 1) return f(x);
    std::vector<Index> swap(static_cast<std::size_t>(x.rank()));
    std::iota(swap.begin(), swap.end(), Index{0});
    std::swap(swap[static_cast<std::size_t>(axis)], swap.back());
    return permute(f(permute(x, swap)), swap);
}

// Since opset 13 along one axis; before, over all axes from `axis` on as one.
template <class F>
Answer normalised_along(const Call& call, const F& f) {
    const Tensor& x = call.real(0);
    if (call.opset >= 13) return {along(x, call.axis(x.rank(), -1), f)};
    const Index named = call.integer("axis", 1), axis = named == x.rank() ? named : call.axis(x.rank(), 1);
    const Index rows = x.shape().slice(0, axis).size();
    return {reshape(f(reshape(x, Shape{rows, x.shape().slice(axis, x.rank()).size()})), x.shape())};
}

// [channels] for broadcasting with [rows, channels, ..].
Tensor per_channel(const Tensor& values, const Tensor& x) {
    require<ShapeError>(x.rank() >= 2 && values.size() == x.shape()[1],
                        "there must be one number per channel: ", values.shape(), " for ", x.shape());
    std::vector<Index> lengths(static_cast<std::size_t>(x.rank()) - 1, 1);
    lengths[0] = values.size();
    return reshape(values, Shape(std::span(lengths)));
}

std::vector<Index> all_but_channels(const Tensor& x) {
    std::vector<Index> axes;
    for (Index i = 0; i < x.rank(); ++i)
        if (i != 1) axes.push_back(i);
    return axes;
}

// y = (x - mean) scale / √(variance + epsilon) + bias, as one product and one sum.
Tensor normalised_by(const Call& call, const Tensor& x, const Tensor& mean, const Tensor& variance) {
    const Tensor factor = call.real(1) * rsqrt(variance + call.number("epsilon", 1e-5));
    return x * per_channel(factor, x) + per_channel(call.real(2) - mean * factor, x);
}

// NumPy's stream, which the conformance cases were drawn from: Mersenne twister, two draws of 27 and 26 bits a number.
std::vector<double> uniform_as_numpy(Index count, std::uint32_t seed) {
    std::mt19937 draw(seed);
    std::vector<double> numbers;
    for (Index i = 0; i < count; ++i) {
        const std::uint32_t high = static_cast<std::uint32_t>(draw()) >> 5,
                            low = static_cast<std::uint32_t>(draw()) >> 6;
        numbers.push_back((high * 67108864.0 + low) / 9007199254740992.0);
    }
    return numbers;
}

}  // namespace

Answer softmax_of(const Call& call) {
    return normalised_along(call, [](const Tensor& x) { return softmax(x); });
}

Answer log_softmax_of(const Call& call) {
    return normalised_along(call, [](const Tensor& x) { return log_softmax(x); });
}

Answer hardmax(const Call& call) {
    return normalised_along(call, [](const Tensor& x) { return one_hot(argmax(x), x.shape()[-1], x.dtype()); });
}

Answer batch_normalization(const Call& call) {
    const Tensor& x = call.real(0);
    require(call.integer("spatial", 1) == 1, "spatial must be 1");
    const bool training = call.opset < 7 ? call.integer("is_test") == 0 : call.integer("training_mode") != 0;
    if (!training) return {normalised_by(call, x, call.real(3), call.real(4))};
    per_channel(call.real(3), x);  // so that there are channels
    const std::vector<Index> axes = all_but_channels(x);
    const Tensor m = mean(x, {.axes = axes}), v = variance(x, {.axes = axes});
    const double kept = call.number("momentum", 0.9);
    return {normalised_by(call, x, m, v), call.real(3) * kept + m * (1 - kept), call.real(4) * kept + v * (1 - kept)};
}

Answer instance_normalization(const Call& call) {
    const Tensor& x = call.real(0);
    const Tensor y = standardize(x, {.first = 0, .last = 2, .epsilon = call.number("epsilon", 1e-5)}).y;
    return {y * per_channel(call.real(1), x) + per_channel(call.real(2), x)};
}

// Over the axes from `axis` on; further outputs are the means and 1 / standard deviations.
Answer layer_normalization(const Call& call) {
    const Tensor& x = call.real(0);
    const Index axis = call.axis(x.rank(), -1);
    const double epsilon = call.number("epsilon", 1e-5);
    const Shape outer = x.shape().slice(0, axis), inner = x.shape().slice(axis, x.rank());
    const Standardized s =
        standardize(reshape(x, Shape{outer.size(), inner.size()}), {.first = 0, .last = 1, .epsilon = epsilon});
    Tensor y = reshape(s.y, x.shape()) * call.real(1);
    if (call.given(2)) y = y + call.real(2);
    const Shape apart = outer.joined(Shape(std::vector<Index>(static_cast<std::size_t>(inner.rank()), 1)));
    return {y, reshape(s.mean, apart), reshape(rsqrt(s.variance + epsilon), apart)};
}

// (x - mean) / (standard deviation + 1e-9), the constant of the operator's function body.
Answer mean_variance_normalization(const Call& call) {
    const Tensor& x = call.real(0);
    const Reduce over{.axes = normal_axes(call.integers("axes", {0, 2, 3}), x.rank()), .keep = true};
    const Tensor centred = x - mean(x, over);
    return {centred / (sqrt(mean(square(centred), over)) + 1e-9)};
}

// x / (bias + alpha / size · Σ x² over `size` channels around)^beta
Answer local_response_normalization(const Call& call) {
    const Tensor& x = call.real(0);
    const Index size = call.integer("size"), channels = x.rank() > 1 ? x.shape()[1] : 0;
    require(size >= 1 && size <= 1 << 20 && channels > 0, "size must be at least 1: it is ", size);
    std::vector<Padding> around(static_cast<std::size_t>(x.rank()));
    around[1] = {(size - 1) / 2, size / 2};
    const Tensor squares = padded(square(x), around, zeros(Shape{}, x.dtype())).real();
    Tensor total = slice(squares, 1, 0, channels);
    for (Index i = 1; i < size; ++i) total = total + slice(squares, 1, i, i + channels);
    const double alpha = call.number("alpha", 1e-4) / static_cast<double>(size);
    return {x * gradpath::pow(total * alpha + call.number("bias", 1), -call.number("beta", 0.75))};
}

Answer lp_normalization(const Call& call) {
    const Tensor& x = call.real(0);
    const Index p = call.integer("p", 2);
    require(p == 1 || p == 2, "p must be 1 or 2: it is ", p);
    return {x / norm(x, static_cast<double>(p), {.axes = {call.axis(x.rank(), -1)}, .keep = true})};
}

// Only while training does it drop anything; the seed makes that repeatable.
Answer dropout(const Call& call) {
    const Value& x = call.input(0);
    const bool training = call.opset >= 12 && call.given(2) && call.whole(2).at(0) != 0;
    const double ratio = call.opset < 12 ? call.number("ratio", 0.5) : call.given(1) ? call.real(1).item() : 0.5;
    require(ratio >= 0 && ratio < 1, "ratio must lie in [0, 1): it is ", ratio);
    if (!training || ratio == 0) return {x, filled(x.shape(), 1, call.opset < 10 ? x.element() : Element::boolean)};
    std::vector<Index> keep;
    for (const double draw : uniform_as_numpy(x.size(), static_cast<std::uint32_t>(call.integer("seed"))))
        keep.push_back(draw >= ratio ? 1 : 0);
    const Value mask(x.shape(), std::move(keep), Element::boolean);
    return {x.real() * mask_of(mask, x.real().dtype()) * (1 / (1 - ratio)), mask};
}

}  // namespace gradpath::models::onnx

// One number in, one out. Formulas as the ONNX operator schemas give them, written with the engine's ops.
#include <cmath>
#include <limits>

#include <gradpath/models/onnx/elementwise.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

std::uint64_t negative(auto number) { return 0 - static_cast<std::uint64_t>(number); }

// f(number) for each number, as bool.
template <class F>
Answer asked(const Tensor& x, const F& f) {
    std::vector<Index> bits;
    for (const double number : numbers(x)) bits.push_back(f(number) ? 1 : 0);
    return {Value(x.shape(), std::move(bits), Element::boolean)};
}

// A bound of Clip: an input since opset 11, an attribute before.
Value bound(const Call& call, std::size_t i, const char* attribute) {
    if (call.given(i)) return call.input(i);
    if (!call.has(attribute)) return {};
    return filled({}, call.number(attribute, 0), call.input(0).element());
}

}  // namespace

Answer absolute(const Call& call) {
    const Value& x = call.input(0);
    if (x.is_real()) return {gradpath::abs(x.real())};
    return {mapped(x, x.element(), [](auto n) { return n < 0 ? negative(n) : static_cast<std::uint64_t>(n); })};
}

Answer negated(const Call& call) {
    const Value& x = call.input(0);
    if (x.is_real()) return {-x.real()};
    return {mapped(x, x.element(), [](auto n) { return negative(n); })};
}

Answer sign_of(const Call& call) {
    const Value& x = call.input(0);
    if (x.is_real()) return {gradpath::sign(x.real())};
    return {mapped(x, x.element(), [](auto n) { return n > 0 ? 1 : n < 0 ? -1 : 0; })};
}

Answer not_of(const Call& call) {
    return {mapped(call.input(0), Element::boolean, [](auto n) { return n == 0; })};
}

Answer rectified(const Call& call) {
    const Value& x = call.input(0);
    if (x.is_real()) return {gradpath::relu(x.real())};
    return {mapped(x, x.element(), [](auto n) { return n > 0 ? n : 0; })};
}

Answer ceil_of(const Call& call) { return {-floor(-call.real(0))}; }
Answer reciprocal(const Call& call) { return {1.0 / call.real(0)}; }
Answer softsign(const Call& call) { return {call.real(0) / (gradpath::abs(call.real(0)) + 1.0)}; }

Answer is_nan(const Call& call) {
    return asked(call.real(0), [](double x) { return std::isnan(x); });
}

Answer is_inf(const Call& call) {
    const bool below = call.integer("detect_negative", 1) != 0, above = call.integer("detect_positive", 1) != 0;
    return asked(call.real(0), [&](double x) { return std::isinf(x) && (x > 0 ? above : below); });
}

Answer clip(const Call& call) {
    Value y = call.input(0);
    if (const Value low = bound(call, 1, "min")) y = larger(y, low);
    if (const Value high = bound(call, 2, "max")) y = smaller(y, high);
    return {y};
}

// max(x, 0) + min(alpha (exp(x / alpha) - 1), 0)
Answer celu(const Call& call) {
    const double alpha = call.number("alpha", 1);
    return {alpha * gradpath::elu(call.real(0) / alpha, 1.0)};
}

Answer elu_of(const Call& call) { return {gradpath::elu(call.real(0), call.number("alpha", 1))}; }

Answer selu_of(const Call& call) {
    const double alpha = call.number("alpha", call.opset < 6 ? 1.6732 : 1.6732632423543772);
    return {call.number("gamma", call.opset < 6 ? 1.0507 : 1.0507009873554805) * gradpath::elu(call.real(0), alpha)};
}

Answer leaky(const Call& call) { return {gradpath::leaky_relu(call.real(0), call.number("alpha", 0.01))}; }

// Before opset 7 a list of slopes belongs to the channels.
Answer parametric_relu(const Call& call) {
    const Tensor& x = call.real(0);
    Tensor slope = call.real(1);
    if (call.opset < 7 && slope.rank() == 1 && x.rank() > 2) {
        std::vector<Index> lengths(static_cast<std::size_t>(x.rank()) - 1, 1);
        lengths[0] = slope.size();
        slope = reshape(slope, Shape(std::span(lengths)));
    }
    return {gradpath::leaky_relu(x, slope)};
}

Answer hard_sigmoid(const Call& call) {
    return {clamp(call.number("alpha", 0.2) * call.real(0) + call.number("beta", 0.5), 0, 1)};
}

Answer hard_swish(const Call& call) { return {call.real(0) * clamp(call.real(0) / 6.0 + 0.5, 0, 1)}; }

Answer shrink(const Call& call) {
    const Tensor x = real_of(call.input(0), call.input(0).is_real() ? call.real(0).dtype() : DType::float64);
    const double lambda = call.number("lambd", 0.5), bias = call.number("bias", 0);
    const Tensor shrunk = gradpath::where(gradpath::less(x, -lambda), x + bias,
                                          gradpath::where(gradpath::greater(x, lambda), x - bias, zeros_like(x)));
    return {cast(shrunk, call.input(0).element())};
}

Answer thresholded(const Call& call) {
    const Tensor& x = call.real(0);
    return {gradpath::where(gradpath::greater(x, call.number("alpha", 1)), x, zeros_like(x))};
}

}  // namespace gradpath::models::onnx

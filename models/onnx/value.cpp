// Whole numbers move by their places: an operator that only moves numbers is run on 0, 1, 2, .. and says where each of
// its results comes from.
#include <gradpath/models/onnx/value.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/memory_budget.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::models::onnx {
namespace {

constexpr Index most_numbers = Index{1} << 28;

struct ElementRow {
    const char* name;
    Index code;
    std::size_t bytes;
};
constexpr ElementRow elements[] = {
    {"float32", 1, 4}, {"float64", 11, 8}, {"bool", 9, 1},   {"int8", 3, 1},    {"int16", 5, 2},   {"int32", 6, 4},
    {"int64", 7, 8},   {"uint8", 2, 1},    {"uint16", 4, 2}, {"uint32", 12, 4}, {"uint64", 13, 8},
};
const ElementRow& row_of(Element element) { return elements[static_cast<std::size_t>(element)]; }

DType dtype_of_element(Element element) { return element == Element::float32 ? DType::float32 : DType::float64; }

Index truncated(double x) {
    if (std::isnan(x)) return 0;
    constexpr double end = 9223372036854775808.0;  // 2^63
    if (x >= end) return std::numeric_limits<Index>::max();
    return x < -end ? std::numeric_limits<Index>::min() : static_cast<Index>(x);
}

double as_double(Index number, Element element) {
    return element == Element::uint64 ? static_cast<double>(static_cast<std::uint64_t>(number))
                                      : static_cast<double>(number);
}

}  // namespace

bool is_real(Element element) { return element == Element::float32 || element == Element::float64; }

std::string to_text(Element element) { return row_of(element).name; }
Index code_of(Element element) { return row_of(element).code; }
std::size_t bytes_of(Element element) { return row_of(element).bytes; }

std::optional<Element> element_of(Index code) {
    for (std::size_t i = 0; i < std::size(elements); ++i)
        if (elements[i].code == code) return static_cast<Element>(i);
    return std::nullopt;
}

Index wrapped(Element element, Index number) {
    switch (element) {
        case Element::boolean: return number != 0 ? 1 : 0;
        case Element::int8: return static_cast<std::int8_t>(number);
        case Element::int16: return static_cast<std::int16_t>(number);
        case Element::int32: return static_cast<std::int32_t>(number);
        case Element::uint8: return static_cast<std::uint8_t>(number);
        case Element::uint16: return static_cast<std::uint16_t>(number);
        case Element::uint32: return static_cast<std::uint32_t>(number);
        default: return number;
    }
}

Value::Value(const Shape& shape, std::vector<Index> numbers, Element element) : element_(element) {
    require(!onnx::is_real(element), "onnx: whole numbers must have a whole element: it is ", to_text(element));
    for (Index& number : numbers) number = wrapped(element, number);
    whole_ = Indices(shape, numbers);
}

Element Value::element() const {
    if (!is_real()) return element_;
    return real_.dtype() == DType::float32 ? Element::float32 : Element::float64;
}

const Tensor& Value::real() const {
    require<DTypeError>(is_real(), "onnx: a real tensor is needed: this one is ", *this ? to_text(element_) : "absent");
    return real_;
}

const Indices& Value::whole() const {
    require<DTypeError>(*this && !is_real(), "onnx: whole numbers are needed: this tensor is ",
                        *this ? to_text(element()) : "absent");
    return whole_;
}

Value moved(const Value& x, const std::function<Tensor(const Tensor&)>& f) {
    return moved(std::vector{x}, [&](const std::vector<Tensor>& xs) { return f(xs[0]); });
}

Value moved(const std::vector<Value>& xs, const std::function<Tensor(const std::vector<Tensor>&)>& f) {
    std::vector<Tensor> parts;
    for (const Value& x : xs)
        require<DTypeError>(x.element() == xs[0].element(), "onnx: the inputs must be of one type: they are ",
                            to_text(xs[0].element()), " and ", to_text(x.element()));
    if (xs.at(0).is_real()) {
        for (const Value& x : xs) parts.push_back(x.real());
        return f(parts);
    }
    const NoRecording plain;
    std::vector<Index> all;
    for (const Value& x : xs) {
        const auto first = static_cast<double>(all.size());
        parts.push_back(reshape(arange(x.size(), DType::float64) + first, x.shape()));
        all.insert(all.end(), x.whole().data().begin(), x.whole().data().end());
    }
    const Tensor places = f(parts);
    std::vector<Index> picked;
    for (const double place : places.data<double>()) picked.push_back(all[static_cast<std::size_t>(place)]);
    return {places.shape(), std::move(picked), xs[0].element()};
}

std::vector<Index> list(const Shape& shape) { return {shape.begin(), shape.end()}; }
std::vector<Index> list(const Indices& positions) { return {positions.data().begin(), positions.data().end()}; }

std::vector<double> numbers(const Tensor& x) {
    if (x.dtype() == DType::float64) return {x.data<double>().begin(), x.data<double>().end()};
    return {x.data<float>().begin(), x.data<float>().end()};
}

Tensor real_of(const Value& x, DType dtype) {
    if (x.is_real()) return x.real().to(dtype);
    std::vector<double> values;
    for (const Index number : x.whole().data()) values.push_back(as_double(number, x.element()));
    return Tensor(x.shape(), std::span<const double>(values)).to(dtype);
}

Value truth(const Tensor& mask) {
    std::vector<Index> bits;
    for (const double m : numbers(mask)) bits.push_back(m != 0 ? 1 : 0);
    return {mask.shape(), std::move(bits), Element::boolean};
}

Tensor mask_of(const Value& truth, DType dtype) { return real_of(truth, dtype); }

Value cast(const Value& x, Element element) {
    if (is_real(element)) return real_of(x, dtype_of_element(element));
    if (!x.is_real()) return {x.shape(), list(x.whole()), element};
    std::vector<Index> whole;
    for (const double number : numbers(x.real()))
        whole.push_back(element == Element::boolean ? Index{number != 0} : truncated(number));
    return {x.shape(), std::move(whole), element};
}

Value filled(const Shape& shape, double value, Element element) {
    if (is_real(element)) return full(shape, value, dtype_of_element(element));
    return {shape, std::vector<Index>(static_cast<std::size_t>(shape.size()), truncated(value)), element};
}

Shape bounded(const std::vector<Index>& lengths) {
    const Shape shape{std::span(lengths)};
    require<ShapeError>(shape.size() <= most_numbers, "onnx: a tensor must have at most 2^28 numbers: this one is ",
                        shape);
    memory::Budget::check(static_cast<std::size_t>(shape.size()) * sizeof(Index));
    return shape;
}

}  // namespace gradpath::models::onnx

// Operators that know shapes, types and constants, and no numbers of their inputs.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

Value listed(std::vector<Index> numbers) {
    const Index count = static_cast<Index>(numbers.size());
    return {Shape{count}, std::move(numbers)};
}

// The element that an attribute names by its number in the format; `otherwise` where there is none.
Element element_named(const Call& call, const char* attribute, Element otherwise) {
    if (!call.has(attribute)) return otherwise;
    const auto element = element_of(call.integer(attribute));
    require(element.has_value(), attribute, " must be a supported data type: it is ", call.integer(attribute));
    return *element;
}

Index count_between(Index first, Index last, Index step) {
    require(step != 0, "the step must not be 0");
    const auto [from, to] = step > 0 ? std::pair{first, last} : std::pair{last, first};
    if (to <= from) return 0;
    const std::uint64_t way = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    const std::uint64_t stride = step > 0 ? static_cast<std::uint64_t>(step) : 0 - static_cast<std::uint64_t>(step);
    return static_cast<Index>(std::min((way - 1) / stride, std::uint64_t{1} << 40)) + 1;
}

}  // namespace

Answer constant(const Call& call) {
    require(call.node.attributes.size() == 1, "there must be one value");
    if (const Attribute* value = call.find("value")) return {std::get<Value>(*value)};
    if (call.has("value_int")) return {Value(Shape{}, {call.integer("value_int")})};
    if (call.has("value_ints")) return {listed(call.integers("value_ints"))};
    if (call.has("value_float")) return {scalar(call.number("value_float", 0))};
    const auto& values = std::get<std::vector<double>>(*call.find("value_floats"));
    return {Tensor({static_cast<Index>(values.size())}, std::span<const double>(values)).to(DType::float32)};
}

Answer constant_of_shape(const Call& call) {
    const Shape shape = bounded(call.whole(0));
    const Attribute* value = call.find("value");
    if (value == nullptr) return {zeros(shape)};
    const Value& one = std::get<Value>(*value);
    require<ShapeError>(one.size() == 1, "value must be one number: its shape is ", one.shape());
    return {moved(one, [&](const Tensor& t) { return broadcast_to(reshape(t, Shape{}), shape); })};
}

Answer identity(const Call& call) { return {call.input(0)}; }

Answer shape_of(const Call& call) {
    const Shape& shape = call.input(0).shape();
    const Index rank = shape.rank();
    const auto place = [&](const char* attribute, Index otherwise) {
        const Index named = call.integer(attribute, otherwise);
        return std::clamp(named < 0 ? named + rank : named, Index{0}, rank);
    };
    const Index first = place("start", 0), last = std::max(place("end", rank), first);
    return {listed(list(shape.slice(first, last)))};
}

Answer size_of_all(const Call& call) { return {Value(Shape{}, {call.input(0).size()})}; }

Answer cast_to(const Call& call) {
    const Value& x = call.input(0);
    if (const Attribute* to = call.find("to"); to != nullptr && std::holds_alternative<std::string>(*to)) {  // opset 1
        for (Index code = 0; code < 32; ++code)
            if (element_of(code) && to_text(*element_of(code)) == std::get<std::string>(*to))
                return {cast(x, *element_of(code))};
        throw ValueError(text("to must be a supported data type: it is ", std::get<std::string>(*to)));
    }
    return {cast(x, element_named(call, "to", x.element()))};
}

Answer cast_like(const Call& call) { return {cast(call.input(0), call.input(1).element())}; }

Answer eye_like(const Call& call) {
    const Shape& shape = call.input(0).shape();
    require<ShapeError>(shape.rank() == 2, "a matrix is needed: got ", shape);
    const Index k = call.integer("k");
    std::vector<Index> ones;
    for (Index i = 0; i < shape[0]; ++i)
        for (Index j = 0; j < shape[1]; ++j) ones.push_back(j - i == k ? 1 : 0);
    const Value eye(shape, std::move(ones));
    return {cast(eye, element_named(call, "dtype", call.input(0).element()))};
}

Answer range(const Call& call) {
    const Value &first = call.input(0), &last = call.input(1), &step = call.input(2);
    if (first.is_real()) {
        const double from = first.real().item(), by = step.real().item();
        const double count = std::max(std::ceil((last.real().item() - from) / by), 0.0);
        require<ShapeError>(count <= 1e9, "a range must have an end: from ", from, " to ", last.real().item(), " by ",
                            by);
        const Shape shape = bounded({static_cast<Index>(count)});
        return {arange(shape.size(), first.real().dtype()) * by + from};
    }
    const Index from = first.whole()[0], by = step.whole()[0];
    const Shape shape = bounded({count_between(from, call.whole(1).at(0), by)});
    std::vector<Index> numbers;
    for (Index i = 0; i < shape.size(); ++i) numbers.push_back(from + i * by);
    return {Value(shape, std::move(numbers), first.element())};
}

}  // namespace gradpath::models::onnx

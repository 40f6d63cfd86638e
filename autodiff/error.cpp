// How facts print in messages: shapes as tuples, numbers in the shortest form that reads back exactly.
#include <gradpath/autodiff/error.hpp>

#include <charconv>
#include <cmath>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath {

std::string to_text(std::string_view text) { return std::string(text); }

std::string to_text(const Shape& shape) {
    std::string joined = "(";
    for (const Index length : shape) joined += (joined.size() > 1 ? ", " : "") + std::to_string(length);
    return joined + (shape.rank() == 1 ? ",)" : ")");
}

std::string to_text(DType dtype) { return dtype == DType::float32 ? "float32" : "float64"; }

std::string to_text(double value) {
    if (std::isnan(value)) return "nan";
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    return {digits, end.ptr};
}

std::string to_text(bool value) { return value ? "true" : "false"; }

void Fact::append_to(std::string& text) const {
    switch (kind) {
        case Kind::string: text.append(string.data, string.size); break;
        case Kind::shape: text += to_text(*shape); break;
        case Kind::dtype: text += to_text(dtype); break;
        case Kind::number: text += to_text(number); break;
        case Kind::truth: text += to_text(truth); break;
        case Kind::whole: text += to_text(whole); break;
        case Kind::natural: text += to_text(natural); break;
    }
}

std::string joined(std::initializer_list<Fact> facts) {
    std::string text;
    for (const Fact& fact : facts) fact.append_to(text);
    return text;
}

}  // namespace gradpath

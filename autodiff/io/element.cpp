// A stored type and a wanted type meet in one template, `convert`; a switch over the stored type picks its instance.
// Half precision: 1 sign, 5 exponent and 10 fraction bits (IEEE 754); its subnormals are fraction · 2⁻²⁴, exact in
// float32. bfloat16 is the upper half of a float32.
#include <gradpath/autodiff/io/element.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include <gradpath/autodiff/node.hpp>

namespace gradpath::io {
namespace {

struct Half {
    std::uint16_t bits;
    operator float() const {
        const std::uint32_t sign = std::uint32_t{bits} >> 15 << 31, exponent = bits >> 10 & 31, fraction = bits & 1023;
        if (exponent == 0)
            return std::copysign(std::ldexp(static_cast<float>(fraction), -24), sign != 0 ? -1.0f : 1.0f);
        const std::uint32_t biased = exponent == 31 ? 255 : exponent + 127 - 15;
        return std::bit_cast<float>(sign | biased << 23 | fraction << 13);
    }
};

struct Brain {
    std::uint16_t bits;
    operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

struct Boolean {
    std::uint8_t byte;
    operator std::int8_t() const { return byte != 0 ? 1 : 0; }
};

// Calls f(Stored{}) with the C++ type of an element.
template <class F>
auto with_type(Element element, F&& f) {
    switch (element) {
        case Element::f16: return f(Half{});
        case Element::bf16: return f(Brain{});
        case Element::f32: return f(float{});
        case Element::f64: return f(double{});
        case Element::boolean: return f(Boolean{});
        case Element::i8: return f(std::int8_t{});
        case Element::u8: return f(std::uint8_t{});
        case Element::i16: return f(std::int16_t{});
        case Element::u16: return f(std::uint16_t{});
        case Element::i32: return f(std::int32_t{});
        case Element::u32: return f(std::uint32_t{});
        case Element::i64: break;
    }
    return f(std::int64_t{});
}

template <class Stored, class Wanted>
void convert(std::string_view bytes, Wanted* y) {
    for (std::size_t i = 0; i < bytes.size() / sizeof(Stored); ++i) {
        Stored x;  // the bytes may be unaligned
        std::memcpy(&x, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        y[i] = static_cast<Wanted>(x);
    }
}

}  // namespace

std::size_t size_of(Element element) {
    return with_type(element, [](auto stored) { return sizeof(stored); });
}

const char* to_text(Element element) {
    constexpr std::array names{"float16", "bfloat16", "float32", "float64", "bool",   "int8",
                               "uint8",   "int16",    "uint16",  "int32",   "uint32", "int64"};
    return names[static_cast<std::size_t>(element)];
}

bool is_float(Element element) { return element <= Element::f64; }

Shape checked_shape(const Fault& fault, std::span<const Index> lengths, Element element) {
    fault.unless(lengths.size() <= static_cast<std::size_t>(Shape::max_rank),
                 "at most 8 axes are supported: ", lengths.size());
    constexpr Index max_bytes = Index{1} << 60;  // more than any machine, less than a Shape's bound
    auto bytes = static_cast<Index>(size_of(element));
    for (const Index length : lengths) {
        fault.unless(length >= 0, "lengths must not be negative: ", length);
        fault.unless(!__builtin_mul_overflow(bytes, std::max<Index>(length, 1), &bytes) && bytes <= max_bytes,
                     "the shape's size overflows");
    }
    return Shape(lengths);
}

Tensor tensor_of(Element element, const Shape& shape, std::string_view bytes, DType dtype) {
    Value value(shape, dtype);
    dispatch(dtype, [&]<Real T>(T) {
        with_type(element, [&]<class Stored>(Stored) { convert<Stored>(bytes, value.data<T>()); });
    });
    return make_tensor(std::move(value));
}

Indices indices_of(const Fault& fault, Element element, const Shape& shape, std::string_view bytes) {
    fault.unless(!is_float(element), "positions must be integers but the file holds floating-point numbers");
    std::vector<Index> values(static_cast<std::size_t>(shape.size()));
    with_type(element, [&]<class Stored>(Stored) { convert<Stored>(bytes, values.data()); });
    return Indices(shape, values);
}

std::string row_major(std::string_view bytes, const Shape& shape, std::size_t element_bytes) {
    const auto rank = static_cast<std::size_t>(shape.rank());
    std::array<std::size_t, Shape::max_rank> stride{}, at{};
    std::size_t step = element_bytes;
    for (std::size_t axis = 0; axis < rank; ++axis) {
        stride[axis] = step;
        step *= static_cast<std::size_t>(shape[static_cast<Index>(axis)]);
    }
    std::string result(bytes.size(), '\0');
    std::size_t source = 0;
    for (std::size_t done = 0; done < result.size(); done += element_bytes) {
        std::memcpy(result.data() + done, bytes.data() + source, element_bytes);
        for (std::size_t axis = rank; axis-- > 0;) {  // the next position, last axis fastest
            source += stride[axis];
            if (++at[axis] < static_cast<std::size_t>(shape[static_cast<Index>(axis)])) break;
            source -= stride[axis] * at[axis];
            at[axis] = 0;
        }
    }
    return result;
}

std::string_view bytes_of(const Tensor& t) {
    return dispatch(t.dtype(), [&]<Real T>(T) {
        const std::span<const T> numbers = t.data<T>();
        return std::string_view(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
    });
}

std::string_view bytes_of(const Indices& positions) {
    const std::span<const Index> numbers = positions.data();
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

}  // namespace gradpath::io

#pragma once
// Errors say the rule, show the facts and point to the way out: "op: rule: facts; way out". Tests assert the text.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gradpath {

class Shape;
enum class DType : std::uint8_t;

/// Base of every error this library throws.
class Error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};
class ShapeError : public Error {
    using Error::Error;
};  ///< sizes do not fit
class DTypeError : public Error {
    using Error::Error;
};  ///< float32 met float64
class ValueError : public Error {
    using Error::Error;
};  ///< an argument breaks its rule
class IoError : public Error {
    using Error::Error;
};  ///< a file is missing, malformed or cannot be written
class NumericError : public Error {
    using Error::Error;
};  ///< numbers cannot go on: a NaN or Inf, a singular matrix
class Cancelled : public Error {
    using Error::Error;
};  ///< the caller's cancel flag was set

std::string to_text(std::string_view text);
inline std::string to_text(const char* text) { return text; }  // else a literal would rather become a bool
std::string to_text(const Shape& shape);                       ///< (2, 3)
std::string to_text(DType dtype);                              ///< float32
std::string to_text(double value);                             ///< the shortest form that reads back exactly
std::string to_text(bool value);
template <std::integral I>
    requires(!std::same_as<I, bool>)
std::string to_text(I value) { return std::to_string(value); }

/// One argument of text(), held as it is: nothing is written before the text is asked for.
class Fact {
public:
    Fact(std::string_view value) : kind(Kind::string), string{value.data(), value.size()} {}
    Fact(const std::string& value) : Fact(std::string_view(value)) {}
    Fact(const char* value) : Fact(std::string_view(value)) {}
    Fact(const Shape& value) : kind(Kind::shape), shape(&value) {}
    Fact(DType value) : kind(Kind::dtype), dtype(value) {}
    Fact(double value) : kind(Kind::number), number(value) {}
    Fact(bool value) : kind(Kind::truth), truth(value) {}
    template <std::signed_integral I>
    Fact(I value) : kind(Kind::whole), whole(value) {}
    template <std::unsigned_integral I>
        requires(!std::same_as<I, bool>)
    Fact(I value) : kind(Kind::natural), natural(value) {}

    void append_to(std::string& text) const;

private:
    enum class Kind : std::uint8_t { string, shape, dtype, number, truth, whole, natural } kind;
    struct Characters {
        const char* data;
        std::size_t size;
    };
    union {
        Characters string;
        const Shape* shape;
        DType dtype;
        double number;
        bool truth;
        long long whole;
        unsigned long long natural;
    };
};

std::string joined(std::initializer_list<Fact> facts);

template <class E>
[[noreturn, gnu::noinline, gnu::cold]] void fail(std::initializer_list<Fact> facts) {
    throw E(joined(facts));
}

/// Joins its arguments into one string: text("axis ", 3, " of ", shape). Inlined, because every list of argument types
/// would else be a function of its own: a third of the library was such functions.
template <class... Facts>
[[gnu::always_inline]] inline std::string text(const Facts&... facts) {
    return joined({Fact(facts)...});
}

/// Throws E with the joined facts unless `ok`. The text is built only on failure.
template <class E = ValueError, class... Facts>
[[gnu::always_inline]] inline void require(bool ok, const Facts&... facts) {
    if (!ok) [[unlikely]]
        fail<E>({Fact(facts)...});
}

}  // namespace gradpath

#pragma once
// Errors say the rule, show the facts and point to the way out: "op: rule: facts; way out". Tests assert the text.
#include <concepts>
#include <cstdint>
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

/// Joins its arguments into one string: text("axis ", 3, " of ", shape).
template <class... Parts>
std::string text(const Parts&... parts) {
    std::string joined;
    (joined.append(to_text(parts)), ...);
    return joined;
}

/// Throws E with the joined parts unless `ok`. The text is built only on failure.
template <class E = ValueError, class... Parts>
void require(bool ok, const Parts&... parts) {
    if (!ok) [[unlikely]]
        throw E(text(parts...));
}

}  // namespace gradpath

#pragma once
// The number types found in files, and their way into tensors. All files here are little-endian, as is the machine.
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::io {

static_assert(std::endian::native == std::endian::little,
              "tensor files are read and written on little-endian machines");

struct NamedTensor {
    std::string name;
    Tensor value;
};
struct NamedIndices {
    std::string name;
    Indices value;
};

enum class Element : std::uint8_t { f16, bf16, f32, f64, boolean, i8, u8, i16, u16, i32, u32, i64 };

std::size_t size_of(Element element);  ///< bytes
bool is_float(Element element);
const char* to_text(Element element);  ///< as NumPy names them: float16, .. bool, int8, ..

/// The shape a header claims. Reports a rank above eight, a negative length, or more than 2⁶⁰ bytes (zero-length axes
/// do not excuse the others).
Shape checked_shape(const Fault& fault, std::span<const Index> lengths, Element element);

/// `bytes` hold shape.size() elements in row-major order. f16 and bf16 become their exact float32, integers are rounded
/// to the dtype's nearest number, any boolean byte but 0 is 1.
Tensor tensor_of(Element element, const Shape& shape, std::string_view bytes, DType dtype);
/// The same for integers and booleans; throws IoError through `fault` for floats.
Indices indices_of(const Fault& fault, Element element, const Shape& shape, std::string_view bytes);
/// The bytes of elements stored first axis fastest, put into row-major order.
std::string row_major(std::string_view bytes, const Shape& shape, std::size_t element_bytes);

/// A tensor's, or positions', numbers as the bytes of a file; valid as long as the argument.
std::string_view bytes_of(const Tensor& t);
std::string_view bytes_of(const Indices& positions);

}  // namespace gradpath::io

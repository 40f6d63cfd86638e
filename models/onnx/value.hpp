#pragma once
// What flows through an ONNX graph: real tensors, which have derivatives, and whole numbers for shapes, positions and
// conditions, which are kept as int64 and never pass through floating point.
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::models::onnx {

enum class Element : std::uint8_t {
    float32,
    float64,
    boolean,
    int8,
    int16,
    int32,
    int64,
    uint8,
    uint16,
    uint32,
    uint64,
};
bool is_real(Element element);
std::string to_text(Element element);  ///< float32, int64, bool, ..
Index code_of(Element element);        ///< its number in the format, TensorProto.DataType
std::size_t bytes_of(Element element);
/// Nothing for what is not supported: string, float16, bfloat16, complex.
std::optional<Element> element_of(Index code);

/// A tensor of any element this importer knows; a default one stands for an input that was left out.
class Value {
public:
    Value() = default;
    Value(Tensor real) : real_(std::move(real)) {}
    /// Whole numbers, each brought into the range of its element. uint64 above 2^63 is kept by its bits.
    Value(const Shape& shape, std::vector<Index> numbers, Element element = Element::int64);

    explicit operator bool() const { return real_ || element_ != Element::float32; }
    bool is_real() const { return static_cast<bool>(real_); }
    Element element() const;
    const Shape& shape() const { return is_real() ? real_.shape() : whole_.shape(); }
    Index size() const { return shape().size(); }
    /// Throws DTypeError for the other kind.
    const Tensor& real() const;
    Tensor& real() { return const_cast<Tensor&>(std::as_const(*this).real()); }  ///< to be given other numbers
    const Indices& whole() const;

private:
    Tensor real_;
    Indices whole_;
    Element element_ = Element::float32;
};

/// The number that an element keeps of a wider one: its low bits; 0 or 1 for bool.
Index wrapped(Element element, Index number);

// --- moving numbers about
// ---------------------------------------------------------------------------------------------
/// f only moves numbers (reshapes, picks, repeats). Real tensors go through it; of whole numbers their places do, so
/// that each movement is written once, on tensors, and the numbers stay exact. Places are below 2^53.
Value moved(const Value& x, const std::function<Tensor(const Tensor&)>& f);
/// The same of several values of one element: f gets one tensor for each.
Value moved(const std::vector<Value>& xs, const std::function<Tensor(const std::vector<Tensor>&)>& f);

// --- helpers of the operators
// -----------------------------------------------------------------------------------------
std::vector<Index> list(const Shape& shape);
std::vector<Index> list(const Indices& positions);
std::vector<double> numbers(const Tensor& x);     ///< of either dtype
Tensor real_of(const Value& x, DType dtype);      ///< whole numbers, too, rounded to nearest
Value truth(const Tensor& mask);                  ///< a mask of 0 and 1 as bool
Tensor mask_of(const Value& truth, DType dtype);  ///< and back
Value cast(const Value& x, Element element);      ///< towards 0; beyond the range of int64 its ends, NaN 0
Value filled(const Shape& shape, double value, Element element);
/// A shape that a file asks for. Throws ShapeError above 2^28 numbers: more is a mistake or an attack; ValueError
/// beyond the budget of an import.
Shape bounded(const std::vector<Index>& lengths);

}  // namespace gradpath::models::onnx

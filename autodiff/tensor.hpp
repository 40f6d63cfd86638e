#pragma once
// Tensor: a cheap value handle on an immutable node. Copies share; nothing that a Tensor shows ever changes.
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/shape.hpp>

namespace gradpath {

struct Node;

/// A dense row-major array of float32 or float64, and the node of the graph that made it.
class Tensor {
public:
    Tensor() = default;  ///< "no tensor": tests false, and every other question throws ValueError
    /// Copies the numbers. Throws ShapeError unless the span holds shape.size() of them.
    Tensor(const Shape& shape, std::span<const float> values);
    Tensor(const Shape& shape, std::span<const double> values);
    /// The numbers in row-major order, as literals: Tensor({2, 2}, {1, 2, 3, 4}).
    Tensor(const Shape& shape, std::initializer_list<double> values, DType dtype = DType::float32);

    Tensor(const Tensor& other) noexcept;
    Tensor(Tensor&& other) noexcept : node_(std::exchange(other.node_, nullptr)), output_(other.output_) {}
    Tensor& operator=(const Tensor& other) noexcept;
    Tensor& operator=(Tensor&& other) noexcept;
    ~Tensor();

    explicit operator bool() const { return node_ != nullptr; }
    DType dtype() const;
    const Shape& shape() const;
    Index rank() const { return shape().rank(); }
    Index size() const { return shape().size(); }
    Index rows() const;  ///< length of the leading axis. Throws ShapeError for rank 0
    /// The numbers, row-major; valid as long as this or a copy lives. Throws DTypeError for the other dtype.
    template <Real T>
    std::span<const T> data() const;
    /// The one number. Throws ShapeError unless size() is 1, DTypeError for the other dtype.
    template <Real T>
    T item() const;
    double item() const;          ///< the one number of either dtype, as a double
    double at(Index flat) const;  ///< one number of either dtype by its row-major position, as a double
    /// The same numbers in a dtype (rounded to nearest); differentiable. The tensor itself if it has it already.
    Tensor to(DType dtype) const;
    bool is_tracked() const;  ///< does a derivative flow through it?

    // For op authors and graph readers: see graph.hpp and ops/op.hpp.
    const Node* node() const { return node_; }
    std::uint32_t output() const { return output_; }
    Tensor(Node* node, std::uint32_t output) noexcept;  ///< shares the node

private:
    Node* node_ = nullptr;
    std::uint32_t output_ = 0;
};

/// A new leaf with the same numbers: differentiate with respect to it.
Tensor tracked(const Tensor& x);
/// The same numbers without their history.
Tensor detached(const Tensor& x);

Tensor zeros(const Shape& shape, DType dtype = DType::float32);
Tensor ones(const Shape& shape, DType dtype = DType::float32);
Tensor full(const Shape& shape, double value, DType dtype = DType::float32);
Tensor arange(Index count, DType dtype = DType::float32);  ///< 0, 1, .., count-1
Tensor identity_matrix(Index size, DType dtype = DType::float32);
/// One number, shape {}.
Tensor scalar(double value, DType dtype = DType::float32);
/// zeros and ones of another's shape and dtype.
Tensor zeros_like(const Tensor& x);
Tensor ones_like(const Tensor& x);
/// Equal shapes, dtypes and bits.
bool same_bits(const Tensor& a, const Tensor& b);

/// Integers with a shape and no graph: labels, positions. argmax returns them; gather and one_hot take them.
class Indices {
public:
    Indices() = default;
    Indices(const Shape& shape, std::span<const Index> values);
    Indices(std::initializer_list<Index> values);  ///< rank 1

    const Shape& shape() const { return shape_; }
    Index size() const { return shape_.size(); }
    std::span<const Index> data() const;
    Index operator[](Index flat) const { return data()[static_cast<std::size_t>(flat)]; }

private:
    Shape shape_{0};
    std::shared_ptr<const std::vector<Index>> values_;
};

}  // namespace gradpath

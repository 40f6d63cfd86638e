// Handles, nodes and buffers: three reference counts. A node is freed by a loop: its inputs are queued on the thread
// that lets go last, so that a chain of a million nodes needs no stack.
#include <gradpath/autodiff/tensor.hpp>

#include <algorithm>
#include <cstring>
#include <new>

#include <gradpath/autodiff/counter.hpp>
#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/node.hpp>

namespace gradpath {

// --- Buffer: the count stands in front of the numbers, on a cache line of its own ------------------------------------

struct alignas(64) Buffer::Block {
    std::atomic<std::uint32_t> holders{1};
    std::size_t bytes;  // of the whole block
    void* numbers() { return this + 1; }
};

Buffer::Buffer(std::size_t bytes) {
    const std::size_t whole = sizeof(Block) + bytes;
    block_ = ::new (memory::allocate(whole)) Block{.holders = 1, .bytes = whole};
}

Buffer::Buffer(const Buffer& other) noexcept : block_(other.block_) {
    if (block_) count_up(block_->holders, 1u);
}

Buffer::~Buffer() {
    if (block_ && count_down(block_->holders, 1u) == 1) memory::release(block_, block_->bytes);
}

void* Buffer::data() const { return block_ ? block_->numbers() : nullptr; }
bool Buffer::shared() const { return block_ && block_->holders.load(std::memory_order_acquire) > 1; }

Value::Value(const Shape& lengths, DType scalar)
    : shape(lengths), dtype(scalar), buffer(static_cast<std::size_t>(lengths.size()) * size_of(scalar)) {}

// --- Node ------------------------------------------------------------------------------------------------------------

namespace {

std::atomic<std::uint64_t> next_serial{1};
[[gnu::tls_model("initial-exec")]] constinit thread_local Node* to_free = nullptr;
[[gnu::tls_model("initial-exec")]] constinit thread_local bool freeing = false;
[[gnu::tls_model("initial-exec")]] constinit thread_local Context thread_context{};

}  // namespace

Context& context() { return thread_context; }

Node* Node::make() {
    Node* node = new Node;
    node->serial = count_up(next_serial, std::uint64_t{1});
    return node;
}

void Node::retain(const Node* node) noexcept {
    if (node) count_up(const_cast<Node*>(node)->references, 1u);
}

void Node::release(const Node* shared) noexcept {
    Node* node = const_cast<Node*>(shared);
    if (!node || count_down(node->references, 1u) != 1) return;
    node->next_to_free = std::exchange(to_free, node);
    if (freeing) return;
    freeing = true;
    while (to_free) {
        Node* next = to_free;
        to_free = next->next_to_free;
        delete next;  // its inputs, if nobody else holds them, join the queue
    }
    freeing = false;
}

Tensor make_tensor(Value value) {
    Node* node = Node::make();
    node->outputs.push_back(std::move(value));
    return Tensor(node, 0);
}

const Value& value_of(const Tensor& t) {
    require(t.node() != nullptr, "tensor: this is no tensor; it was never given a value");
    return t.node()->outputs[t.output()];
}

Tensor output_of(const Node* node, std::size_t i) {
    return Tensor(const_cast<Node*>(node), static_cast<std::uint32_t>(i));
}

// --- Tensor ----------------------------------------------------------------------------------------------------------

Tensor::Tensor(Node* node, std::uint32_t output) noexcept : node_(node), output_(output) { Node::retain(node_); }
Tensor::Tensor(const Tensor& other) noexcept : node_(other.node_), output_(other.output_) { Node::retain(node_); }
Tensor::~Tensor() { Node::release(node_); }

Tensor& Tensor::operator=(const Tensor& other) noexcept {
    Tensor copy(other);
    return *this = std::move(copy);
}

Tensor& Tensor::operator=(Tensor&& other) noexcept {
    std::swap(node_, other.node_);
    std::swap(output_, other.output_);
    return *this;
}

namespace {

template <Real T, class Values>
Tensor filled(const Shape& shape, const Values& values, DType dtype = dtype_of<T>) {
    require<ShapeError>(static_cast<Index>(values.size()) == shape.size(), "tensor: shape ", shape, " holds ",
                        shape.size(), " numbers: got ", values.size());
    Value value(shape, dtype);
    if constexpr (std::same_as<typename Values::value_type, T>)
        std::copy(values.begin(), values.end(), value.data<T>());
    else std::transform(values.begin(), values.end(), value.data<T>(), [](auto x) { return static_cast<T>(x); });
    return make_tensor(std::move(value));
}

}  // namespace

Tensor::Tensor(const Shape& shape, std::span<const float> values) : Tensor(filled<float>(shape, values)) {}
Tensor::Tensor(const Shape& shape, std::span<const double> values) : Tensor(filled<double>(shape, values)) {}
Tensor::Tensor(const Shape& shape, std::initializer_list<double> values, DType dtype)
    : Tensor(dtype == DType::float32 ? filled<float>(shape, values) : filled<double>(shape, values)) {}

DType Tensor::dtype() const { return value_of(*this).dtype; }
const Shape& Tensor::shape() const { return value_of(*this).shape; }
bool Tensor::is_tracked() const { return node_ && node_->tracked; }

Index Tensor::rows() const {
    require<ShapeError>(rank() >= 1, "rows: a tensor of shape () has no leading axis");
    return shape()[0];
}

template <Real T>
std::span<const T> Tensor::data() const {
    const Value& value = value_of(*this);
    require<DTypeError>(value.dtype == dtype_of<T>, "data: the tensor is ", value.dtype, ": asked for ", dtype_of<T>,
                        "; convert with .to()");
    return {value.data<T>(), static_cast<std::size_t>(value.shape.size())};
}

template <Real T>
T Tensor::item() const {
    require<ShapeError>(size() == 1, "item: the tensor must hold one number: its shape is ", shape());
    return data<T>()[0];
}

double Tensor::item() const {
    require<ShapeError>(size() == 1, "item: the tensor must hold one number: its shape is ", shape());
    return at(0);
}

double Tensor::at(Index flat) const {
    require<ShapeError>(0 <= flat && flat < size(), "at: position ", flat, " is not in 0 .. ", size() - 1);
    const auto i = static_cast<std::size_t>(flat);
    return dtype() == DType::float32 ? static_cast<double>(data<float>()[i]) : data<double>()[i];
}

template std::span<const float> Tensor::data<float>() const;
template std::span<const double> Tensor::data<double>() const;
template float Tensor::item<float>() const;
template double Tensor::item<double>() const;

Tensor tracked(const Tensor& x) {
    const Value& value = value_of(x);  // throws where there is none, and so before the node is made
    Node* node = Node::make();
    node->outputs.push_back(value);
    node->tracked = true;
    return Tensor(node, 0);
}

Tensor detached(const Tensor& x) { return make_tensor(value_of(x)); }

template <Real T>
T* own(Tensor& t) {
    require<DTypeError>(t.dtype() == dtype_of<T>, "own: the tensor is ", t.dtype(), ": asked for ", dtype_of<T>);
    const Node* node = t.node();
    const bool alone = node->references.load(std::memory_order_acquire) == 1 && node->op == nullptr && !node->tracked &&
                       !value_of(t).buffer.shared();
    if (!alone) t = Tensor(t.shape(), t.data<T>());
    return value_of(t).template data<T>();
}
template float* own<float>(Tensor&);
template double* own<double>(Tensor&);

// --- makers ----------------------------------------------------------------------------------------------------------

Tensor full(const Shape& shape, double number, DType dtype) {
    Value value(shape, dtype);
    dispatch(dtype,
             [&](auto t) { kernels::fill(value.data<decltype(t)>(), static_cast<decltype(t)>(number), shape.size()); });
    return make_tensor(std::move(value));
}

Tensor zeros(const Shape& shape, DType dtype) { return full(shape, 0, dtype); }
Tensor ones(const Shape& shape, DType dtype) { return full(shape, 1, dtype); }
Tensor scalar(double value, DType dtype) { return full({}, value, dtype); }
Tensor zeros_like(const Tensor& x) { return full(x.shape(), 0, x.dtype()); }
Tensor ones_like(const Tensor& x) { return full(x.shape(), 1, x.dtype()); }

Tensor arange(Index count, DType dtype) {
    require(count >= 0, "arange: the count must not be negative: got ", count);
    Value value({count}, dtype);
    dispatch(dtype, [&](auto t) {
        for (Index i = 0; i < count; ++i) value.data<decltype(t)>()[i] = static_cast<decltype(t)>(i);
    });
    return make_tensor(std::move(value));
}

Tensor identity_matrix(Index size, DType dtype) {
    Value value({size, size}, dtype);
    dispatch(dtype, [&](auto t) {
        using T = decltype(t);
        std::fill_n(value.data<T>(), size * size, T(0));
        for (Index i = 0; i < size; ++i) value.data<T>()[i * size + i] = T(1);
    });
    return make_tensor(std::move(value));
}

bool same_bits(const Tensor& a, const Tensor& b) {
    const Value &va = value_of(a), &vb = value_of(b);
    return va.dtype == vb.dtype && va.shape == vb.shape &&
           std::memcmp(va.buffer.data(), vb.buffer.data(),
                       static_cast<std::size_t>(va.shape.size()) * size_of(va.dtype)) == 0;
}

// --- Indices ---------------------------------------------------------------------------------------------------------

Indices::Indices(const Shape& shape, std::span<const Index> values)
    : shape_(shape), values_(std::make_shared<const std::vector<Index>>(values.begin(), values.end())) {
    require<ShapeError>(static_cast<Index>(values.size()) == shape.size(), "indices: shape ", shape, " holds ",
                        shape.size(), " numbers: got ", values.size());
}

Indices::Indices(std::initializer_list<Index> values)
    : Indices(Shape{static_cast<Index>(values.size())}, std::span<const Index>(values.begin(), values.size())) {}

std::span<const Index> Indices::data() const {
    return values_ ? std::span<const Index>(*values_) : std::span<const Index>();
}

}  // namespace gradpath

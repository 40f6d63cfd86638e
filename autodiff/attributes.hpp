#pragma once
// The option structs of the ops, as nodes carry them: what a reader of a graph sees under Step::attributes. Ops that
// are not named here carry none.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath {

/// An option struct, type-erased and immutable. A small one lives inside, which spares the op that carries it an
/// allocation.
class Attributes {
public:
    Attributes() = default;
    template <class T>
    static Attributes of(T options) {
        Attributes a;
        a.type_ = &typeid(T);
        if constexpr (small<T>) new (a.inside_) T(options);
        else a.held_ = std::make_shared<const T>(std::move(options));
        return a;
    }
    /// Valid as long as this object lives. Throws ValueError if they are not of type T.
    template <class T>
    const T& as() const {
        require(type_ != nullptr && *type_ == typeid(T),
                "attributes: these are not the options asked for; attributes.hpp lists what each op carries");
        if constexpr (small<T>) return *std::launder(reinterpret_cast<const T*>(inside_));
        else return *static_cast<const T*>(held_.get());
    }
    explicit operator bool() const { return type_ != nullptr; }

private:
    template <class T>
    static constexpr bool small = std::is_trivially_copyable_v<T> && sizeof(T) <= 16 && alignof(T) <= 8;

    alignas(8) std::byte inside_[16]{};
    std::shared_ptr<const void> held_;
    const std::type_info* type_ = nullptr;
};

// reshape, broadcast_to, sum_to: Shape, of the result · matmul: Matmul · standardize, standardize_vjp: Standardize
// solve: Solve · triangular_solve: TriangularSolve · cast: DType · tap: std::string, its path

struct ReduceAttributes {  ///< sum, max, logsumexp: axes first .. last-1 become length 1
    Index first, last;
};
struct PermuteAttributes {
    std::vector<Index> axes;  ///< axis i of the result is axes[i] of x
};
struct CumsumAttributes {
    Index axis;
    Cumsum options;
};
struct ConcatAttributes {
    Index axis;
};
struct SplitAttributes {
    Index axis;
    std::vector<Index> lengths;
};
struct
    SliceAttributes {  ///< elements first, first + step, .. of an axis, without `last`, which is first + count * step
    Index axis, first, last, step = 1;
};
struct PadAttributes {
    std::vector<Padding> axes;
    double value;
};
struct GatherAttributes {  ///< gather, take_along_axis and their adjoints: `length` is that of the axis taken from
    Indices positions;
    Index axis, length;
};
struct Conv2dAttributes {  ///< conv2d, conv2d_bias and the two adjoints
    Conv2d options;
    Shape x, weight;
    bool per_row = false;  ///< conv2d_weight_vjp: one weight per row
};
struct Pool2dAttributes {  ///< both pools and their adjoints
    Pool2d options;
    Shape x;
    /// Of max_pool2d_vjp and max_pool2d_gather: for each output, the position of its winner in its plane of x.
    std::shared_ptr<const std::int32_t[]> winners = nullptr;
};
struct CrossEntropyAttributes {  ///< cross_entropy and cross_entropy_vjp
    Indices labels;
};

}  // namespace gradpath

#pragma once
// The bridge to xtensor, the one public header that includes it: link with the dependency gradpath-xtensor. Tensors
// are seen as xtensor arrays without a copy, and made from any xtensor expression.
#include <algorithm>
#include <concepts>
#include <type_traits>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xexpression_traits.hpp>
#include <xtensor/xnoalias.hpp>

namespace gradpath {

// In C++20 mode g++ takes the shape of an xarray for the fixed-size one of an xtensor, and evaluates every expression
// of dynamic rank into four axes; -fno-new-ttp-matching prevents it. Compilers without the flag match rightly by
// themselves.
using DynamicSum = decltype(std::declval<const xt::xarray<double>&>() + std::declval<const xt::xarray<double>&>());
static_assert(std::is_same_v<xt::temporary_type_t<DynamicSum>, xt::xarray<double>>,
              "xtensor evaluates wrongly under these flags: compile with -fno-new-ttp-matching, which the dependency "
              "gradpath-xtensor (pkg-config, CMake: gradpath::xtensor) adds");

namespace detail {

inline std::vector<std::size_t> lengths(const Shape& shape) {
    std::vector<std::size_t> lengths(static_cast<std::size_t>(shape.rank()));
    std::transform(shape.begin(), shape.end(), lengths.begin(), [](Index n) { return static_cast<std::size_t>(n); });
    return lengths;
}

template <class E>
Shape shape_of(const E& expression) {
    const auto& lengths = expression.shape();
    return Shape(std::span<const Index>(std::vector<Index>(lengths.begin(), lengths.end())));
}

}  // namespace detail

/// The numbers of a tensor as a read-only xtensor array of dynamic rank, without a copy; valid as long as the tensor
/// or a copy of it lives, hence not for temporaries. Throws DTypeError for the other dtype.
template <Real T>
auto view(const Tensor& t) {
    return xt::adapt(t.data<T>().data(), t.data<T>().size(), xt::no_ownership(), detail::lengths(t.shape()));
}
template <Real T>
auto view(const Tensor&& t) = delete;

/// The same for indices.
inline auto view(const Indices& i) {
    return xt::adapt(i.data().data(), i.data().size(), xt::no_ownership(), detail::lengths(i.shape()));
}
auto view(const Indices&& i) = delete;

/// Evaluates an xtensor expression of float or double into a tensor of that dtype. Throws ShapeError above rank eight.
template <class E>
    requires Real<typename E::value_type> Tensor tensor_from(const xt::xexpression<E>& expression) {
        using T = typename E::value_type;
        const xt::xarray<T, xt::layout_type::row_major> values = expression.derived_cast();
        return Tensor(detail::shape_of(values), std::span<const T>(values.data(), values.size()));
    }

/// Evaluates an xtensor expression of integers into indices. Throws ShapeError above rank eight.
template <class E>
    requires(std::integral<typename E::value_type>)
Indices indices_from(const xt::xexpression<E>& expression) {
    const xt::xarray<Index, xt::layout_type::row_major> values = xt::cast<Index>(expression.derived_cast());
    return Indices(detail::shape_of(values), std::span<const Index>(values.data(), values.size()));
}

}  // namespace gradpath

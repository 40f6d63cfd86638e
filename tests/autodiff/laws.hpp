#pragma once
// What laws on random shapes are stated with: shapes and tensors to draw, and xtensor's arrays to compare with.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/autodiff/xtensor.hpp>

namespace gradpath::tests {

inline std::vector<Index> random_lengths(Index least_rank = 0) {
    const auto rank = *rc::gen::inRange<Index>(least_rank, 5);
    return *rc::gen::container<std::vector<Index>>(static_cast<std::size_t>(rank), rc::gen::inRange<Index>(1, 6));
}

inline Tensor draw(const std::vector<Index>& lengths, std::uint64_t stream) {
    return random::uniform(Shape(std::span<const Index>(lengths)), -1, 1,
                           {.seed = *rc::gen::arbitrary<std::uint64_t>(), .stream = stream, .dtype = DType::float64});
}

/// An integer in low .. high-1.
inline Index any(Index low, Index high) { return *rc::gen::inRange<Index>(low, high); }

inline xt::xarray<double> copy_of(const Tensor& t) { return gradpath::view<double>(t); }

/// The largest difference; the shapes must agree.
inline double distance(const Tensor& a, const xt::xarray<double>& b) {
    RC_ASSERT(static_cast<std::size_t>(a.size()) == b.size());
    const xt::xarray<double> mine = copy_of(a);
    RC_ASSERT(std::equal(mine.shape().begin(), mine.shape().end(), b.shape().begin(), b.shape().end()));
    double most = 0;
    for (std::size_t i = 0; i < b.size(); ++i) most = std::max(most, std::abs(mine.flat(i) - b.flat(i)));
    return most;
}

inline void holds(const char* law, auto&& property) { CHECK_MESSAGE(rc::check(law, property), law); }

}  // namespace gradpath::tests

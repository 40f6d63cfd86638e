#pragma once
// Counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011). A draw depends on seed, stream and position only,
// so the same seed gives the same bits on any number of threads, and float32 is the rounded float64.
#include <array>
#include <cstdint>
#include <span>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::random {

struct Random {
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;  ///< independent draws under one seed
    DType dtype = DType::float32;
};

/// The block cipher itself: ten rounds on a counter under a key.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key);
/// 53-bit uniform in [0, 1) at a position of a stream.
double uniform_at(std::uint64_t seed, std::uint64_t stream, std::uint64_t position);

Tensor uniform(const Shape& shape, double low, double high, const Random& options);
Tensor normal(const Shape& shape, const Random& options);                         ///< mean 0, standard deviation 1
Tensor bernoulli(const Shape& shape, double probability, const Random& options);  ///< 1 with the probability, else 0
Indices permutation(Index count, std::uint64_t seed, std::uint64_t stream = 0);   ///< each order equally likely
Indices integers(const Shape& shape, Index below, std::uint64_t seed,
                 std::uint64_t stream = 0);  ///< uniform in [0, below)

}  // namespace gradpath::random

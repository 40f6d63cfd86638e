// Philox 4x32-10: a counter of four words is scrambled under a key of two by ten rounds of multiplications, so draw
// number i of a stream is a function of (seed, stream, i) and nothing else. The key is the seed; the counter is the
// position (low words) and the stream (high words). One block of the cipher holds two draws of 64 bits; a uniform is
// the upper 53 of them, a normal pair is one block through Box and Muller's transform.
// Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#include <gradpath/autodiff/random.hpp>

#include <cmath>
#include <numbers>
#include <numeric>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/node.hpp>

namespace gradpath::random {
namespace {

using Block = std::array<std::uint32_t, 4>;

// Numbers per block of a parallel loop; even, so that a Box-Muller pair never straddles two blocks.
constexpr Index grain = 1 << 14;

std::uint32_t low_word(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t high_word(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

// The two 64-bit draws at positions 2·pair and 2·pair + 1.
std::array<std::uint64_t, 2> draws(std::uint64_t seed, std::uint64_t stream, std::uint64_t pair) {
    const Block b = philox({low_word(pair), high_word(pair), low_word(stream), high_word(stream)},
                           {low_word(seed), high_word(seed)});
    return {std::uint64_t{b[1]} << 32 | b[0], std::uint64_t{b[3]} << 32 | b[2]};
}

double unit(std::uint64_t draw) { return static_cast<double>(draw >> 11) * 0x1p-53; }

// Uniform in 0 .. below-1, every value equally likely: draws below 2⁶⁴ mod `below` would favour the small values and
// are thrown away. A new attempt takes the position with another top word, far beyond any array.
std::uint64_t integer_at(std::uint64_t seed, std::uint64_t stream, std::uint64_t position, std::uint64_t below) {
    const std::uint64_t excess = (0 - below) % below;
    for (std::uint64_t attempt = 0;; ++attempt) {
        const std::uint64_t draw = draws(seed, stream, position / 2 + (attempt << 48))[position % 2];
        if (draw >= excess) return draw % below;
    }
}

// A tensor of numbers made in pairs, number 2·pair and the next; the last pair is cut where the count is odd.
template <class F>
Tensor generate(const Shape& shape, DType dtype, const F& pair_of) {
    Value result(shape, dtype);
    dispatch(dtype, [&]<Real T>(T) {
        T* y = result.data<T>();
        kernels::parallel_for(shape.size(), grain, [&](Index first, Index last) {
            for (Index i = first; i < last; i += 2) {
                const std::array<double, 2> pair = pair_of(static_cast<std::uint64_t>(i / 2));
                y[i] = static_cast<T>(pair[0]);
                if (i + 1 < last) y[i + 1] = static_cast<T>(pair[1]);
            }
        });
    });
    return make_tensor(std::move(result));
}

}  // namespace

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) {
    constexpr std::uint64_t multiplier0 = 0xD2511F53, multiplier1 = 0xCD9E8D57;
    constexpr std::uint32_t weyl0 = 0x9E3779B9, weyl1 = 0xBB67AE85;  // golden ratio, √3 - 1: the key schedule
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = multiplier0 * counter[0], p1 = multiplier1 * counter[2];
        counter = {high_word(p1) ^ counter[1] ^ key[0], low_word(p1),  //
                   high_word(p0) ^ counter[3] ^ key[1], low_word(p0)};
        key = {key[0] + weyl0, key[1] + weyl1};
    }
    return counter;
}

double uniform_at(std::uint64_t seed, std::uint64_t stream, std::uint64_t position) {
    return unit(draws(seed, stream, position / 2)[position % 2]);
}

Tensor uniform(const Shape& shape, double low, double high, const Random& options) {
    require(std::isfinite(low) && std::isfinite(high) && low <= high,
            "uniform: the bounds must be finite and in order: low ", low, ", high ", high);
    return generate(shape, options.dtype, [&](std::uint64_t pair) -> std::array<double, 2> {
        const auto [a, b] = draws(options.seed, options.stream, pair);
        return {std::lerp(low, high, unit(a)), std::lerp(low, high, unit(b))};
    });
}

Tensor normal(const Shape& shape, const Random& options) {
    return generate(shape, options.dtype, [&](std::uint64_t pair) -> std::array<double, 2> {
        const auto [a, b] = draws(options.seed, options.stream, pair);
        const double radius = std::sqrt(-2 * std::log(1 - unit(a)));  // 1 - u is never 0
        const double angle = 2 * std::numbers::pi * unit(b);
        return {radius * std::cos(angle), radius * std::sin(angle)};
    });
}

Tensor bernoulli(const Shape& shape, double probability, const Random& options) {
    require(probability >= 0 && probability <= 1, "bernoulli: the probability must lie in [0, 1] but is ", probability);
    return generate(shape, options.dtype, [&](std::uint64_t pair) -> std::array<double, 2> {
        const auto [a, b] = draws(options.seed, options.stream, pair);
        return {unit(a) < probability ? 1.0 : 0.0, unit(b) < probability ? 1.0 : 0.0};
    });
}

Indices permutation(Index count, std::uint64_t seed, std::uint64_t stream) {
    require(count >= 0, "permutation: the count must not be negative but is ", count);
    std::vector<Index> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), Index{0});
    for (std::uint64_t i = order.size(); i > 1; --i)  // Fisher and Yates, from the end
        std::swap(order[i - 1], order[integer_at(seed, stream, i - 1, i)]);
    return Indices(Shape{count}, order);
}

Indices integers(const Shape& shape, Index below, std::uint64_t seed, std::uint64_t stream) {
    require(below >= 1, "integers: the bound must be at least 1 but is ", below);
    std::vector<Index> values(static_cast<std::size_t>(shape.size()));
    kernels::parallel_for(shape.size(), grain, [&](Index first, Index last) {
        for (auto i = static_cast<std::uint64_t>(first); i < static_cast<std::uint64_t>(last); ++i)
            values[i] = static_cast<Index>(integer_at(seed, stream, i, static_cast<std::uint64_t>(below)));
    });
    return Indices(shape, values);
}

}  // namespace gradpath::random

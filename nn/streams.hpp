#pragma once
// One seed serves a whole run; each use draws from streams of its own. Initial weights take streams counted from 0.
#include <cstdint>

namespace gradpath::nn {

/// The order of the examples in an epoch.
constexpr std::uint64_t shuffle_stream(std::uint64_t epoch) { return (std::uint64_t{1} << 62) | epoch; }
/// How the images of an epoch are moved, and the noise on the batches of it; an epoch has room for 2³² batches.
constexpr std::uint64_t motion_stream(std::uint64_t epoch) { return (std::uint64_t{1} << 61) | epoch; }
constexpr std::uint64_t noise_stream(std::uint64_t epoch, std::uint64_t batch) {
    return (std::uint64_t{3} << 60) | (epoch << 32) | batch;
}
/// The mask of the call-th dropout of a training step; a step has room for 65,536.
constexpr std::uint64_t dropout_stream(std::uint64_t step, std::uint64_t call) {
    return (std::uint64_t{1} << 63) | (step << 16) | (call & 0xffff);
}

}  // namespace gradpath::nn

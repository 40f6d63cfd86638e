#pragma once
// One seed serves a whole run; each use draws from streams of its own. Initial weights take streams counted from 0.
#include <cstdint>

namespace gradpath::nn {

/// The order of the examples in an epoch.
constexpr std::uint64_t shuffle_stream(std::uint64_t epoch) { return (std::uint64_t{1} << 62) | epoch; }
/// The mask of the call-th dropout of a training step; a step has room for 65,536.
constexpr std::uint64_t dropout_stream(std::uint64_t step, std::uint64_t call) {
    return (std::uint64_t{1} << 63) | (step << 16) | (call & 0xffff);
}

}  // namespace gradpath::nn

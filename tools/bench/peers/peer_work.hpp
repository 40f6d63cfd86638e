#pragma once
// What the peers run: a list of pieces of work per library, each prepared when it is first asked for.
#include <functional>
#include <string>
#include <vector>

#include <gradpath/tools/bench/measure.hpp>

namespace gradpath::bench {

struct PeerWork {
    std::string workload;
    const char* peer;
    std::function<Run()> prepare;
};

std::vector<PeerWork> openblas_work();
std::vector<PeerWork> onednn_work();
std::vector<PeerWork> libtorch_work();
std::string openblas_version();
std::string onednn_version();
std::string libtorch_version();

/// The same numbers in -1 .. 1 each time, without a pattern that matters.
inline std::vector<float> numbers(std::size_t count) {
    std::vector<float> list(count);
    unsigned state = 1;
    for (float& number : list) {
        state = state * 1664525u + 1013904223u;  // Numerical Recipes' quick generator
        number = static_cast<float>(state >> 8) / static_cast<float>(1u << 23) - 1.0f;
    }
    return list;
}

}  // namespace gradpath::bench

#pragma once
// How fast is fast enough: ours / reference at most. A reference is a peer, or what the machine allows.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradpath::bench {

namespace reference {
inline constexpr const char *openblas = "OpenBLAS", *onednn = "oneDNN", *libtorch = "libtorch", *pytorch = "PyTorch";
inline constexpr const char* peak = "peak";              ///< the time that its arithmetic takes at the measured peak
inline constexpr const char* one_thread = "one thread";  ///< its own time on one thread
inline constexpr const char* ig = "our IG";              ///< Integrated Gradients of as many steps, by this library
inline constexpr const char* budget = "150 ns";          ///< for an op on 16 numbers
inline constexpr const char* faults = "no page faults";  ///< of training steps: the ratio counts minor ones per step
}  // namespace reference

struct Bar {
    std::string workload;
    const char* reference;
    double most;  ///< ratio at one thread
};
/// The whole table.
const std::vector<Bar>& bars();
/// At this number of threads; nothing where there is no bar.
std::optional<double> bar_of(std::string_view workload, std::string_view reference, int threads);

}  // namespace gradpath::bench

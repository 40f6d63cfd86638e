#include <gradpath/tools/bench/peak.hpp>

#include <algorithm>
#include <vector>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/tools/bench/measure.hpp>

namespace gradpath::bench {
namespace {

/// Seconds.
double shortest(const Run& run, const MeasurePeak& options) {
    Stopwatch watch(run, options.min_seconds);
    double least = watch.repetition().by(options.clock);
    for (int i = 1; i < options.repetitions; ++i) least = std::min(least, watch.repetition().by(options.clock));
    return 1e-3 * least;
}

}  // namespace

Peak measure_peak(int threads, const MeasurePeak& options) {
    constexpr Index groups = 64, rounds = 4096, numbers = Index{16} << 20;
    std::vector<float> chains(groups * kernels::chain_group, 1);
    const double arithmetic = shortest([&] { kernels::multiply_add_chains(chains.data(), groups, rounds); }, options);
    std::vector<float> a(numbers, 1), b(numbers, 2), sum(numbers);
    const double traffic =
        shortest([&] { kernels::binary(OpCode::add, a.data(), 1, b.data(), 1, sum.data(), numbers); }, options);
    return {.threads = threads,
            .gflops = 2e-9 * groups * kernels::chain_group * rounds / arithmetic,
            .gbytes = 3e-9 * sizeof(float) * numbers / traffic};
}

}  // namespace gradpath::bench

#include <gradpath/tools/bench/peak.hpp>

#include <algorithm>
#include <vector>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/tools/bench/measure.hpp>

namespace gradpath::bench {
namespace {

double shortest(const Run& run, int repetitions, double min_seconds) {
    Stopwatch watch(run, min_seconds);
    double least = watch.repetition().milliseconds;
    for (int i = 1; i < repetitions; ++i) least = std::min(least, watch.repetition().milliseconds);
    return 1e-3 * least;
}

}  // namespace

Peak measure_peak(int threads, int repetitions, double min_seconds) {
    constexpr Index groups = 64, rounds = 4096, numbers = Index{16} << 20;
    std::vector<float> chains(groups * kernels::chain_group, 1);
    const double arithmetic = shortest([&] { kernels::multiply_add_chains(chains.data(), groups, rounds); },
                                       repetitions, min_seconds);
    std::vector<float> a(numbers, 1), b(numbers, 2), sum(numbers);
    const double traffic =
        shortest([&] { kernels::binary(OpCode::add, a.data(), 1, b.data(), 1, sum.data(), numbers); }, repetitions,
                 min_seconds);
    return {.threads = threads,
            .gflops = 2e-9 * groups * kernels::chain_group * rounds / arithmetic,
            .gbytes = 3e-9 * sizeof(float) * numbers / traffic};
}

}  // namespace gradpath::bench

// Google Benchmark decides how often to run and takes the time; its own output is swallowed.
#include <gradpath/tools/bench/measure.hpp>

#include <sys/resource.h>

#include <stdexcept>

#include <benchmark/benchmark.h>

namespace gradpath::bench {
namespace {

long minor_faults() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

class Catch : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& report) override {
        for (const Run& run : report) {
            if (run.error_occurred) throw std::runtime_error("bench: " + run.error_message);
            runs = run.iterations;
            seconds = run.real_accumulated_time / static_cast<double>(run.iterations);
        }
    }
    benchmark::IterationCount runs = 0;
    double seconds = 0;
};

}  // namespace

Timing measure(const Run& run, double min_seconds, std::int64_t runs) {
    long faults = 0;
    auto* const work = benchmark::RegisterBenchmark("work", [&](benchmark::State& state) {
        const long before = minor_faults();
        for ([[maybe_unused]] auto again : state) run();
        faults = minor_faults() - before;
    });
    work->UseRealTime();
    if (runs > 0) work->Iterations(runs);
    else work->MinTime(min_seconds);
    Catch caught;
    benchmark::RunSpecifiedBenchmarks(&caught, "work");
    benchmark::ClearRegisteredBenchmarks();
    return {1e3 * caught.seconds, caught.runs, static_cast<double>(faults) / static_cast<double>(caught.runs)};
}

}  // namespace gradpath::bench

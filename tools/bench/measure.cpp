// Google Benchmark decides how often to run and takes the time; its own output is swallowed.
#include <gradpath/tools/bench/measure.hpp>

#include <sys/resource.h>

#include <stdexcept>

#include <benchmark/benchmark.h>

namespace gradpath::bench {
namespace {

struct Used {
    double processor_seconds, minor_faults;
};

Used used_so_far() {
    rusage own{}, children{};
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return {seconds(own.ru_utime) + seconds(own.ru_stime) + seconds(children.ru_utime) + seconds(children.ru_stime),
            static_cast<double>(own.ru_minflt)};
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
    Used used{};
    auto* const work = benchmark::RegisterBenchmark("work", [&](benchmark::State& state) {
        const Used before = used_so_far();
        for ([[maybe_unused]] auto again : state) run();
        const Used after = used_so_far();
        used = {after.processor_seconds - before.processor_seconds, after.minor_faults - before.minor_faults};
    });
    work->UseRealTime();
    if (runs > 0) work->Iterations(runs);
    else work->MinTime(min_seconds);
    Catch caught;
    benchmark::RunSpecifiedBenchmarks(&caught, "work");
    benchmark::ClearRegisteredBenchmarks();
    const auto count = static_cast<double>(caught.runs);
    return {1e3 * caught.seconds, 1e3 * used.processor_seconds / count, used.minor_faults / count, caught.runs};
}

}  // namespace gradpath::bench

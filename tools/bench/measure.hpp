#pragma once
// One repetition of a measurement. The program and its peers, each a process of its own, measure by this same code.
#include <cstdint>
#include <functional>

namespace gradpath::bench {

using Run = std::function<void()>;

struct Timing {
    double milliseconds;  ///< of one run: wall-clock time
    std::int64_t runs;
    double minor_faults;  ///< of one run: pages that the kernel handed to this process
};

/// Runs as often as `min_seconds` take, unless `runs` says how often. Throws std::runtime_error where this program was
/// built without Google Benchmark.
Timing measure(const Run& run, double min_seconds, std::int64_t runs = 0);

/// Repetitions of one piece of work: the first finds out how often to run, after two runs that fill caches and pools;
/// the others run as often.
class Stopwatch {
public:
    Stopwatch(Run run, double min_seconds) : run_(std::move(run)), min_seconds_(min_seconds) {}
    Timing repetition() {
        if (runs_ == 0) run_(), run_();
        const Timing timing = measure(run_, min_seconds_, runs_);
        runs_ = timing.runs;
        return timing;
    }

private:
    Run run_;
    double min_seconds_;
    std::int64_t runs_ = 0;
};

}  // namespace gradpath::bench

#pragma once
// What the machine can do at most with the instruction set in force: the roof over all kernels.
#include <gradpath/tools/bench/measure.hpp>

namespace gradpath::bench {

struct Peak {
    int threads;
    double gflops;  ///< chains of float32 multiply-adds that wait for nothing
    double gbytes;  ///< per second: two arrays of 64 MiB added into a third, counting what is read and written
};
struct MeasurePeak {
    int repetitions;  ///< of which the best counts
    double min_seconds;
    Clock clock;
};
/// With the threads in force, which are so many.
Peak measure_peak(int threads, const MeasurePeak& options);

}  // namespace gradpath::bench

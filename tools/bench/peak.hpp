#pragma once
// What the machine can do at most with the instruction set in force: the roof over all kernels.
namespace gradpath::bench {

struct Peak {
    int threads;
    double gflops;  ///< chains of float32 multiply-adds that wait for nothing
    double gbytes;  ///< per second: two arrays of 64 MiB added into a third, counting what is read and written
};
/// With the threads in force; the best of `repetitions`.
Peak measure_peak(int threads, int repetitions, double min_seconds);

}  // namespace gradpath::bench

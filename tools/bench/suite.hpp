#pragma once
// Measures workloads, and peers on the same work in turns with ours, so that what else the machine does meets both.
#include <atomic>
#include <functional>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include <gradpath/tools/bench/peak.hpp>
#include <gradpath/tools/bench/process.hpp>
#include <gradpath/tools/bench/workload.hpp>

namespace gradpath::bench {

struct Suite {
    std::regex filter = {};  ///< of names of workloads: those in which it is found
    std::vector<int> threads = {1};
    int repetitions = 7;       ///< of which the median counts
    double min_seconds = 0.05; ///< of one repetition
    std::vector<Command> peers = {};
    std::uint64_t seed = 0;
    const std::atomic<bool>* cancel = nullptr;  ///< looked at before each repetition; set: throws Cancelled
    /// Before each workload: its name, how many are done and how many there are.
    std::function<void(const std::string& workload, std::size_t done, std::size_t all)> tell = {};
};

/// Medians of one workload.
struct Measured {
    std::string workload;
    Layer layer;
    int threads;
    double milliseconds, minor_faults;  ///< of one run
    double flops, bytes;                ///< as prepared
};
/// Ours beside one reference: a peer, or what the machine allows (bars.hpp).
struct Row {
    Measured ours;
    std::string reference = {};  ///< empty: there is none
    std::optional<double> reference_ms = {}, ratio = {}, bar = {};
    bool met() const { return ratio && bar && *ratio <= *bar; }
};
struct Results {
    std::vector<Peak> peaks;  ///< for each number of threads
    std::vector<Row> rows;
    std::map<std::string, std::string> versions = {};  ///< of the peers

    std::optional<double> gflops(const Measured& m) const;
    std::optional<double> fraction_of_peak(const Measured& m) const;
    const Peak& peak(int threads) const;
};

/// Throws std::runtime_error where a peer fails, or without Google Benchmark; leaves the number of threads as it was.
Results measure(const Suite& suite);

}  // namespace gradpath::bench

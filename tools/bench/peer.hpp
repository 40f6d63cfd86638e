#pragma once
// A peer is another program that measures identical work: its libraries, threads and symbols never meet ours. Started
// as PROGRAM MIN_SECONDS FOLDER, it first prints {"peers": {"oneDNN": "2.6.3"}, "rows": [{"peer", "workload"}]}; then
// it answers each line "WORKLOAD PEER" with one repetition, {"ms": 1.25, "cpu_ms": 1.2} of wall-clock and processor
// time, or with {"error": "why not"}.
#include <map>
#include <string>
#include <vector>

#include <gradpath/tools/bench/process.hpp>
#include <gradpath/tools/bench/workload.hpp>

namespace gradpath::bench {

class Peer {
public:
    Peer(const Command& program, double min_seconds, const Setting& setting);

    const std::map<std::string, std::string>& versions() const { return versions_; }
    /// The names under which it measures this workload.
    std::vector<std::string> names_for(const std::string& workload) const;
    /// One repetition by a clock, "ms" or "cpu_ms". Throws std::runtime_error with what the peer says where it cannot.
    double milliseconds(const std::string& workload, const std::string& name, const char* clock);

private:
    std::string program_;
    Dialogue dialogue_;
    std::map<std::string, std::string> versions_ = {};
    std::multimap<std::string, std::string> rows_ = {};
};

/// Those that were built beside this program: libtorch, oneDNN and OpenBLAS, and PyTorch where Python has it. Throws
/// std::runtime_error where there are none.
std::vector<Command> built_peers();

}  // namespace gradpath::bench

#pragma once
// What is measured: a list of workloads per layer of the system. To add one, add it to its layer's file; with a peer or
// a bar, in bars.cpp and in peers/, too.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gradpath/tools/bench/measure.hpp>

namespace gradpath::bench {

/// Other work of ours that a workload is measured beside.
struct Beside {
    std::string name;  ///< of the reference, in the table of bars
    Run run;
};
/// Data in place, ready to run again and again.
struct Prepared {
    Run run;
    double flops = 0;                   ///< of one run; 0: arithmetic is not what it is about
    double bytes = 0;                   ///< that one run must move at least; 0: unknown
    std::optional<Beside> beside = {};  ///< is run in turns with it
};
struct Setting {
    std::uint64_t seed = 0;        ///< of all data
    std::filesystem::path folder;  ///< for files that workloads and peers share: explain_folder() fills it
};
struct Workload {
    std::string name;
    std::function<Prepared(const Setting&)> prepare;
};

std::vector<Workload> kernel_workloads();
std::vector<Workload> op_workloads();
std::vector<Workload> training_workloads();
std::vector<Workload> attribution_workloads();
std::vector<Workload> geometry_workloads();
/// All of them.
std::vector<Workload> workloads();

/// Writes net.safetensors (LeNet-5) and image.npy, which the row explain-process and its peer explain.
void write_explain_files(const Setting& setting);

}  // namespace gradpath::bench

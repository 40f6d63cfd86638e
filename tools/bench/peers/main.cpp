// gradpath_bench_peers MIN_SECONDS FOLDER: the other end of tools/bench/peer.hpp. It shares no library with gradpath.
#include <cstdlib>
#include <iostream>
#include <optional>

#include <gradpath/tools/bench/peers/peer_work.hpp>

namespace {

using namespace gradpath::bench;

std::string quoted(const std::string& words) { return "\"" + words + "\""; }

std::vector<PeerWork> all_work() {
    std::vector<PeerWork> all = openblas_work();
    for (const auto& list : {onednn_work(), libtorch_work()}) all.insert(all.end(), list.begin(), list.end());
    return all;
}

void say_hello(const std::vector<PeerWork>& all) {
    std::cout << "{\"peers\": {\"OpenBLAS\": " << quoted(openblas_version())
              << ", \"oneDNN\": " << quoted(onednn_version()) << ", \"libtorch\": " << quoted(libtorch_version())
              << "}, \"rows\": [";
    const char* separator = "";
    for (const PeerWork& work : all) {
        std::cout << separator << "{\"workload\": " << quoted(work.workload) << ", \"peer\": " << quoted(work.peer)
                  << "}";
        separator = ", ";
    }
    std::cout << "]}" << std::endl;
}

/// The work asked for last, ready.
struct Current {
    std::string request = {};
    std::optional<Stopwatch> watch = {};
};

std::string answer(const std::vector<PeerWork>& all, const std::string& request, double min_seconds, Current& current) {
    if (current.request != request) {
        current = {};
        for (const PeerWork& work : all)
            if (work.workload + " " + work.peer == request) current = {request, Stopwatch(work.prepare(), min_seconds)};
        if (!current.watch) return "{\"error\": \"unknown\"}";
    }
    const Timing timing = current.watch->repetition();
    return "{\"ms\": " + std::to_string(timing.milliseconds) +
           ", \"cpu_ms\": " + std::to_string(timing.processor_milliseconds) + "}";
}

}  // namespace

int main(int count, char** words) {
    const double min_seconds = count > 1 ? std::atof(words[1]) : 0.05;
    const std::vector<PeerWork> all = all_work();
    say_hello(all);
    Current current;
    for (std::string request; std::getline(std::cin, request);) {
        try {
            std::cout << answer(all, request, min_seconds, current) << std::endl;
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
            return 1;
        }
    }
}

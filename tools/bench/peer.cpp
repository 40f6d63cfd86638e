#include <gradpath/tools/bench/peer.hpp>

#include <stdexcept>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/threads.hpp>

namespace gradpath::bench {
namespace {

using Json = nlohmann::json;

Command with_arguments(Command program, double min_seconds, const Setting& setting) {
    program.push_back(to_text(min_seconds));
    program.push_back(setting.folder);
    return program;
}

/// As many threads as we use, and no wider instructions where that can be told.
Variables environment() {
    const std::string threads = std::to_string(gradpath::threads());
    Variables variables{"OMP_NUM_THREADS=" + threads, "OPENBLAS_NUM_THREADS=" + threads};
    if (std::string_view(isa()) == "avx2")
        variables.insert(variables.end(),
                         {"ONEDNN_MAX_CPU_ISA=AVX2", "OPENBLAS_CORETYPE=Haswell", "ATEN_CPU_CAPABILITY=avx2"});
    return variables;
}

/// What `take` makes of the next line. Throws std::runtime_error where it is not what was agreed.
template <class Take>
auto hear(Dialogue& dialogue, const std::string& program, const Take& take) {
    const std::string line = dialogue.listen();
    try {
        return take(Json::parse(line));
    } catch (const Json::exception&) {
        throw std::runtime_error(text("bench: ", program, " does not talk as tools/bench/peer.hpp says: ", line));
    }
}

/// Empty where there is none: the rows from C++ remain. Debian's torch belongs to Debian's Python, which need not be
/// the first on the path.
std::string python_with_torch() {
    for (const std::string python : {"python3", "/usr/bin/python3"}) {
        try {
            run_silently({python, "-c", "import torch"});
            return python;
        } catch (const std::runtime_error&) {
            continue;
        }
    }
    return {};
}

}  // namespace

Peer::Peer(const Command& program, double min_seconds, const Setting& setting)
    : program_(program.back()), dialogue_(with_arguments(program, min_seconds, setting), environment()) {
    hear(dialogue_, program_, [&](const Json& hello) {
        versions_ = hello.at("peers").get<std::map<std::string, std::string>>();
        for (const Json& row : hello.at("rows")) rows_.emplace(row.at("workload"), row.at("peer"));
    });
}

std::vector<std::string> Peer::names_for(const std::string& workload) const {
    std::vector<std::string> names;
    const auto [first, last] = rows_.equal_range(workload);
    for (auto row = first; row != last; ++row) names.push_back(row->second);
    return names;
}

double Peer::milliseconds(const std::string& workload, const std::string& name, const char* clock) {
    dialogue_.say(workload + " " + name);
    return hear(dialogue_, program_, [&](const Json& answer) -> double {
        if (answer.contains("error"))
            throw std::runtime_error(
                text("bench: ", program_, ": ", workload, ": ", answer["error"].get<std::string>()));
        return answer.at(clock);
    });
}

std::vector<Command> built_peers() {
    const std::filesystem::path beside = std::filesystem::path(own_path()).parent_path() / "bench" / "peers";
    const std::string program = beside / "gradpath_bench_peers", script = beside / "gradpath_bench_peers.py";
    if (!std::filesystem::exists(program))
        throw std::runtime_error(
            text("bench: the peers are not built: install them (Debian: libtorch-dev libdnnl-dev libopenblas-dev, and "
                 "python3-torch for the rows from Python), configure with -Dpeers=enabled and build again; ",
                 program, " is missing"));
    std::vector<Command> commands{Command{program}};
    if (const std::string python = python_with_torch(); !python.empty()) commands.push_back({python, script});
    return commands;
}

}  // namespace gradpath::bench

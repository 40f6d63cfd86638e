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

}  // namespace

Peer::Peer(const Command& program, double min_seconds, const Setting& setting)
    : program_(program.back()), dialogue_(with_arguments(program, min_seconds, setting), environment()) {
    const Json hello = Json::parse(dialogue_.listen());
    versions_ = hello.at("peers").get<std::map<std::string, std::string>>();
    for (const Json& row : hello.at("rows")) rows_.emplace(row.at("workload"), row.at("peer"));
}

std::vector<std::string> Peer::names_for(const std::string& workload) const {
    std::vector<std::string> names;
    const auto [first, last] = rows_.equal_range(workload);
    for (auto row = first; row != last; ++row) names.push_back(row->second);
    return names;
}

double Peer::milliseconds(const std::string& workload, const std::string& name) {
    dialogue_.say(workload + " " + name);
    const Json answer = Json::parse(dialogue_.listen());
    if (answer.contains("error"))
        throw std::runtime_error(text("bench: ", program_, ": ", workload, ": ", answer["error"].get<std::string>()));
    return answer.at("ms");
}

std::vector<Command> built_peers() {
    const std::filesystem::path beside = std::filesystem::path(own_path()).parent_path() / "bench" / "peers";
    const std::string program = beside / "gradpath_bench_peers", script = beside / "gradpath_bench_peers.py";
    if (!std::filesystem::exists(program))
        throw std::runtime_error(
            text("bench: the peers are not built: install them (Debian: libtorch-dev libdnnl-dev libopenblas-dev, and "
                 "python3-torch for the rows from Python), configure with -Dpeers=enabled and build again; ",
                 program, " is missing"));
    std::vector<Command> commands{{program}};
    try {
        run_silently({"python3", "-c", "import torch"});
        commands.push_back({"python3", script});
    } catch (const std::runtime_error&) {  // Python or its torch is not there: the rows from C++ remain
    }
    return commands;
}

}  // namespace gradpath::bench

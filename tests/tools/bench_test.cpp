// gradpath bench: its documents, its errors, the table of bars, and peers that a shell can play. No time is judged.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include <nlohmann/json.hpp>

#include <gradpath/tools/bench/bars.hpp>
#include <gradpath/tools/bench/tables.hpp>

#include "answers.hpp"
#include "support/close.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

const std::string quick = " --threads 1 --repetitions 1 --min-time 0.0001 --quiet ";

/// Was the program built with Google Benchmark? Without it, it says what is missing.
bool measures() {
    const program::Folder folder;
    const program::Outcome tried = program::run("bench --filter ^sgemm-32$" + quick, folder.path());
    if (tried.exit == 0) return true;
    CHECK(tried.exit == 1);
    CHECK(tried.err.find("built without Google Benchmark: install it (Debian: libbenchmark-dev)") != std::string::npos);
    MESSAGE("skipped: this build has no Google Benchmark");
    return false;
}

std::string refusal(const std::string& options, int exit = 2) {
    const program::Folder folder;
    const program::Outcome outcome = program::run("bench " + options, folder.path());
    CHECK(outcome.exit == exit);
    CHECK(outcome.out.empty());
    return outcome.err;
}

/// An executable script that plays a peer.
std::string script(const program::Folder& folder, const std::string& lines) {
    const fs::path file = folder / "peer";
    std::ofstream(file) << "#!/bin/sh\n" << lines;
    fs::permissions(file, fs::perms::owner_all);
    return file;
}

const std::string hello = R"(echo '{"peers": {"mine": "1.0"}, "rows": [{"workload": "sgemm-64", "peer": "mine"}, )"
                          R"({"workload": "sgemm-64", "peer": "oneDNN"}]}')"
                          "\n";

const Json* row_of(const Json& document, const std::string& workload, const Json& peer) {
    for (const Json& row : document["rows"])
        if (row["workload"] == workload && row["peer"] == peer) return &row;
    return nullptr;
}

}  // namespace

TEST_CASE("the bench document has the keys of its schema, and limits of the machine as peers") {
    if (!measures()) return;
    const program::Folder folder;
    const Json d = program::json_of(
        "bench --filter ^(sgemm-(32|256)|op-16-numbers|training-moons|internal-neurons-lenet5)$ --json" + quick,
        folder);
    CHECK(d["schema"] == "gradpath.bench/1");
    CHECK(d["threads"] == 1);
    CHECK(d["isa"].is_string());
    CHECK(d["machine"].is_string());
    CHECK(d["peak_gflops"].get<double>() > 0);
    CHECK(d["peaks"][0]["gbytes_per_second"].get<double>() > 0);
    CHECK(d["clock"] == "wall");
    REQUIRE(d["rows"].size() == 5);
    for (const Json& row : d["rows"]) {
        std::vector<std::string> keys;
        for (const auto& [key, value] : row.items()) keys.push_back(key);
        CHECK(keys == std::vector<std::string>{"workload", "threads", "ms", "gflops", "fraction_of_peak", "peer",
                                               "peer_ms", "ratio", "bar", "met"});
        CHECK(row["ms"].get<double>() > 0);
    }
    const Json* const alone = row_of(d, "sgemm-32", nullptr);
    REQUIRE(alone != nullptr);
    CHECK((*alone)["gflops"].get<double>() ==
          doctest::Approx((*alone)["fraction_of_peak"].get<double>() * d["peak_gflops"].get<double>()));
    CHECK((*alone)["met"].is_null());
    const Json* const limit = row_of(d, "sgemm-256", "peak");
    REQUIRE(limit != nullptr);
    CHECK((*limit)["ratio"].get<double>() * (*limit)["fraction_of_peak"].get<double>() == doctest::Approx(1));
    CHECK(row_of(d, "op-16-numbers", "150 ns") != nullptr);
    const Json* const beside = row_of(d, "internal-neurons-lenet5", "our IG");
    REQUIRE(beside != nullptr);
    CHECK((*beside)["ratio"].get<double>() ==
          doctest::Approx((*beside)["ms"].get<double>() / (*beside)["peer_ms"].get<double>()));
    CHECK((*beside)["bar"] == 3);
    CHECK(row_of(d, "training-moons", "no page faults") != nullptr);
}

TEST_CASE("with --out the bench writes its document, its page and the roofline") {
    if (!measures()) return;
    const program::Folder folder;
    CHECK(program::fine("bench --filter ^(sgemm-32|conv2d-6-16-5x5-forward)$ --clock cpu --out speed" + quick, folder)
              .out.empty());
    CHECK(Json::parse(program::read(folder / "speed/bench.json"))["clock"] == "cpu");
    CHECK(program::read(folder / "speed/bench.html").find("How fast gradpath is") != std::string::npos);
    const std::string picture = program::read(folder / "speed/roofline.svg");
    CHECK(picture.starts_with("<svg xmlns="));
    for (const char* words : {">sgemm<", ">conv2d<", ">what bandwidth and arithmetic allow<"})
        CHECK_MESSAGE(picture.find(words) != std::string::npos, words);
    CHECK(picture.find("nan") == std::string::npos);
}

TEST_CASE("a peer is any program that talks by the protocol; its rows have ratios, and bars where there are some") {
    if (!measures()) return;
    const program::Folder folder;
    const std::string peer =
        script(folder, hello + "while read -r workload name; do echo '{\"ms\": 1000, \"cpu_ms\": 1000}'; done\n");
    const Json d = program::json_of("bench --filter ^sgemm-64$ --json --peer " + peer + quick, folder);
    CHECK(d["peers"] == Json({{"mine", "1.0"}}));
    REQUIRE(d["rows"].size() == 2);
    const Json *const mine = row_of(d, "sgemm-64", "mine"), *const known = row_of(d, "sgemm-64", "oneDNN");
    REQUIRE(mine != nullptr);
    REQUIRE(known != nullptr);
    CHECK((*mine)["peer_ms"] == 1000);
    CHECK(tests::close((*mine)["ratio"].get<double>(), (*mine)["ms"].get<double>() / 1000, 1e-5));
    CHECK((*mine)["met"].is_null());
    CHECK((*known)["bar"] == 1.25);
    CHECK((*known)["met"] == true);
    const std::string table =
        program::fine("bench --filter ^sgemm-64$ --markdown --clock cpu --peer " + peer + quick, folder).out;
    CHECK(table.find("1 of 1 bars met.\n\n| workload | threads | ms |") != std::string::npos);
    CHECK(table.find("| oneDNN | 1e+03 |") != std::string::npos);
}

TEST_CASE("a peer that ends, fails or is missing ends the bench with a word") {
    if (!measures()) return;
    const program::Folder folder;
    const std::string run = "--filter ^sgemm-64$" + quick + "--peer ";
    const std::string peer = script(folder, "exit 0\n");
    CHECK(refusal(run + peer, 1) == "gradpath: bench: " + peer + " ended before it had answered\n");
    script(folder, hello + "read -r request; echo '{\"error\": \"no memory\"}'\nread -r request\n");
    CHECK(refusal(run + peer, 1) == "gradpath: bench: " + peer + ": sgemm-64: no memory\n");
    script(folder, "echo hello\nread -r request\n");
    CHECK(refusal(run + peer, 1) ==
          "gradpath: bench: " + peer + " does not talk as tools/bench/peer.hpp says: hello\n");
    CHECK(refusal(run + "/missing/peer", 1).starts_with("gradpath: bench: cannot start /missing/peer"));
}

TEST_CASE("options of the bench that make no sense are refused") {
    CHECK(refusal("--threads 2,1") ==
          "gradpath: bench: --threads takes ascending numbers in 1 .. 1024, joined by commas: got \"2,1\"\n");
    for (const char* threads : {"0", "1,", ",1", "1;2", "x", "2000"})
        CHECK(refusal(std::string("--threads ") + threads).find("--threads takes ascending") != std::string::npos);
    CHECK(refusal("--filter [") == "gradpath: bench: --filter takes a regular expression: got \"[\"\n");
    CHECK(
        refusal("--filter nothing-like-it") ==
        "gradpath: bench: no workload has a name in which \"nothing-like-it\" is found; names are such as sgemm-32 and "
        "geodesic-moons\n");
    CHECK(refusal("--repetitions 0") == "gradpath: bench: --repetitions must lie in 1 .. 1000: got 0\n");
    CHECK(refusal("--min-time 0") == "gradpath: bench: --min-time must be above 0 and at most 60: got 0\n");
    CHECK(refusal("--dtype f64") == "gradpath: bench: the table is one of float32: --dtype f64 is not there\n");
    CHECK(refusal("--clock sun") == "gradpath: bench: --clock takes wall or cpu: got \"sun\"\n");
    CHECK(refusal("--clock cpu") ==
          "gradpath: bench: --clock cpu adds up the time of all threads: measure it with --threads 1\n");
}

TEST_CASE("a folder that cannot be made is refused before anything is measured") {
    const program::Folder folder;
    std::ofstream(folder / "speed") << "a file";
    const program::Outcome outcome = program::run("bench --out speed --peer 'touch started'" + quick, folder.path());
    CHECK(outcome.exit == 1);
    CHECK(outcome.err.find("--out: the folder must be there or can be made: speed") != std::string::npos);
    CHECK_FALSE(fs::exists(folder / "started"));
}

TEST_CASE("--peers says what to install where the peers are not built") {
    if (fs::exists(program::path().parent_path() / "bench/peers/gradpath_bench_peers")) return;
    CHECK(refusal("--peers", 1).find("install them (Debian: libtorch-dev libdnnl-dev libopenblas-dev") !=
          std::string::npos);
}

TEST_CASE("every bar is one of a workload, and the table is that of the project's goals") {
    std::set<std::string> names;
    for (const bench::Workload& workload : bench::workloads())
        CHECK_MESSAGE(names.insert(workload.name).second, workload.name, " stands twice");
    for (const bench::Bar& bar : bench::bars()) CHECK_MESSAGE(names.contains(bar.workload), bar.workload);
    const std::vector<bench::Bar> goals{{"sgemm-32", "OpenBLAS", 1},
                                        {"sgemm-64", "OpenBLAS", 1},
                                        {"sgemm-128", "OpenBLAS", 0.6},
                                        {"sgemm-1024", "OpenBLAS", 0.6},
                                        {"sgemm-64", "oneDNN", 1.25},
                                        {"sgemm-128", "oneDNN", 1.25},
                                        {"sgemm-256", "oneDNN", 1.1},
                                        {"sgemm-1024", "oneDNN", 1.1},
                                        {"sgemm-256", "peak", 1 / 0.85},
                                        {"forward-lenet5", "PyTorch", 0.3},
                                        {"training-lenet5", "libtorch", 0.35},
                                        {"training-small-cnn", "PyTorch", 0.6},
                                        {"training-mlp", "PyTorch", 0.6},
                                        {"training-mlp", "libtorch", 0.9},
                                        {"training-moons", "libtorch", 0.35},
                                        {"ig-lenet5", "PyTorch", 0.2},
                                        {"ig-small-cnn", "libtorch", 0.33},
                                        {"ig-moons", "libtorch", 0.4},
                                        {"jacobian-lenet5", "PyTorch", 0.15},
                                        {"jacobian-moons", "libtorch", 0.45},
                                        {"hvp-lenet5", "PyTorch", 0.4},
                                        {"path-energy-moons", "PyTorch", 0.15},
                                        {"explain-process", "PyTorch", 0.05},
                                        {"sgemm-512", "one thread", 1 / 1.7},
                                        {"op-16-numbers", "150 ns", 1},
                                        {"training-small-cnn", "no page faults", 0},
                                        {"internal-neurons-lenet5", "our IG", 3}};
    for (const bench::Bar& goal : goals) {
        const auto bar = bench::bar_of(goal.workload, goal.reference, 1);
        REQUIRE_MESSAGE(bar, goal.workload, " against ", goal.reference);
        CHECK(*bar == doctest::Approx(goal.most));
    }
    for (const char* workload : {"path-energy-lenet5", "geodesic-lenet5"})
        CHECK(bench::bar_of(workload, "libtorch", 1).value_or(0) == doctest::Approx(0.3));
    const auto of_onednn = [](const bench::Bar& bar) {
        return bar.workload.starts_with("conv2d-") && bar.reference == std::string("oneDNN") && bar.most == 1.1;
    };
    CHECK(std::ranges::count_if(bench::bars(), of_onednn) == 18);
}

TEST_CASE("two threads widen a bar, except that of our own time on one thread") {
    CHECK(*bench::bar_of("sgemm-256", "oneDNN", 2) == doctest::Approx(1.15 * 1.1));
    CHECK(*bench::bar_of("sgemm-512", "one thread", 2) == doctest::Approx(1 / 1.7));
    CHECK_FALSE(bench::bar_of("sgemm-32", "oneDNN", 1));
}

TEST_CASE("the workloads run") {
    for (const bench::Workload& workload : bench::workloads()) {
        const bool small = workload.name.find("moons") != std::string::npos ||
                           workload.name.find("lenet5") != std::string::npos || workload.name.ends_with("5x5-forward");
        if (!small) continue;
        CAPTURE(workload.name);
        const bench::Prepared work = workload.prepare({});
        CHECK_NOTHROW(work.run());
        CHECK_NOTHROW(work.run());
    }
}

TEST_CASE("speed is put beside the peak, and a roofline has a roof") {
    const bench::Measured alone{"sgemm-512", 1, 2.0, 0, 2.7e8, 3e6};
    const bench::Results results{{{1, 270, 30}}, {{alone}}};
    CHECK(*results.gflops(alone) == doctest::Approx(135));
    CHECK(*results.fraction_of_peak(alone) == doctest::Approx(0.5));
    const tools::Chart chart = bench::roofline(results);
    REQUIRE(chart.curves.size() == 2);
    CHECK(chart.curves[0].y.back() == 270);
    CHECK(chart.curves[0].x[1] == doctest::Approx(9));  // operations per byte at which arithmetic takes over
    CHECK(chart.curves[1].x == std::vector<double>{90});
    CHECK(chart.curves[1].y[0] == doctest::Approx(135));
}

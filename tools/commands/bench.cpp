// Measures how fast this build is on this machine, beside peers where they are asked for. Nothing is judged: a bar that
// is missed is told, not an error.
#include <algorithm>
#include <charconv>
#include <iostream>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/tools/bench/peer.hpp>
#include <gradpath/tools/bench/tables.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/report/chart.hpp>
#include <gradpath/tools/report/html.hpp>

namespace gradpath::tools {
namespace {

struct Asked {
    std::string filter;
    std::vector<int> threads = {1, 2};
    Index repetitions = 7;
    double min_seconds = 0.05;
    bool peers = false, markdown = false;
    bench::Clock clock = bench::Clock::wall;
    std::vector<std::string> programs = {};
};

/// "1,2" in ascending order.
std::vector<int> read_threads(const std::string& words) {
    std::vector<int> list;
    const char *at = words.data(), *const end = at + words.size();
    bool fine = at != end;
    while (fine && at != end) {
        int count = 0;
        const auto [next, fault] = std::from_chars(at, end, count);
        fine = fault == std::errc() && count > (list.empty() ? 0 : list.back()) && count <= 1024 &&
               (next == end || (*next == ',' && next + 1 != end));
        list.push_back(count);
        at = next == end ? next : next + 1;
    }
    require<UsageError>(fine, "bench: --threads takes ascending numbers in 1 .. 1024, joined by commas: got \"", words,
                        "\"");
    return list;
}

std::regex read_filter(const std::string& words) {
    try {
        return std::regex(words);
    } catch (const std::regex_error&) {
        throw UsageError(text("bench: --filter takes a regular expression: got \"", words, "\""));
    }
}

void declare(Arguments& arguments, Asked& asked, Common& common) {
    arguments.option("--filter", "REGEX", asked.filter, "workloads in whose names it is found (all)");
    arguments.value("--threads", "LIST", "numbers of threads to measure with (1,2)",
                    [&](const std::string& words) { asked.threads = read_threads(words); });
    arguments.option("--repetitions", "N", asked.repetitions, "of which the median counts (7)");
    arguments.option("--min-time", "SECONDS", asked.min_seconds, "that a repetition takes at least (0.05)");
    arguments.value("--clock", "KIND",
                    "wall, or cpu: processor time, for one thread on a machine that does other work, too (wall)",
                    [&](const std::string& words) {
                        require<UsageError>(words == "wall" || words == "cpu",
                                            "bench: --clock takes wall or cpu: got \"", words, "\"");
                        asked.clock = words == "wall" ? bench::Clock::wall : bench::Clock::processor;
                    });
    arguments.flag("--peers", asked.peers, "measure libtorch, oneDNN, OpenBLAS and PyTorch in turns with ours");
    arguments.value(
        "--peer", "PROGRAM", "a program of your own to measure beside; see tools/bench/README.md",
        [&](const std::string& words) { asked.programs.push_back(words); }, true);
    arguments.flag("--markdown", asked.markdown, "print the table in Markdown");
    add_common_but_threads(arguments, common);
}

bench::Suite suite_of(const Asked& asked, const Common& common, const std::atomic<bool>& interrupted) {
    require<UsageError>(asked.repetitions >= 1 && asked.repetitions <= 1000,
                        "bench: --repetitions must lie in 1 .. 1000: got ", asked.repetitions);
    require<UsageError>(asked.min_seconds > 0 && asked.min_seconds <= 60,
                        "bench: --min-time must be above 0 and at most 60: got ", asked.min_seconds);
    require<UsageError>(common.dtype != DType::float64, "bench: the table is one of float32: --dtype f64 is not there");
    require<UsageError>(asked.clock == bench::Clock::wall || asked.threads == std::vector{1},
                        "bench: --clock cpu adds up the time of all threads: measure it with --threads 1");
    bench::Suite suite{.filter = read_filter(asked.filter),
                       .threads = asked.threads,
                       .repetitions = static_cast<int>(asked.repetitions),
                       .min_seconds = asked.min_seconds,
                       .clock = asked.clock,
                       .seed = common.seed,
                       .cancel = &interrupted};
    if (asked.peers) suite.peers = bench::built_peers();
    for (const std::string& program : asked.programs) suite.peers.push_back({program});
    const auto all = bench::workloads();
    require<UsageError>(
        std::ranges::any_of(all, [&](const auto& w) { return std::regex_search(w.name, suite.filter); }),
        "bench: no workload has a name in which \"", asked.filter, "\" is found; names are such as ", all.front().name,
        " and ", all.back().name);
    if (!common.out.empty()) make_folder(common.out);  // before minutes of measuring, not after
    return suite;
}

void write_files(const bench::Results& results, const bench::Suite& suite, const Common& common) {
    writing([&] {
        write_html(common.out / "bench.html", bench::report(results, suite));
        io::write_file(common.out / "roofline.svg", svg_file(bench::roofline(results)));
        io::write_file(common.out / "bench.json", json_text(bench::document(results, suite)));
    });
    say(common, "wrote " + (common.out / "bench.html").string());
}

}  // namespace

Exit bench(Words words, const std::atomic<bool>& interrupted) {
    Common common;
    Asked asked;
    Arguments arguments("bench", "Measures how fast this build is on this machine, and peers on the same work.",
                        "gradpath bench\ngradpath bench --filter '^sgemm' --threads 1 --out speed\n"
                        "gradpath bench --peers --markdown");
    declare(arguments, asked, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;

    require<UsageError>(!common.json || !asked.markdown, "bench: --json and --markdown are two forms: choose one");
    bench::Suite suite = suite_of(asked, common, interrupted);
    Progress progress(Progress::style(common.quiet), "workloads");
    suite.tell = [&](const std::string& name, std::size_t done, std::size_t all) {
        progress.tell("measuring", static_cast<Index>(done), static_cast<Index>(all), name);
    };
    const bench::Results results = bench::measure(suite);
    progress.end_line();
    if (!common.out.empty()) write_files(results, suite, common);
    if (common.json) print_json(bench::document(results, suite));
    else if (asked.markdown) print(bench::markdown(results));
    else if (common.out.empty()) print(bench::listing(results));
    return Exit::fine;
}

}  // namespace gradpath::tools

#include <gradpath/tools/bench/tables.hpp>

#include <cmath>
#include <fstream>
#include <limits>
#include <thread>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/version.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::bench {
namespace {

using Json = nlohmann::ordered_json;
using tools::short_number;

Json json_of(const std::optional<double>& value) { return value && std::isfinite(*value) ? Json(*value) : Json(); }

Json row_json(const Results& results, const Row& row) {
    return {{"workload", row.ours.workload},
            {"threads", row.ours.threads},
            {"ms", row.ours.milliseconds},
            {"gflops", json_of(results.gflops(row.ours))},
            {"fraction_of_peak", json_of(results.fraction_of_peak(row.ours))},
            {"peer", row.reference.empty() ? Json() : Json(row.reference)},
            {"peer_ms", json_of(row.reference_ms)},
            {"ratio", json_of(row.ratio)},
            {"bar", json_of(row.bar)},
            {"met", row.bar ? Json(row.met()) : Json()}};
}

const std::vector<std::string> heading{"workload", "threads", "ms",    "GFLOP/s", "of peak",
                                       "peer",     "its ms",  "ratio", "bar",     "met"};

std::vector<std::string> cells(const Results& results, const Row& row) {
    const auto cell = [](const std::optional<double>& value) { return value ? short_number(*value, 3) : ""; };
    const std::optional<double> share = results.fraction_of_peak(row.ours);
    return {row.ours.workload,
            std::to_string(row.ours.threads),
            short_number(row.ours.milliseconds, 3),
            cell(results.gflops(row.ours)),
            share ? short_number(100 * *share, 3) + " %" : "",
            row.reference,
            cell(row.reference_ms),
            cell(row.ratio),
            cell(row.bar),
            !row.bar ? "" : row.met() ? "yes" : "no"};
}

std::vector<std::vector<std::string>> lines(const Results& results) {
    std::vector<std::vector<std::string>> all{heading};
    for (const Row& row : results.rows) all.push_back(cells(results, row));
    return all;
}

std::vector<std::string> limits(const Results& results) {
    std::vector<std::string> words;
    for (const Peak& peak : results.peaks)
        words.push_back(text(isa(), ", ", peak.threads, peak.threads == 1 ? " thread: " : " threads: ",
                             short_number(peak.gflops, 4), " GFLOP/s of float32 multiply-adds, ",
                             short_number(peak.gbytes, 3), " GB/s of memory"));
    return words;
}

/// How many rows with a bar there are, and how many met it.
std::string verdict(const Results& results) {
    const auto barred = std::ranges::count_if(results.rows, [](const Row& row) { return row.bar.has_value(); });
    const auto met = std::ranges::count_if(results.rows, [](const Row& row) { return row.met(); });
    return text(met, " of ", barred, " bars met");
}

std::string joined(const std::vector<std::string>& cells) {
    std::string line = "|";
    for (const std::string& cell : cells) line += " " + cell + " |";
    return line + "\n";
}

}  // namespace

std::string machine() {
    std::ifstream in("/proc/cpuinfo");
    std::string name = "unknown processor";
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("model name")) name = line.substr(line.find(':') + 2);
    return text(name, ", ", std::thread::hardware_concurrency(), " processors");
}

Json document(const Results& results, const Suite& suite) {
    Json peaks = Json::array(), rows = Json::array();
    for (const Peak& peak : results.peaks)
        peaks.push_back({{"threads", peak.threads}, {"gflops", peak.gflops}, {"gbytes_per_second", peak.gbytes}});
    for (const Row& row : results.rows) rows.push_back(row_json(results, row));
    return {{"schema", "gradpath.bench/1"},
            {"version", version()},
            {"machine", machine()},
            {"isa", isa()},
            {"threads", suite.threads.back()},
            {"peak_gflops", results.peaks.front().gflops},
            {"peaks", peaks},
            {"repetitions", suite.repetitions},
            {"min_seconds", suite.min_seconds},
            {"seed", suite.seed},
            {"peers", results.versions},
            {"rows", rows}};
}

std::string listing(const Results& results) {
    std::string words;
    for (const std::string& limit : limits(results)) words += limit + "\n";
    return words + "\n" + tools::table_text(lines(results), {0, 5}) + "\n" + verdict(results) + "\n";
}

std::string markdown(const Results& results) {
    std::string words = machine();
    for (const std::string& limit : limits(results)) words += "; " + limit;
    for (const auto& [peer, version] : results.versions) words += text("; ", peer, " ", version);
    words += ". " + verdict(results) + ".\n\n" + joined(heading) + "|---|--:|--:|--:|--:|---|--:|--:|--:|---|\n";
    for (const Row& row : results.rows) words += joined(cells(results, row));
    return words;
}

tools::Report report(const Results& results, const Suite& suite) {
    tools::Table table{.caption = "Milliseconds of one run, medians; the ratio is ours / the peer's."};
    for (std::size_t i = 0; i < heading.size(); ++i) table.columns.push_back({heading[i], i != 0 && i != 5 && i != 9});
    for (const Row& row : results.rows) table.rows.push_back(cells(results, row));
    std::vector<std::pair<std::string, std::string>> provenance{{"gradpath", version()},
                                                                {"machine", machine()},
                                                                {"instruction set", isa()},
                                                                {"repetitions", std::to_string(suite.repetitions)},
                                                                {"seed", std::to_string(suite.seed)}};
    for (const auto& [peer, version] : results.versions) provenance.emplace_back(peer, version);
    std::vector<tools::Block> measured{tools::Text{limits(results)}};
    if (const tools::Chart chart = roofline(results); chart.curves.size() > 1) measured.emplace_back(chart);
    measured.emplace_back(table);
    return {.title = "How fast gradpath is",
            .subtitle = verdict(results),
            .sections = {{"Measured", measured}},
            .provenance = provenance};
}

}  // namespace gradpath::bench

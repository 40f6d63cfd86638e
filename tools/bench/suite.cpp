#include <gradpath/tools/bench/suite.hpp>

#include <algorithm>
#include <memory>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/tools/bench/bars.hpp>
#include <gradpath/tools/bench/peer.hpp>

namespace gradpath::bench {
namespace {

struct RestoreThreads {
    int before = threads();
    ~RestoreThreads() { set_threads(before); }
};

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t half = values.size() / 2;
    return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Who runs beside us: a peer on this workload, under one of its names, or other work of ours.
struct Contestant {
    std::string name;
    std::function<double()> repetition;  ///< its milliseconds
    std::vector<double> milliseconds = {};
};

using Peers = std::vector<std::unique_ptr<Peer>>;

std::vector<Contestant> contestants_for(const std::string& workload, const Prepared& work, const Suite& suite,
                                        const Peers& peers) {
    std::vector<Contestant> list;
    const char* const clock = suite.clock == Clock::wall ? "ms" : "cpu_ms";
    for (const auto& peer : peers)
        for (const std::string& name : peer->names_for(workload))
            list.push_back({name, [=, p = peer.get()] { return p->milliseconds(workload, name, clock); }});
    if (work.beside)
        list.push_back({work.beside->name, [watch = Stopwatch(work.beside->run, suite.min_seconds),
                                            of = suite.clock]() mutable { return watch.repetition().by(of); }});
    return list;
}

/// Ours and theirs in turns.
Measured race(const std::string& workload, const Prepared& work, const Suite& suite, std::vector<Contestant>& others) {
    Stopwatch watch(work.run, suite.min_seconds);
    std::vector<double> milliseconds, faults;
    for (int i = 0; i < suite.repetitions; ++i) {
        if (suite.cancel != nullptr && suite.cancel->load()) throw Cancelled("bench: cancelled");
        const Timing timing = watch.repetition();
        milliseconds.push_back(timing.by(suite.clock));
        faults.push_back(timing.minor_faults);
        for (Contestant& other : others) other.milliseconds.push_back(other.repetition());
    }
    return {.workload = workload,
            .threads = threads(),
            .milliseconds = median(milliseconds),
            .minor_faults = median(faults),
            .flops = work.flops,
            .bytes = work.bytes};
}

Row against(const Measured& ours, const std::string& reference, double reference_ms) {
    return {ours, reference, reference_ms, ours.milliseconds / reference_ms,
            bar_of(ours.workload, reference, ours.threads)};
}

/// What the machine allows, where there is a bar for it.
void add_limits(const Measured& ours, Results& results) {
    const auto has_bar = [&](const char* reference) { return bar_of(ours.workload, reference, 1).has_value(); };
    if (has_bar(reference::peak))
        results.rows.push_back(against(ours, reference::peak, 1e-6 * ours.flops / results.peak(ours.threads).gflops));
    if (has_bar(reference::budget)) results.rows.push_back(against(ours, reference::budget, 150e-6));
    if (has_bar(reference::faults)) results.rows.push_back({ours, reference::faults, {}, ours.minor_faults, 0});
    if (!has_bar(reference::one_thread) || ours.threads == 1) return;
    const auto alone = std::ranges::find_if(
        results.rows, [&](const Row& row) { return row.ours.workload == ours.workload && row.ours.threads == 1; });
    if (alone != results.rows.end())
        results.rows.push_back(against(ours, reference::one_thread, alone->ours.milliseconds));
}

void measure_one(const Workload& workload, const Suite& suite, const Setting& setting, const Peers& peers,
                 Results& results) {
    const Prepared work = workload.prepare(setting);
    std::vector<Contestant> others = contestants_for(workload.name, work, suite, peers);
    const Measured ours = race(workload.name, work, suite, others);
    const std::size_t before = results.rows.size();
    for (const Contestant& other : others)
        results.rows.push_back(against(ours, other.name, median(other.milliseconds)));
    add_limits(ours, results);
    if (results.rows.size() == before) results.rows.push_back({ours});
}

Peers start_peers(const Suite& suite, const Setting& setting, Results& results) {
    Peers peers;
    for (const Command& command : suite.peers) {
        peers.push_back(std::make_unique<Peer>(command, suite.min_seconds, setting));
        results.versions.insert(peers.back()->versions().begin(), peers.back()->versions().end());
    }
    return peers;
}

}  // namespace

const Peak& Results::peak(int threads) const { return *std::ranges::find(peaks, threads, &Peak::threads); }

std::optional<double> Results::gflops(const Measured& m) const {
    if (m.flops == 0) return {};
    return 1e-6 * m.flops / m.milliseconds;
}

std::optional<double> Results::fraction_of_peak(const Measured& m) const {
    const std::optional<double> reached = gflops(m);
    if (!reached) return {};
    return *reached / peak(m.threads).gflops;
}

Results measure(const Suite& suite) {
    const RestoreThreads restore;
    const TemporaryFolder folder;
    const Setting setting{suite.seed, folder.path()};
    std::vector<Workload> chosen = workloads();
    std::erase_if(chosen, [&](const Workload& w) { return !std::regex_search(w.name, suite.filter); });
    Results results;
    std::size_t done = 0;
    for (const int threads : suite.threads) {
        set_threads(threads);
        results.peaks.push_back(measure_peak(threads, {suite.repetitions, suite.min_seconds, suite.clock}));
        const Peers peers = start_peers(suite, setting, results);
        for (const Workload& workload : chosen) {
            if (suite.tell) suite.tell(workload.name, done++, chosen.size() * suite.threads.size());
            measure_one(workload, suite, setting, peers, results);
        }
    }
    return results;
}

}  // namespace gradpath::bench

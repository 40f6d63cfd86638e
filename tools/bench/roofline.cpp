// Williams, Waterman & Patterson 2009: a kernel of intensity I (operations per byte that must move) can reach
// min(peak, I · bandwidth). Bytes are the least that a run must read and write; what stays in a cache may lie above the
// slope.
#include <algorithm>
#include <limits>

#include <gradpath/tools/bench/tables.hpp>

namespace gradpath::bench {
namespace {

using Curve = tools::Chart::Curve;

struct Family {
    const char* name;
    const char *begins, *ends;  ///< what the names of its workloads begin and end with
};
constexpr Family families[] = {{"sgemm", "sgemm-", ""},
                               {"conv2d", "conv2d-", "-forward"},
                               {"its input adjoint", "conv2d-", "-input-adjoint"},
                               {"its weight adjoint", "conv2d-", "-weight-adjoint"},
                               {"one million numbers", "", "-1m"}};

/// A dot for each workload, without lines between them.
Curve dots(const Family& family, const Results& results, int threads) {
    constexpr double gap = std::numeric_limits<double>::quiet_NaN();
    Curve curve{.name = family.name, .x = {}, .y = {}};
    std::string last;
    for (const Row& row : results.rows) {
        const Measured& m = row.ours;
        if (m.threads != threads || m.bytes == 0 || m.flops == 0 || m.workload == last) continue;
        if (!m.workload.starts_with(family.begins) || !m.workload.ends_with(family.ends)) continue;
        if (!last.empty()) curve.x.push_back(gap), curve.y.push_back(gap);
        curve.x.push_back(m.flops / m.bytes);
        curve.y.push_back(*results.gflops(m));
        last = m.workload;
    }
    return curve;
}

}  // namespace

tools::Chart roofline(const Results& results) {
    const Peak& peak = results.peaks.front();
    const double ridge = peak.gflops / peak.gbytes;
    tools::Chart chart{.title = "Kernels below the roof of the machine",
                       .x_label = "operations per byte that must move",
                       .y_label = "GFLOP/s",
                       .alt = "Roofline: speed of each kernel against memory bandwidth and peak arithmetic",
                       .log_x = true,
                       .log_y = true};
    double low = ridge / 8, high = ridge * 8;
    for (const Family& family : families) {
        Curve curve = dots(family, results, peak.threads);
        if (curve.x.empty()) continue;
        for (const double x : curve.x)
            if (x > 0) low = std::min(low, x / 2), high = std::max(high, x * 2);
        chart.curves.push_back(std::move(curve));
    }
    chart.curves.insert(chart.curves.begin(), {.name = "what bandwidth and arithmetic allow",
                                               .x = {low, ridge, high},
                                               .y = {low * peak.gbytes, peak.gflops, peak.gflops}});
    return chart;
}

}  // namespace gradpath::bench

// Bars of the rows of PyTorch were set from Python. In C++ they are 1.5 times as lenient where PyTorch takes less than
// a millisecond, for the interpreter's share of that is gone.
#include <gradpath/tools/bench/bars.hpp>

#include <algorithm>

#include <gradpath/tools/bench/shapes.hpp>

namespace gradpath::bench {
namespace {

constexpr double share_of_peak = 0.85, speed_up = 1.7, lenient = 1.5, two_threads = 1.15;

void add_products(std::vector<Bar>& list) {
    for (const int n : products) {
        list.push_back({product_name(n), reference::openblas, n < 128 ? 1.0 : 0.6});
        if (n >= 64) list.push_back({product_name(n), reference::onednn, n < 256 ? 1.25 : 1.10});
        if (n >= 256) list.push_back({product_name(n), reference::peak, 1 / share_of_peak});
    }
}

void add_convolutions(std::vector<Bar>& list) {
    for (const Convolution& c : convolutions)
        for (const Pass pass : passes) list.push_back({convolution_name(c, pass), reference::onednn, 1.10});
}

struct Torch {
    const char* workload;
    double python, cpp;  ///< 0: no such row
};
constexpr Torch torch[] = {{"forward-lenet5", 0.30, 0.30},     {"training-lenet5", 0, 0.35},
                           {"training-small-cnn", 0.60, 0.60}, {"training-mlp", 0.60, lenient * 0.60},
                           {"training-moons", 0, 0.35},        {"ig-lenet5", 0.20, 0.20},
                           {"ig-small-cnn", 0.33, 0.33},       {"ig-moons", 0, 0.40},
                           {"jacobian-lenet5", 0.15, 0.15},    {"jacobian-moons", 0.30, lenient * 0.30},
                           {"hvp-lenet5", 0.40, 0.40},         {"path-energy-moons", 0.15, lenient * 0.15},
                           {"path-energy-lenet5", 0, 0.30},    {"geodesic-lenet5", 0, 0.30},
                           {"explain-process", 0.05, 0}};

void add_torch(std::vector<Bar>& list) {
    for (const Torch& row : torch) {
        if (row.cpp > 0) list.push_back({row.workload, reference::libtorch, row.cpp});
        if (row.python > 0) list.push_back({row.workload, reference::pytorch, row.python});
    }
}

std::vector<Bar> all_bars() {
    std::vector<Bar> list;
    add_products(list);
    add_convolutions(list);
    add_torch(list);
    for (const char* workload : {"sgemm-512", "training-small-cnn", "ig-lenet5", "ig-small-cnn"})
        list.push_back({workload, reference::one_thread, 1 / speed_up});
    list.push_back({"internal-neurons-lenet5", reference::ig, 3});
    list.push_back({"op-16-numbers", reference::budget, 1});
    for (const char* workload : {"training-lenet5", "training-small-cnn", "training-mlp", "training-moons"})
        list.push_back({workload, reference::faults, 0});
    return list;
}

}  // namespace

const std::vector<Bar>& bars() {
    static const std::vector<Bar> list = all_bars();
    return list;
}

std::optional<double> bar_of(std::string_view workload, std::string_view reference, int threads) {
    const auto found = std::ranges::find_if(
        bars(), [&](const Bar& bar) { return bar.workload == workload && bar.reference == reference; });
    if (found == bars().end()) return {};
    return found->most * (threads > 1 && reference != reference::one_thread ? two_threads : 1);
}

}  // namespace gradpath::bench

#pragma once
// All networks of the study, what every method says on each, and its figures as curves over the noise.
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/half_moons/methods.hpp>

namespace gradpath::tools::half_moons {

inline constexpr double softness = 5;            ///< beta of the softened networks, as in the paper's code
inline constexpr std::uint64_t first_seed = 12;  ///< 12, 24, .. as in the paper's code

/// One network, and what all methods and ablations say on it.
struct Cell {
    Plan plan;
    double accuracy = 0;
    std::string hash = {};                          ///< of the rows that are explained
    std::vector<Measured> trained = {}, soft = {};  ///< soft: not with --quick
    std::vector<double> ablated = {};               ///< purities; at the first seed unless --full
};

/// All cells: noises within seeds.
struct Grid {
    std::vector<double> noises;
    std::vector<Cell> cells;
    bool quick;

    std::size_t seeds() const { return cells.size() / noises.size(); }
    const Cell& at(std::size_t seed, std::size_t noise) const { return cells[seed * noises.size() + noise]; }
};
/// Trains and measures, on all processors. `tell` is called after each network, one at a time, with the positions of
/// the cells that are done.
Grid measure_all(const ExperimentOptions& options,
                 const std::function<void(const Grid& so_far, std::span<const std::size_t> done)>& tell);

/// A figure over noises and seeds.
struct Curve {
    std::vector<double> mean, low, high;  ///< at each noise, over the seeds
    std::vector<double> by_seed;          ///< mean over the noises
    double value, auc;                    ///< mean and area of `mean`
};
/// The curves of one method.
struct Entry {
    Method method;
    Curve purity, upper, lower, gap, delta;
    std::array<Curve, 2> spread;  ///< of the sizes within each predicted class
    std::optional<Curve> soft = {};
};
std::vector<Entry> entries_of(const Grid& grid);
/// The one of that name, which must be there.
const Entry& entry_of(const std::vector<Entry>& entries, const std::string& name);
/// The purity of ablation k, over the cells that have it.
Curve ablation_curve(const Grid& grid, std::size_t k);

}  // namespace gradpath::tools::half_moons

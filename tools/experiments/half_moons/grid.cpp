#include <gradpath/tools/experiments/half_moons/grid.hpp>

#include <algorithm>
#include <mutex>
#include <numeric>

#include <gradpath/tools/commands/crew.hpp>
#include <gradpath/tools/commands/provenance.hpp>

namespace gradpath::tools::half_moons {
namespace {

using attribution::quality::area_under;
using attribution::quality::Purity;
using Numbers = std::vector<double>;

constexpr std::size_t all_seeds = 5;

template <class Figure>
Curve curve_of(const Grid& grid, const Figure& figure) {
    Curve curve{{}, {}, {}, Numbers(grid.seeds(), 0), 0, 0};
    const auto noises = static_cast<double>(grid.noises.size());
    for (std::size_t n = 0; n < grid.noises.size(); ++n) {
        Numbers all;
        for (std::size_t s = 0; s < grid.seeds(); ++s) {
            all.push_back(figure(grid.at(s, n)));
            curve.by_seed[s] += all.back() / noises;
        }
        curve.mean.push_back(std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size()));
        curve.low.push_back(std::ranges::min(all));
        curve.high.push_back(std::ranges::max(all));
    }
    curve.value = std::accumulate(curve.mean.begin(), curve.mean.end(), 0.0) / noises;
    curve.auc = area_under(grid.noises, curve.mean);
    return curve;
}

Curve purity_of(const Grid& grid, std::size_t method, std::vector<Measured> Cell::*on, double Purity::*form) {
    return curve_of(grid, [=](const Cell& cell) { return (cell.*on)[method].purity.*form; });
}
Curve figure_of(const Grid& grid, std::size_t method, double Measured::*figure) {
    return curve_of(grid, [=](const Cell& cell) { return cell.trained[method].*figure; });
}
Curve spread_of(const Grid& grid, std::size_t method, std::size_t of_class) {
    return curve_of(grid, [=](const Cell& cell) { return cell.trained[method].spread[of_class]; });
}

}  // namespace

Grid measure_all(const ExperimentOptions& o,
                 const std::function<void(const Grid&, std::span<const std::size_t>)>& tell) {
    Grid grid{{}, {}, o.quick};
    for (int k = 1; k <= 13; k += o.quick ? 3 : 1) grid.noises.push_back(k / 20.0);
    for (std::size_t s = 0; s < (o.quick ? 1 : all_seeds); ++s)
        for (const double noise : grid.noises)
            grid.cells.push_back({{.noise = noise,
                                   .seed = o.common.seed + first_seed * (s + 1),
                                   .quick = o.quick,
                                   .cancel = &o.interrupted}});
    const std::vector<Method> all = methods();
    const std::vector<Ablation> changes = ablations();
    std::mutex mutex;
    std::vector<std::size_t> done;
    const auto fill = [&](std::size_t k) {
        Cell& cell = grid.cells[k];
        const Trained net = train(cell.plan);
        cell.accuracy = net.accuracy;
        cell.hash = data_hash(net.x);
        const Subject relu = as_trained(net), soft = softened(net, softness);
        for (const Method& method : all) {
            cell.trained.push_back(measure(relu, method.run(relu)));
            if (!o.quick) cell.soft.push_back(measure(soft, method.run(soft)));
        }
        if (o.full || k < grid.noises.size())
            for (const Ablation& change : changes) cell.ablated.push_back(change.run(net));
        const std::lock_guard lock(mutex);
        done.push_back(k);
        tell(grid, done);
    };
    Progress progress(Progress::style(o.common.quiet), "networks");
    run_tasks(grid.cells.size(), fill, progress, "half-moons");
    return grid;
}

std::vector<Entry> entries_of(const Grid& grid) {
    std::vector<Entry> entries;
    const std::vector<Method> all = methods();
    for (std::size_t m = 0; m < all.size(); ++m) {
        entries.push_back({all[m],
                           purity_of(grid, m, &Cell::trained, &Purity::value),
                           purity_of(grid, m, &Cell::trained, &Purity::upper_class),
                           purity_of(grid, m, &Cell::trained, &Purity::lower_class),
                           figure_of(grid, m, &Measured::gap),
                           figure_of(grid, m, &Measured::relative_delta),
                           {spread_of(grid, m, 0), spread_of(grid, m, 1)}});
        if (!grid.quick) entries.back().soft = purity_of(grid, m, &Cell::soft, &Purity::value);
    }
    return entries;
}

const Entry& entry_of(const std::vector<Entry>& entries, const std::string& name) {
    return *std::ranges::find_if(entries, [&](const Entry& e) { return name == e.method.name; });
}

Curve ablation_curve(const Grid& grid, std::size_t k) {
    Grid some = grid;
    std::erase_if(some.cells, [](const Cell& c) { return c.ablated.empty(); });
    return curve_of(some, [=](const Cell& c) { return c.ablated[k]; });
}

}  // namespace gradpath::tools::half_moons

#pragma once
// The study's figures beside the paper's, and what they may differ by.
#include <gradpath/tools/experiments/half_moons/grid.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools::half_moons {

/// The paper's numbers, as far as one change explains them; of a short run, that it explains none.
Text explanation(const Grid& grid, const std::vector<Entry>& entries);
/// The first seed beside a run of the same specification by other hands, in Python: not of a short run.
Table independent_run(const Grid& grid, const std::vector<Entry>& entries);
/// How far sizes spread within a class at noise 0.2, which must be one of the grid's.
Table spreads(const Grid& grid, const std::vector<Entry>& entries);
/// What the first version of the paper and its code do otherwise than they say, or than a path integral should.
Section defects_section();

}  // namespace gradpath::tools::half_moons

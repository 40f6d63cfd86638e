#pragma once
// The conformance matrix, measured on all processors.
#include <atomic>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/attribution/axioms/check.hpp>
#include <gradpath/tools/commands/common.hpp>

namespace gradpath::tools {

/// What to measure: a name or, empty, all.
struct MatrixOptions {
    std::string method, axiom;
    bool quick = false;
};
constexpr Index quick_functions = 20;  ///< cases of each generator with --quick

/// Row by row. The same cells for any number of threads. Throws Cancelled.
std::vector<attribution::axioms::Cell> measure_matrix(const MatrixOptions& options, const Common& common,
                                                      const std::atomic<bool>& interrupted);
/// {method axiom holds figure tolerance counterexample ..}
nlohmann::ordered_json cell_json(const attribution::axioms::Cell& cell);
/// "y 2e-15"
std::string cell_text(const attribution::axioms::Cell& cell);
/// Methods down, axioms across; the first row and column are names.
std::vector<std::vector<std::string>> matrix_rows(const std::vector<attribution::axioms::Cell>& cells);
/// A claim that did not hold.
bool broken(const attribution::axioms::Cell& cell);
/// What the signs mean.
std::string legend();

}  // namespace gradpath::tools

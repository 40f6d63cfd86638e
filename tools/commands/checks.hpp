#pragma once
// A list of checks with one verdict each: what gradcheck and selftest print.
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {

struct Check {
    enum class Verdict { passed, failed, out_of_scope };
    std::string suite, name;
    Verdict verdict = Verdict::passed;
    double figure = 0;     ///< what was measured; NaN: nothing was
    double tolerance = 0;  ///< what it had to stay within
    std::string note = {};
};

/// Passed if the figure is within the tolerance (NaN is not).
Check judged(std::string suite, std::string name, double figure, double tolerance, std::string note = {});
// Suites of selftest.
std::vector<Check> coalitions_suite(std::uint64_t seed);
std::vector<Check> inside_suite(std::uint64_t seed);

/// [1, values], float64.
Tensor row_of(const std::vector<double>& values);
/// The largest difference from what is known.
double distance(const Tensor& values, std::span<const double> known);

/// Prints them as text, or as JSON with `schema`, passed, failed, out_of_scope and cases. Exit::not_met if one failed.
Exit report(const std::vector<Check>& checks, const Common& common, const std::string& schema);

}  // namespace gradpath::tools

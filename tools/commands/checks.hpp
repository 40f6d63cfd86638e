#pragma once
// A list of checks with one verdict each: what gradcheck and selftest print.
#include <cstdint>
#include <string>
#include <vector>

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
/// A suite of selftest.
std::vector<Check> coalitions_suite(std::uint64_t seed);

/// Prints them as text, or as JSON with `schema`, passed, failed, out_of_scope and cases. Exit::not_met if one failed.
Exit report(const std::vector<Check>& checks, const Common& common, const std::string& schema);

}  // namespace gradpath::tools

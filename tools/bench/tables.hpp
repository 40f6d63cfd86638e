#pragma once
// The results for people and programs.
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/tools/bench/suite.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::bench {

std::string machine();  ///< the processor's name and how many of them there are
/// Schema gradpath.bench/1.
nlohmann::ordered_json document(const Results& results, const Suite& suite);
/// A line per row, below a heading; the first ones say what the machine can do.
std::string listing(const Results& results);
std::string markdown(const Results& results);
/// Arithmetic against intensity on a double logarithmic scale: kernels below the roof of bandwidth and peak, measured
/// with the first number of threads.
tools::Chart roofline(const Results& results);
tools::Report report(const Results& results, const Suite& suite);

}  // namespace gradpath::bench

#pragma once
// Where the numbers of a list lie.
#include <vector>

namespace gradpath::tools {

/// Linear between ranks: 0 is the least, 0.5 the median, 1 the largest. The list must not be empty.
double quantile(std::vector<double> list, double share);
double mean_of(const std::vector<double>& list);
/// Half of the 95 % interval of the sum of the list, if its numbers are independent draws: 1.96 √n times their
/// standard deviation; 0 for fewer than two.
double half_width_of_sum(const std::vector<double>& list);

}  // namespace gradpath::tools

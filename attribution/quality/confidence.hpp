#pragma once
#include <span>

namespace gradpath::attribution::quality {

/// A mean and the ends of its 95 % confidence interval.
struct Confidence {
    double mean, low, high;
};
/// Mean ± t √(s²/n), s² the sample variance and t the quantile of Student's distribution with n - 1 degrees of freedom
/// (Student 1908): covers the expectation of independent, nearly normal values 95 times in 100. Of one value the ends
/// are NaN. Throws ValueError for none.
Confidence confidence(std::span<const double> values);

}  // namespace gradpath::attribution::quality

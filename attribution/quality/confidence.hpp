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

/// Where numbers cannot lie below `low` or above `high`, as shares, probabilities and correlations cannot.
struct Bounds {
    double low, high;
};
/// The same for numbers within bounds, with ends within them: Wilson's score interval (Wilson 1927), in which as many
/// rows count as the variance leaves, n p(1-p)/s² with p the mean's place between the bounds and s² the variance (by n)
/// there (Dean & Pagano 2015), and t in place of the normal quantile. For answers yes or no it is Wilson's interval;
/// where all are at one bound, they count as such. Throws ValueError for none and for numbers outside the bounds.
Confidence confidence_within(std::span<const double> values, Bounds bounds);

}  // namespace gradpath::attribution::quality

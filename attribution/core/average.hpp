#pragma once
// Mean and spread of many arrays of one size, one pass, in double (Welford 1962): flat in the number of samples.
#include <cmath>
#include <span>

#include <gradpath/attribution/core/scratch.hpp>
#include <gradpath/autodiff/shape.hpp>

namespace gradpath::attribution {

class Average {
public:
    /// All samples must have one size.
    void add(std::span<const double> sample) {
        if (count_++ == 0) {
            mean_.assign(sample.begin(), sample.end());
            squares_.assign(sample.size(), 0);
            return;
        }
        for (std::size_t i = 0; i < sample.size(); ++i) {
            const double before = sample[i] - mean_[i];
            mean_[i] += before / static_cast<double>(count_);
            squares_[i] += before * (sample[i] - mean_[i]);
        }
    }
    Index count() const { return count_; }
    const Numbers& mean() const { return mean_; }
    /// E[A²] - E[A]²: divided by the number of samples.
    Numbers variance() const {
        return scaled([&](double s) { return s / static_cast<double>(count_); });
    }
    /// Of the mean: the root of the unbiased variance over the number of samples. Needs two.
    Numbers standard_error() const {
        const auto n = static_cast<double>(count_);
        return scaled([&](double s) { return std::sqrt(s / (n - 1) / n); });
    }

private:
    Numbers scaled(auto f) const {
        Numbers result(squares_);
        for (double& value : result) value = f(value);
        return result;
    }

    Numbers mean_, squares_;
    Index count_ = 0;
};

}  // namespace gradpath::attribution

#include <gradpath/attribution/coalition/regression.hpp>

#include <gradpath/autodiff/linalg.hpp>

namespace gradpath::attribution {

void Normal::add(std::span<const double> z, double weight) {
    for (std::size_t i = 0; i < size_; ++i) {
        if (z[i] == 0) continue;
        for (std::size_t j = 0; j < size_; ++j) sums_[i * size_ + j] += weight * z[i] * z[j];
    }
}

void Normal::invert() {
    const auto n = static_cast<Index>(size_);
    const Tensor inverted = inverse(Tensor({n, n}, std::span<const double>(sums_)));
    const auto numbers = inverted.data<double>();
    sums_.assign(numbers.begin(), numbers.end());
}

std::vector<double> Normal::apply(std::span<const double> b) const {
    std::vector<double> x(size_, 0);
    for (std::size_t i = 0; i < size_; ++i)
        for (std::size_t j = 0; j < size_; ++j) x[i] += sums_[i * size_ + j] * b[j];
    return x;
}

void Normal::keep_sum() {
    std::vector<double> ones = apply(std::vector<double>(size_, 1));
    double total = 0;
    for (const double part : ones) total += part;
    for (std::size_t i = 0; i < size_; ++i)
        for (std::size_t j = 0; j < size_; ++j) sums_[i * size_ + j] -= ones[i] * ones[j] / total;
    for (double& part : ones) part /= total;
    shares_of_sum_ = std::move(ones);
}

std::vector<double> indicator(const Coalition& s) {
    std::vector<double> z;
    for (Index i = 0; i < s.players(); ++i) z.push_back(s.contains(i) ? 1 : 0);
    return z;
}

}  // namespace gradpath::attribution

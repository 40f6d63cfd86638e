#include <gradpath/attribution/quality/agreement.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::quality {
namespace {

void require_alike(const char* name, List a, List b) {
    require<ShapeError>(a.size() == b.size(), name, ": the lists have ", static_cast<Index>(a.size()), " and ",
                        static_cast<Index>(b.size()), " numbers");
    require(!a.empty(), name, ": there are no numbers");
}

bool has_nan(List a) {
    return std::ranges::any_of(a, [](double value) { return std::isnan(value); });
}

/// both / √(of_a of_b), or what stands for it where a list tells nothing.
double ratio(double both, double of_a, double of_b) {
    if (of_a == 0 || of_b == 0) return of_a == of_b ? 1 : 0;
    return std::clamp(both / (std::sqrt(of_a) * std::sqrt(of_b)), -1.0, 1.0);
}

double product(List a, List b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

int sign(double value) { return (value > 0) - (value < 0); }

double absolute_sum(List a) {
    return std::accumulate(a.begin(), a.end(), 0.0, [](double sum, double value) { return sum + std::abs(value); });
}

}  // namespace

std::vector<double> ranks(List values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto below = [&](std::size_t i, std::size_t j) {
        return values[i] < values[j] || (std::isnan(values[j]) && !std::isnan(values[i]));
    };
    std::ranges::stable_sort(order, below);
    std::vector<double> list(order.size());
    for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
        for (last = first + 1; last < order.size() && !below(order[first], order[last]);) ++last;
        for (std::size_t k = first; k < last; ++k) list[order[k]] = static_cast<double>(first + last - 1) / 2;
    }
    return list;
}

double cosine(List a, List b) {
    require_alike("cosine", a, b);
    return ratio(product(a, b), product(a, a), product(b, b));
}

double spearman(List a, List b) {
    require_alike("spearman", a, b);
    if (has_nan(a) || has_nan(b)) return std::numeric_limits<double>::quiet_NaN();
    std::vector<double> of_a = ranks(a), of_b = ranks(b);
    const double middle = static_cast<double>(a.size() - 1) / 2;
    for (double& rank : of_a) rank -= middle;
    for (double& rank : of_b) rank -= middle;
    return ratio(product(of_a, of_b), product(of_a, of_a), product(of_b, of_b));
}

double kendall(List a, List b) {
    require_alike("kendall", a, b);
    if (has_nan(a) || has_nan(b)) return std::numeric_limits<double>::quiet_NaN();
    double both = 0, of_a = 0, of_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            const int in_a = sign(a[i] - a[j]), in_b = sign(b[i] - b[j]);
            both += in_a * in_b;
            of_a += in_a * in_a;
            of_b += in_b * in_b;
        }
    return ratio(both, of_a, of_b);
}

double share_divergence(List answer, List truth) {
    require_alike("share_divergence", answer, truth);
    const double of_answer = absolute_sum(answer), of_truth = absolute_sum(truth);
    if (of_answer == 0 || of_truth == 0) return of_answer == of_truth ? 0 : std::numeric_limits<double>::infinity();
    double divergence = 0;
    for (std::size_t k = 0; k < truth.size(); ++k) {
        const double p = std::abs(truth[k]) / of_truth, q = std::abs(answer[k]) / of_answer;
        if (p != 0) divergence += p * std::log(p / q);
    }
    return divergence < 0 ? 0 : divergence;  // it is never, but for rounding
}

double largest_error(List answer, List truth) {
    require_alike("largest_error", answer, truth);
    double largest = 0;
    for (std::size_t k = 0; k < truth.size(); ++k) {
        const double error = std::abs(answer[k] - truth[k]);
        if (std::isnan(error)) return error;
        largest = std::max(largest, error);
    }
    return largest;
}

Agreement agreement(List answer, List truth) {
    return {.cosine = cosine(answer, truth),
            .spearman = spearman(answer, truth),
            .kendall = kendall(answer, truth),
            .divergence = share_divergence(answer, truth),
            .largest_error = largest_error(answer, truth)};
}

double rank_agreement(const Attribution& a, const Attribution& b) {
    require<ShapeError>(a.values.shape() == b.values.shape(), "rank_agreement: the answers have the shapes ",
                        a.values.shape(), " and ", b.values.shape());
    const Tensor of_a = a.values.to(DType::float64), of_b = b.values.to(DType::float64);
    const Index questions = of_a.rows() * (a.all_targets ? of_a.shape()[1] : 1);
    const auto count = static_cast<std::size_t>(questions), inner = of_a.data<double>().size() / count;
    double total = 0;
    for (std::size_t k = 0; k < count; ++k)
        total += spearman(of_a.data<double>().subspan(k * inner, inner), of_b.data<double>().subspan(k * inner, inner));
    return total / static_cast<double>(count);
}

}  // namespace gradpath::attribution::quality

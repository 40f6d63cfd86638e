#include <cmath>

#include "sets.hpp"

using namespace gradpath;
using namespace gradpath::tests;
using kernels::Groups;

namespace {

constexpr Groups cases[] = {{0, 0, 3}, {1, 1, 1}, {5, 3, 1},  {300, 70, 1}, {1, 4, 17},  {3, 2, 16},
                            {2, 5, 7}, {9, 2, 5}, {2, 3, 49}, {1, 2, 2100}, {40, 70, 33}};

std::size_t numbers(const Groups& s) { return static_cast<std::size_t>(s.outer * s.groups * s.inner); }

template <class T>
struct Result {
    std::vector<T> y, mean, variance;
};

template <class T>
Result<T> run(const Groups& s, const std::vector<T>& x) {
    const Guarded<T> from(x), y(static_cast<Index>(x.size())), mean(s.groups), variance(s.groups);
    kernels::standardize<T>(s, 1e-5, from.data(), {y.data(), mean.data(), variance.data()});
    return {{y.begin(), y.end()}, {mean.begin(), mean.end()}, {variance.begin(), variance.end()}};
}

template <class T>
std::vector<T> run_vjp(const Groups& s, const Result<T>& at, const std::vector<T>& g) {
    const Guarded<T> y(at.y), variance(at.variance), slope(g), dx(static_cast<Index>(g.size()));
    kernels::standardize_vjp<T>(s, 1e-5, {y.data(), variance.data(), slope.data()}, dx.data());
    return {dx.begin(), dx.end()};
}

/// The mean of f(position) over the group of a position, in double.
double group_mean(const Groups& s, std::size_t position, auto&& f) {
    const Index group = static_cast<Index>(position) / s.inner % s.groups;
    double total = 0;
    for (Index o = 0; o < s.outer; ++o)
        for (Index i = 0; i < s.inner; ++i) total += f(static_cast<std::size_t>((o * s.groups + group) * s.inner + i));
    return total / static_cast<double>(s.outer * s.inner);
}

}  // namespace

TEST_CASE_TEMPLATE("standardising follows its formula on every set, with tails and at large means", T, float, double) {
    for (const Groups& s : cases)
        for (const double offset : {0.0, 100.0}) {
            CAPTURE(s.outer);
            CAPTURE(s.inner);
            const auto x = uniform<T>(static_cast<Index>(numbers(s)), offset - 1, offset + 1, 1);
            const auto at = [&](std::size_t i) { return static_cast<double>(x[i]); };
            std::vector<double> exact;
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double mean = group_mean(s, i, at);
                const auto square = [&](std::size_t j) { return (at(j) - mean) * (at(j) - mean); };
                exact.push_back((at(i) - mean) / std::sqrt(group_mean(s, i, square) + 1e-5));
            }
            each_set([&](const std::string&) {
                const Result<T> result = run(s, x);
                const double rounding = kernel<T> * (1 + offset);  // the mean is rounded at its size
                for (std::size_t i = 0; i < x.size(); ++i)
                    if (!close(exact[i], static_cast<double>(result.y[i]), rounding, 2)) CHECK(exact[i] == result.y[i]);
            });
        }
}

TEST_CASE_TEMPLATE("the adjoint of standardising follows its formula on every set", T, float, double) {
    for (const Groups& s : cases) {
        CAPTURE(s.outer);
        CAPTURE(s.inner);
        const auto x = uniform<T>(static_cast<Index>(numbers(s)), -1, 1, 1);
        const auto g = uniform<T>(static_cast<Index>(numbers(s)), -1, 1, 2);
        const Result<T> at = run(s, x);
        std::vector<T> exact;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double plain = group_mean(s, i, [&](std::size_t j) { return static_cast<double>(g[j]); });
            const double along = group_mean(s, i, [&](std::size_t j) { return static_cast<double>(g[j] * at.y[j]); });
            const auto group = static_cast<std::size_t>(static_cast<Index>(i) / s.inner % s.groups);
            exact.push_back(static_cast<T>((g[i] - plain - at.y[i] * along) / std::sqrt(at.variance[group] + 1e-5)));
        }
        each_set([&](const std::string&) { check_close(exact, run_vjp(s, at, g), kernel<T>, 4); });
    }
}

TEST_CASE_TEMPLATE("standardising gives the same bits on any number of threads", T, float, double) {
    for (const Groups& s : {Groups{40, 70, 33}, Groups{3000, 70, 1}}) {
        const auto x = uniform<T>(static_cast<Index>(numbers(s)), -1, 1, 3);
        const Result<T> at = run(s, x);
        CHECK(same_on_any_threads([&] { return run(s, x).y; }));
        CHECK(same_on_any_threads([&] { return run(s, x).variance; }));
        CHECK(same_on_any_threads([&] { return run_vjp(s, at, x); }));
    }
}

TEST_CASE("a NaN spoils its group and no other") {
    const std::vector<double> x{1, 2, std::numeric_limits<double>::quiet_NaN(), 4, 5, 7};
    each_set([&](const std::string&) {
        const Result<double> result = run<double>({1, 2, 3}, x);
        CHECK(std::isnan(result.y[0]));
        CHECK(std::isnan(result.mean[0]));
        CHECK(std::isfinite(result.y[3]));
    });
}

#include "sets.hpp"

using namespace gradpath;
using namespace gradpath::tests;

namespace {

struct Sizes {
    Index outer, length, inner;
    Index numbers() const { return outer * length * inner; }
};
constexpr Sizes cases[] = {{0, 3, 2},    {3, 0, 2},    {3, 2, 0},     {1, 1, 1},    {5, 7, 1},
                           {2, 16, 1},   {3, 33, 1},   {2, 5, 3},     {2, 9, 17},   {3, 4, 64},
                           {1, 100, 67}, {1, 1025, 1}, {1, 40001, 1}, {2, 3000, 5}, {1, 33, 600}};

template <class T>
using Reduction = void (*)(const T*, T*, Index, Index, Index);

template <class T>
std::vector<T> run(Reduction<T> reduce, const Sizes& s, const std::vector<T>& x) {
    const Guarded<T> from(x), y(s.outer * s.inner);
    reduce(from.data(), y.data(), s.outer, s.length, s.inner);
    return {y.begin(), y.end()};
}

/// y[o, i] = f(the numbers that are reduced), in double.
template <class T>
std::vector<double> plainly(const Sizes& s, const std::vector<T>& x, auto&& f) {
    std::vector<double> y;
    for (Index o = 0; o < s.outer; ++o)
        for (Index i = 0; i < s.inner; ++i) {
            std::vector<double> column;
            for (Index l = 0; l < s.length; ++l)
                column.push_back(static_cast<double>(x[static_cast<std::size_t>((o * s.length + l) * s.inner + i)]));
            y.push_back(f(column));
        }
    return y;
}

double add_up(const std::vector<double>& x) {
    double total = 0;
    for (const double value : x) total += value;
    return total;
}

template <class T>
void check_all(const std::vector<double>& exact, const std::vector<T>& actual, double floor) {
    REQUIRE(exact.size() == actual.size());
    bool right = true;
    for (std::size_t i = 0; i < exact.size(); ++i)
        right = right && close(exact[i], static_cast<double>(actual[i]), kernel<T>, floor);
    CHECK(right);
}

}  // namespace

TEST_CASE_TEMPLATE("sums are accurate relative to the sizes of their terms on every set", T, float, double) {
    for (const Sizes& s : cases) {
        CAPTURE(s.length);
        CAPTURE(s.inner);
        const auto x = uniform<T>(s.numbers(), -1, 1, 1);
        const auto exact = plainly(s, x, add_up);
        each_set([&](const std::string&) {
            check_all(exact, run<T>(kernels::sum, s, x), 0.4 * static_cast<double>(s.length));
        });
    }
}

TEST_CASE("a float sum of a million equal numbers is as accurate as one formula") {
    const std::vector<float> x(1000000, 0.1F);
    const double exact = 1000000 * static_cast<double>(0.1F);
    each_set([&](const std::string&) {
        const double total = static_cast<double>(run<float>(kernels::sum, {1, 1000000, 1}, x)[0]);
        CHECK(close(exact, total, kernel<float>));
    });
}

TEST_CASE_TEMPLATE("maxima are exact, of no numbers minus infinity, and NaN wins", T, float, double) {
    for (const Sizes& s : cases) {
        auto x = uniform<T>(s.numbers(), -1, 1, 2);
        const auto most = [](const std::vector<double>& c) {
            double best = -std::numeric_limits<double>::infinity();
            for (const double value : c) best = std::isnan(best) || value <= best ? best : value;
            return best;
        };
        for (const bool spoilt : {false, true}) {
            if (spoilt && !x.empty()) x[x.size() / 2] = std::numeric_limits<T>::quiet_NaN();
            const auto exact = plainly(s, x, most);
            each_set([&](const std::string&) {
                const auto y = run<T>(kernels::max, s, x);
                for (std::size_t i = 0; i < y.size(); ++i) CHECK(same(exact[i], static_cast<double>(y[i])));
            });
        }
    }
}

TEST_CASE_TEMPLATE("logsumexp neither overflows nor underflows", T, float, double) {
    for (const Sizes& s : cases) {
        const auto x = uniform<T>(s.numbers(), 900, 1000, 3);
        const auto exact = plainly(s, x, [](const std::vector<double>& c) {
            double total = 0;
            for (const double value : c) total += std::exp(value - 950);
            return 950 + std::log(total);
        });
        each_set([&](const std::string&) { check_all(exact, run<T>(kernels::logsumexp, s, x), 1); });
    }
    const T infinity = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
    each_set([&](const std::string&) {
        for (const Index inner : {1, 2}) {
            const auto of = [&](T a, T b) {
                std::vector<T> x;
                for (const T value : {a, b}) x.insert(x.end(), static_cast<std::size_t>(inner), value);
                return static_cast<double>(run<T>(kernels::logsumexp, {1, 2, inner}, x)[0]);
            };
            CHECK(of(infinity, 0) == std::numeric_limits<double>::infinity());
            CHECK(of(-infinity, -infinity) == -std::numeric_limits<double>::infinity());
            CHECK(of(-infinity, 3) == 3);
            CHECK(std::isnan(of(nan, 1)));
        }
    });
}

TEST_CASE("argmax is the first of equals and the first NaN") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> x{1, 3, 3, 2, nan, 9, -1, -1, -2};
    std::vector<Index> y(3);
    kernels::argmax(x.data(), y.data(), 3, 3, 1);
    CHECK(y == std::vector<Index>{1, 1, 0});
    kernels::argmax(x.data(), y.data(), 1, 3, 3);
    CHECK(y == std::vector<Index>{1, 1, 1});
}

TEST_CASE_TEMPLATE("reductions give the same bits for a row alone, among others, and on any threads", T, float,
                   double) {
    const Sizes s{7, 20011, 1}, wide{1, 3000, 70};
    const auto x = uniform<T>(s.numbers(), -1, 1, 4), w = uniform<T>(wide.numbers(), -1, 1, 5);
    each_set([&](const std::string&) {
        for (const Reduction<T> reduce :
             {Reduction<T>(kernels::sum), Reduction<T>(kernels::max), Reduction<T>(kernels::logsumexp)}) {
            const auto y = run<T>(reduce, s, x);
            for (std::size_t row = 0; row < 7; ++row) {
                const auto start = x.begin() + static_cast<std::ptrdiff_t>(row * 20011);
                CHECK(run<T>(reduce, {1, 20011, 1}, {start, start + 20011})[0] == y[row]);
            }
            CHECK(same_on_any_threads([&] { return run<T>(reduce, s, x); }));
            CHECK(same_on_any_threads([&] { return run<T>(reduce, wide, w); }));
        }
    });
}

TEST_CASE_TEMPLATE("softmax, log_softmax, their adjoint and cross entropy follow their formulas", T, float, double) {
    for (const Index n : {1, 2, 5, 10, 16, 17, 32, 33, 100, 1030}) {  // up to 32, rows stand side by side
        const Index rows = n <= 33 ? 19 : 3;
        CAPTURE(n);
        const auto x = uniform<T>(rows * n, -20, 20, 6), g = uniform<T>(rows * n, -1, 1, 7);
        std::vector<double> y, log_y, dx, loss;
        std::vector<Index> labels;
        for (Index r = 0; r < rows; ++r) labels.push_back(r * (n - 1) / (rows - 1));
        for (Index r = 0; r < rows; ++r) {
            double total = 0, dot = 0;
            const auto at = [&](Index i) { return static_cast<std::size_t>(r * n + i); };
            for (Index i = 0; i < n; ++i) total += std::exp(static_cast<double>(x[at(i)]));
            for (Index i = 0; i < n; ++i) {
                log_y.push_back(static_cast<double>(x[at(i)]) - std::log(total));
                y.push_back(std::exp(log_y.back()));
                dot += y.back() * static_cast<double>(g[at(i)]);
            }
            for (Index i = 0; i < n; ++i) dx.push_back(y[at(i)] * (static_cast<double>(g[at(i)]) - dot));
            loss.push_back(-log_y[at(labels[static_cast<std::size_t>(r)])]);
        }
        const std::vector<T> y_rounded(y.begin(), y.end());
        each_set([&](const std::string&) {
            const Guarded<T> from(x), slope(g), of(y_rounded), to(rows * n), losses(rows);
            kernels::softmax(from.data(), to.data(), rows, n);
            check_all<T>(y, {to.begin(), to.end()}, 0.01);
            kernels::log_softmax(from.data(), to.data(), rows, n);
            check_all<T>(log_y, {to.begin(), to.end()}, 20);
            kernels::softmax_vjp(of.data(), slope.data(), to.data(), rows, n);
            check_all<T>(dx, {to.begin(), to.end()}, 1);
            kernels::cross_entropy(from.data(), labels.data(), losses.data(), rows, n);
            check_all<T>(loss, {losses.begin(), losses.end()}, 20);
            const Guarded<T> weights(std::vector<T>(g.begin(), g.begin() + rows));
            kernels::cross_entropy_vjp(from.data(), labels.data(), weights.data(), to.data(), rows, n);
            std::vector<double> slopes = y;
            for (Index r = 0; r < rows; ++r)
                slopes[static_cast<std::size_t>(r * n + labels[static_cast<std::size_t>(r)])] -= 1;
            for (Index i = 0; i < rows * n; ++i)
                slopes[static_cast<std::size_t>(i)] *= static_cast<double>(g[static_cast<std::size_t>(i / n)]);
            check_all<T>(slopes, {to.begin(), to.end()}, 1);
        });
    }
}

TEST_CASE_TEMPLATE("softmax gives the same bits for a row alone and among others, infinities and NaN included", T,
                   float, double) {
    const auto edges = nasty<T>();
    for (const Index n : {1, 3, 10, 32, 40}) {
        const Index rows = 21;
        auto x = uniform<T>(rows * n, -20, 20, 8);
        for (std::size_t i = 0; i < edges.size(); ++i) x[(i * 7) % x.size()] = edges[i];
        each_set([&](const std::string&) {
            for (const auto kernel : {kernels::softmax<T>, kernels::log_softmax<T>}) {
                std::vector<T> all(x.size()), alone(x.size());
                kernel(x.data(), all.data(), rows, n);
                for (Index r = 0; r < rows; ++r) kernel(x.data() + r * n, alone.data() + r * n, 1, n);
                CHECK(std::memcmp(all.data(), alone.data(), all.size() * sizeof(T)) == 0);
            }
        });
    }
}

#include "sets.hpp"

using namespace gradpath;
using namespace gradpath::tests;

namespace {

struct Case {
    Index m, n, k;
    bool transpose_a = false, transpose_b = false;
};

template <class T>
std::vector<T> multiply(const Case& c, const std::vector<T>& a, const std::vector<T>& b) {
    const Guarded<T> left(a), right(b), product(c.m * c.n);
    kernels::gemm(
        kernels::Gemm<T>{c.transpose_a, c.transpose_b, c.m, c.n, c.k, left.data(), right.data(), product.data()});
    return {product.begin(), product.end()};
}

template <class T>
std::vector<T> transposed(const std::vector<T>& x, Index rows, Index columns) {
    std::vector<T> y(x.size());
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < columns; ++j)
            y[static_cast<std::size_t>(j * rows + i)] = x[static_cast<std::size_t>(i * columns + j)];
    return y;
}

/// Plain sums in double; `error` is relative to Σ |terms|.
template <class T>
double worst_error(const Case& c, const std::vector<T>& a, const std::vector<T>& b, const std::vector<T>& product) {
    double worst = 0;
    for (Index i = 0; i < c.m; ++i)
        for (Index j = 0; j < c.n; ++j) {
            double exact = 0, size = 1e-300;
            for (Index p = 0; p < c.k; ++p) {
                const auto at_a = static_cast<std::size_t>(c.transpose_a ? p * c.m + i : i * c.k + p);
                const auto at_b = static_cast<std::size_t>(c.transpose_b ? j * c.k + p : p * c.n + j);
                const double term = static_cast<double>(a[at_a]) * static_cast<double>(b[at_b]);
                exact += term;
                size += std::abs(term);
            }
            worst = std::max(
                worst, std::abs(static_cast<double>(product[static_cast<std::size_t>(i * c.n + j)]) - exact) / size);
        }
    return worst;
}

template <class T>
void check_product(const Case& c) {
    CAPTURE(c.m);
    CAPTURE(c.n);
    CAPTURE(c.k);
    CAPTURE(c.transpose_a);
    CAPTURE(c.transpose_b);
    const auto a = uniform<T>(c.m * c.k, -1, 1, 1), b = uniform<T>(c.k * c.n, -1, 1, 2);
    CHECK(worst_error(c, a, b, multiply(c, a, b)) <= kernel<T>);
}

}  // namespace

TEST_CASE_TEMPLATE("a product is the sum over the inner index, on every set and for every edge", T, float, double) {
    each_set([](const std::string&) {
        for (const Index m : {0, 1, 2, 4, 5, 6, 7, 13, 14, 15, 29})
            for (const Index n : {0, 1, 2, 8, 15, 16, 17, 31, 32, 33, 65})
                for (const Index k : {0, 1, 3, 40})
                    for (const int flags : {0, 1, 2, 3})
                        check_product<T>({m, n, k, (flags & 1) != 0, (flags & 2) != 0});
    });
}

TEST_CASE_TEMPLATE("large products cross every block boundary and stay right", T, float, double) {
    each_set([](const std::string&) {
        for (const int flags : {0, 1, 2, 3}) {
            check_product<T>({125, 70, 300, (flags & 1) != 0, (flags & 2) != 0});
            check_product<T>({3, 4130, 20, (flags & 1) != 0, (flags & 2) != 0});
            check_product<T>({230, 300, 257, (flags & 1) != 0, (flags & 2) != 0});
        }
    });
}

TEST_CASE_TEMPLATE("a product without inner elements is zero", T, float, double) {
    CHECK(multiply<T>({3, 5, 0}, {}, {}) == std::vector<T>(15, T(0)));
}

TEST_CASE_TEMPLATE("the bits of an element depend on the inner length alone", T, float, double) {
    const Index k = 700, n = 200, m = 150;
    const auto a = uniform<T>(m * k, -1, 1, 3), b = uniform<T>(k * n, -1, 1, 4);
    const auto a_turned = transposed(a, m, k), b_turned = transposed(b, k, n);
    each_set([&](const std::string&) {
        const auto all = multiply<T>({m, n, k}, a, b);
        CHECK(multiply<T>({m, n, k, true, false}, a_turned, b) == all);
        CHECK(multiply<T>({m, n, k, false, true}, a, b_turned) == all);
        CHECK(multiply<T>({m, n, k, true, true}, a_turned, b_turned) == all);
        for (const Index rows : {1, 3, 100}) {  // the first rows alone
            const std::vector<T> few(a.begin(), a.begin() + rows * k);
            const auto product = multiply<T>({rows, n, k}, few, b);
            CHECK(std::equal(product.begin(), product.end(), all.begin()));
        }
        for (const Index columns : {1, 2, 10, 33}) {  // the first columns alone
            const std::vector<T> few(b_turned.begin(), b_turned.begin() + columns * k);
            const auto product = multiply<T>({m, columns, k, false, true}, a, few);
            CHECK(multiply<T>({m, columns, k, true, true}, a_turned, few) == product);
            bool equal = true;
            for (Index i = 0; i < m; ++i)
                for (Index j = 0; j < columns; ++j)
                    equal = equal && product[static_cast<std::size_t>(i * columns + j)] ==
                                         all[static_cast<std::size_t>(i * n + j)];
            CHECK(equal);
        }
    });
}

TEST_CASE_TEMPLATE("a product has the same bits on any number of threads", T, float, double) {
    each_set([](const std::string&) {
        for (const Case& c : {Case{300, 310, 280}, Case{64, 120, 400, false, true}, Case{1, 500, 3000},
                              Case{400, 120, 64, true}, Case{64, 400, 120}, Case{9000, 2, 64}}) {
            const auto a = uniform<T>(c.m * c.k, -1, 1, 5), b = uniform<T>(c.k * c.n, -1, 1, 6);
            CHECK(same_on_any_threads([&] { return multiply(c, a, b); }));
        }
    });
}

TEST_CASE_TEMPLATE("NaN and Inf spoil exactly the rows and columns they stand in", T, float, double) {
    each_set([](const std::string&) {
        const Case c{20, 37, 30};
        auto a = std::vector<T>(static_cast<std::size_t>(c.m * c.k), T(1)),
             b = std::vector<T>(static_cast<std::size_t>(c.k * c.n), T(1));
        a[4 * 30 + 7] = std::numeric_limits<T>::quiet_NaN();
        b[3 * 37 + 36] = std::numeric_limits<T>::infinity();
        const auto y = multiply(c, a, b);
        for (Index i = 0; i < c.m; ++i)
            for (Index j = 0; j < c.n; ++j) {
                const T value = y[static_cast<std::size_t>(i * c.n + j)];
                const T wanted = j == 36 ? std::numeric_limits<T>::infinity() : T(30);
                CHECK((i == 4 ? std::isnan(value) : value == wanted));
            }
    });
}

TEST_CASE_TEMPLATE("a batch of products equals the products one by one", T, float, double) {
    each_set([](const std::string&) {
        for (const Index size : {3, 40, 140}) {
            const Case c{size, size + 1, size + 2};
            const Index count = size < 100 ? 20 : 3;
            std::vector<std::vector<T>> a, b, y;
            std::vector<kernels::Gemm<T>> calls;
            for (Index i = 0; i < count; ++i) {
                a.push_back(uniform<T>(c.m * c.k, -1, 1, static_cast<unsigned>(i)));
                b.push_back(uniform<T>(c.k * c.n, -1, 1, static_cast<unsigned>(100 + i)));
                y.emplace_back(static_cast<std::size_t>(c.m * c.n));
                calls.push_back({false, false, c.m, c.n, c.k, a.back().data(), b.back().data(), y.back().data()});
            }
            kernels::gemm_batch(std::span<const kernels::Gemm<T>>(calls));
            for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == multiply(c, a[i], b[i]));
        }
        kernels::gemm_batch(std::span<const kernels::Gemm<T>>());
    });
}

TEST_CASE_TEMPLATE("no product touches what lies before its arrays", T, float, double) {
    for (const Index size : {1, 5, 17, 40})
        for (const int flags : {0, 1, 2, 3}) {
            const Case c{size, size + 3, size + 7, (flags & 1) != 0, (flags & 2) != 0};
            const auto a = uniform<T>(c.m * c.k, -1, 1, 7), b = uniform<T>(c.k * c.n, -1, 1, 8);
            const Guarded<T> left(a, Guard::before), right(b, Guard::before), product(c.m * c.n, Guard::before);
            each_set([&](const std::string&) {
                kernels::gemm(kernels::Gemm<T>{c.transpose_a, c.transpose_b, c.m, c.n, c.k, left.data(), right.data(),
                                               product.data()});
                CHECK(std::equal(product.begin(), product.end(), multiply(c, a, b).begin()));
            });
        }
}

TEST_CASE_TEMPLATE("bias and activation at the end of a product have the bits of steps of their own", T, float,
                   double) {
    each_set([](const std::string&) {
        for (const Case& c : {Case{1, 10, 0}, Case{5, 37, 9}, Case{64, 120, 400, false, true}, Case{300, 70, 600},
                              Case{100, 2, 300}, Case{77, 4, 5, false, true}, Case{64, 1, 1}}) {
            auto a = uniform<T>(c.m * c.k, -1, 1, 9);
            if (!a.empty()) a[0] = std::numeric_limits<T>::quiet_NaN();
            const auto b = uniform<T>(c.k * c.n, -1, 1, 10), bias = uniform<T>(c.n, -1, 1, 11);
            const auto plain = multiply(c, a, b);
            for (const bool biased : {false, true})
                for (const bool relu : {false, true}) {
                    auto expected = plain, product = plain;
                    for (std::size_t i = 0; i < expected.size(); ++i) {
                        if (biased) expected[i] += bias[i % bias.size()];
                        if (relu && expected[i] < 0) expected[i] = 0;
                    }
                    kernels::gemm(kernels::Gemm<T>{c.transpose_a, c.transpose_b, c.m, c.n, c.k, a.data(), b.data(),
                                                   product.data(), biased ? bias.data() : nullptr, relu});
                    const auto same = [](T x, T y) { return x == y || (std::isnan(x) && std::isnan(y)); };
                    CHECK(std::equal(expected.begin(), expected.end(), product.begin(), same));
                }
        }
    });
}

TEST_CASE_TEMPLATE("a masked factor has the bits of one with zeros, in products of every form", T, float, double) {
    each_set([](const std::string&) {
        for (const Case& c : {Case{1, 5, 3}, Case{70, 64, 64}, Case{300, 2, 64}, Case{130, 1, 600}, Case{65, 3, 7},
                              Case{64, 200, 300}, Case{230, 70, 257, false, true}, Case{99, 4, 33, false, true}}) {
            auto a = uniform<T>(c.m * c.k, -1, 1, 12), where = uniform<T>(c.m * c.k, -1, 1, 13);
            const auto b = uniform<T>(c.k * c.n, -1, 1, 14), bias = uniform<T>(c.n, -1, 1, 15);
            where[0] = std::numeric_limits<T>::quiet_NaN();  // above nothing
            where[1] = 0;
            std::vector<T> kept(a.size()), expected(static_cast<std::size_t>(c.m * c.n)), product = expected;
            for (std::size_t i = 0; i < a.size(); ++i) kept[i] = where[i] > 0 ? a[i] : T(0);
            const auto call = [&](const std::vector<T>& left, const T* mask, std::vector<T>& to) {
                kernels::gemm(kernels::Gemm<T>{c.transpose_a, c.transpose_b, c.m, c.n, c.k, left.data(), b.data(),
                                               to.data(), bias.data(), true, mask});
            };
            call(kept, nullptr, expected);
            a[0] = std::numeric_limits<T>::infinity();  // masked: it spoils nothing
            call(a, where.data(), product);
            CHECK(product == expected);
        }
    });
}

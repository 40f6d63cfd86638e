#include "sets.hpp"

#include <gradpath/autodiff/ops/binary.hpp>
#include <gradpath/autodiff/ops/unary.hpp>

using namespace gradpath;
using namespace gradpath::tests;

namespace {

/// What is left of 1 + erf(x), or of the exponential of a cubic, for very negative x has no digits in common.
constexpr bool cancels(OpCode code) { return code == OpCode::gelu || code == OpCode::gelu_tanh; }

/// Any bits that are a number of the dtype, and numbers of everyday size.
template <class T>
std::vector<T> all_over() {
    std::mt19937_64 random(15);
    std::vector<T> values;
    for (int i = 0; i < 4000; ++i) {
        const std::uint64_t bits = random();
        T value;
        std::memcpy(&value, &bits, sizeof value);
        values.push_back(value);
    }
    for (const double span : {1.0, 10.0, 100.0, 800.0})
        for (const T value : uniform<T>(1000, -span, span, 16)) values.push_back(value);
    return values;
}

constexpr Index sizes[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 100, 1000};

template <class T>
std::vector<T> unary_of(OpCode code, const std::vector<T>& x) {
    const Guarded<T> from(x), to(static_cast<Index>(x.size()));
    kernels::unary(code, from.data(), to.data(), static_cast<Index>(x.size()));
    return {to.begin(), to.end()};
}

template <class T>
std::vector<T> binary_of(OpCode code, const std::vector<T>& a, const std::vector<T>& b, Index n) {
    const Guarded<T> left(a), right(b), to(n);
    kernels::binary(code, left.data(), Index(a.size() > 1 || n == 1), right.data(), Index(b.size() > 1 || n == 1),
                    to.data(), n);
    return {to.begin(), to.end()};
}

}  // namespace

TEST_CASE_TEMPLATE("every formula of one number agrees with the reference on every set", T, float, double) {
    formula::UnaryOps::each([]<class Formula>() {
        const auto info = Formula::info;
        CAPTURE(std::string(info.name));
        const double floor = cancels(info.code) ? 1 : 1e-3;
        for (const Index n : sizes) {
            const auto x = uniform<T>(n, info.low, info.high, 1 + static_cast<unsigned>(n));
            against_reference([&] { return unary_of(info.code, x); },
                              [&](auto& expected, auto&& actual) { check_close(expected, actual, kernel<T>, floor); });
        }
    });
}

TEST_CASE_TEMPLATE("every formula agrees with the reference over the whole range of its numbers", T, float, double) {
    const auto x = all_over<T>();
    const std::vector<T> other(x.rbegin(), x.rend());
    const auto agree = [&](const formula::Info& info, auto&& values) {
        CAPTURE(std::string(info.name));
        const double subnormal = std::numeric_limits<T>::min() / kernel<T>;  // such a result may be 0
        against_reference(values, [&](auto& expected, auto&& actual) {
            check_close(expected, actual, kernel<T>, cancels(info.code) ? 1 : subnormal);
        });
    };
    formula::UnaryOps::each(
        [&]<class Formula>() { agree(Formula::info, [&] { return unary_of(Formula::info.code, x); }); });
    formula::BinaryOps::each([&]<class Formula>() {
        const auto n = static_cast<Index>(x.size());
        agree(Formula::info, [&] { return binary_of(Formula::info.code, x, other, n); });
    });
}

TEST_CASE_TEMPLATE("a formula treats NaN, Inf, zeros and huge numbers like the reference", T, float, double) {
    formula::UnaryOps::each([]<class Formula>() {
        CAPTURE(std::string(Formula::info.name));
        const auto x = nasty<T>();
        against_reference([&] { return unary_of(Formula::info.code, x); },
                          [&](auto& expected, auto&& actual) {
                              for (std::size_t i = 0; i < x.size(); ++i) {
                                  CAPTURE(x[i]);
                                  CAPTURE(expected[i]);
                                  CAPTURE(actual[i]);
                                  CHECK(close(expected[i], actual[i], kernel<T>,
                                              static_cast<double>(std::numeric_limits<T>::min()) * 1e8));
                                  if (expected[i] == 0) CHECK(std::signbit(expected[i]) == std::signbit(actual[i]));
                              }
                          });
    });
}

TEST_CASE_TEMPLATE("a formula gives the same bits wherever the number stands", T, float, double) {
    each_set([](const std::string&) {
        formula::UnaryOps::each([]<class Formula>() {
            CAPTURE(std::string(Formula::info.name));
            const auto x = uniform<T>(37, Formula::info.low, Formula::info.high, 5);
            const auto y = unary_of(Formula::info.code, x);
            for (std::size_t i = 0; i < x.size(); ++i) CHECK(unary_of<T>(Formula::info.code, {x[i]})[0] == y[i]);
        });
        const auto a = uniform<T>(37, 0.3, 2.5, 6);
        const auto b = uniform<T>(37, -2.5, 2.5, 7);
        const auto y = binary_of(OpCode::pow, a, b, 37);
        for (std::size_t i = 0; i < a.size(); ++i) CHECK(binary_of<T>(OpCode::pow, {a[i]}, {b[i]}, 1)[0] == y[i]);
    });
}

TEST_CASE_TEMPLATE("every formula of two numbers agrees with the reference, with either side repeated", T, float,
                   double) {
    formula::BinaryOps::each([]<class Formula>() {
        const auto info = Formula::info;
        CAPTURE(std::string(info.name));
        for (const Index n : sizes)
            for (const int repeated : {0, 1, 2}) {
                const auto a = uniform<T>(repeated == 1 ? 1 : n, info.low, info.high, 2);
                const auto b = uniform<T>(repeated == 2 ? 1 : n, info.low, info.high, 3);
                against_reference(
                    [&] { return binary_of(info.code, a, b, n); },
                    [](auto& expected, auto&& actual) { check_close(expected, actual, kernel<T>, 1e-3); });
            }
        for (const T b : nasty<T>()) {
            const auto a = nasty<T>();
            against_reference([&] { return binary_of<T>(info.code, a, {b}, static_cast<Index>(a.size())); },
                              [](auto& expected, auto&& actual) { check_close(expected, actual, kernel<T>); });
        }
    });
}

TEST_CASE_TEMPLATE("integer powers of negative numbers are exact", T, float, double) {
    each_set([](const std::string&) {
        for (const int exponent : {-1, 0, 1, 2, 3, 4, 5, 10}) {
            const std::vector<T> base{T(-3), T(-2), T(2), T(0.5), T(-1)};
            const auto y = binary_of<T>(OpCode::pow, base, {T(exponent)}, 5);
            for (std::size_t i = 0; i < base.size(); ++i)
                CHECK(y[i] == static_cast<T>(std::pow(static_cast<double>(base[i]), exponent)));
        }
    });
}

TEST_CASE_TEMPLATE("broadcast blocks equal one call per block", T, float, double) {
    const auto a = uniform<T>(12, -1, 1, 8), b = uniform<T>(30, -1, 1, 9);
    const std::vector<Index> at_a{0, 3, 6, 0}, at_b{20, 10, 0, 5};
    each_set([&](const std::string&) {
        const Guarded<T> y(40);
        kernels::binary_blocks(OpCode::mul, a.data(), at_a.data(), Index(0), b.data(), at_b.data(), Index(1), y.data(),
                               Index(4), Index(10));
        for (Index block = 0; block < 4; ++block)
            for (Index i = 0; i < 10; ++i) {
                const auto place = static_cast<std::size_t>(block);
                CHECK(y[block * 10 + i] ==
                      a[static_cast<std::size_t>(at_a[place])] * b[static_cast<std::size_t>(at_b[place] + i)]);
            }
    });
}

TEST_CASE_TEMPLATE("where picks by mask, and a NaN in the branch not taken does not leak", T, float, double) {
    const T nan = std::numeric_limits<T>::quiet_NaN();
    const std::vector<T> mask{1, 0, 2, T(-0.0)}, a{1, nan, 3, nan}, b{nan, 6, nan, 8};
    std::vector<T> y(4);
    kernels::where(mask.data(), Index(1), a.data(), Index(1), b.data(), Index(1), y.data(), Index(4));
    CHECK(y == std::vector<T>{1, 6, 3, 8});
}

TEST_CASE_TEMPLATE("elementwise loops give the same bits on any number of threads", T, float, double) {
    const auto x = uniform<T>(100003, -5, 5, 10);
    each_set([&](const std::string&) {
        CHECK(same_on_any_threads([&] {
            std::vector<T> y(x.size());
            kernels::unary(OpCode::gelu, x.data(), y.data(), static_cast<Index>(x.size()));
            kernels::binary(OpCode::div, x.data(), Index(1), y.data(), Index(1), y.data(),
                            static_cast<Index>(x.size()));
            return y;
        }));
    });
}

TEST_CASE("conversion rounds to the nearest float") {
    const std::vector<double> x{0.1, -1e300, 1.0 + 0x1p-25, 3};
    std::vector<float> y(4);
    kernels::convert(x.data(), y.data(), Index(4));
    CHECK(y == std::vector<float>{0.1F, -std::numeric_limits<float>::infinity(), 1.0F, 3.0F});
}

TEST_CASE_TEMPLATE("no formula touches what lies before its arrays", T, float, double) {
    for (const Index n : sizes) {
        const auto x = uniform<T>(n, 0.5, 2, 12);
        const Guarded<T> from(x, Guard::before), to(n, Guard::before);
        each_set([&](const std::string&) {
            kernels::unary(OpCode::log, from.data(), to.data(), n);
            CHECK(std::equal(to.begin(), to.end(), unary_of(OpCode::log, x).begin()));
            kernels::binary(OpCode::div, from.data(), Index(1), from.data(), Index(1), to.data(), n);
            CHECK(std::count(to.begin(), to.end(), T(1)) == n);
        });
    }
}

TEST_CASE_TEMPLATE("steps of the optimisers agree with the reference, and touch only their arrays", T, float, double) {
    for (const Index n : sizes) {
        const auto g = uniform<T>(n, -1, 1, 13), p = uniform<T>(n, -1, 1, 14), v = uniform<T>(n, 0, 1, 15);
        const auto agree = [](auto& expected, auto&& actual) { check_close(expected, actual, kernel<T>, 1); };
        against_reference(
            [&] {
                const Guarded<T> slope(g), parameter(p), mean(g), variance(v);
                const kernels::AdamStep step{0.01, 0.9, 0.999, 1e-8, 0.1, 0.1, 0.5};
                kernels::adam(step, slope.data(), parameter.data(), mean.data(), variance.data(), n);
                std::vector<T> all(parameter.begin(), parameter.end());
                all.insert(all.end(), mean.begin(), mean.end());
                all.insert(all.end(), variance.begin(), variance.end());
                return all;
            },
            agree);
        for (const double momentum : {0.0, 0.9})
            for (const bool nesterov : {false, true})
                against_reference(
                    [&] {
                        const Guarded<T> slope(g), parameter(p), velocity(v);
                        kernels::sgd({0.1, momentum, 0.01, nesterov}, slope.data(), parameter.data(),
                                     momentum == 0 ? nullptr : velocity.data(), n);
                        std::vector<T> all(parameter.begin(), parameter.end());
                        all.insert(all.end(), velocity.begin(), velocity.end());
                        return all;
                    },
                    agree);
        for (const double momentum : {0.0, 0.9})
            for (const bool centered : {false, true})
                against_reference(
                    [&] {
                        const Guarded<T> slope(g), parameter(p), square(v), mean(g), velocity(v);
                        kernels::rms_prop<T>({0.1, 0.9, 0.1, momentum, 0.01, centered}, slope.data(), parameter.data(),
                                             {square.data(), centered ? mean.data() : nullptr,
                                              momentum == 0 ? nullptr : velocity.data()},
                                             n);
                        std::vector<T> all(parameter.begin(), parameter.end());
                        for (const auto* list : {&square, &mean, &velocity})
                            all.insert(all.end(), list->begin(), list->end());
                        return all;
                    },
                    agree);
    }
}

TEST_CASE("one Adam step from rest moves each parameter by the rate against the sign of its slope") {
    each_set([](const std::string&) {
        std::vector<double> p{1, 1, 1}, mean(3, 0.0), variance(3, 0.0);
        const std::vector<double> g{0.5, -3, 1e-3};
        kernels::adam({0.01, 0.9, 0.999, 0, 0, 0.1, 0.001}, g.data(), p.data(), mean.data(), variance.data(), Index(3));
        CHECK(close(p[0], 0.99, 1e-12));
        CHECK(close(p[1], 1.01, 1e-12));
        CHECK(close(p[2], 0.99, 1e-12));
    });
}

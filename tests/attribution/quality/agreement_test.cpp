// Figures of agreement against numbers worked out by hand, and what they do not see.
#include <attribution/functions.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;
using quality::Agreement;

namespace {

using Values = std::vector<double>;
constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

Attribution answer(std::initializer_list<double> values, Index rows = 1) {
    Attribution a;
    a.values = Tensor({rows, static_cast<Index>(values.size()) / rows}, values, DType::float64);
    a.f_input.assign(static_cast<std::size_t>(rows), 0);
    return a;
}

}  // namespace

TEST_CASE("ranks count from 0, ties get their mean, and NaN comes last") {
    CHECK(quality::ranks(Values{30, 10, 20}) == Values{2, 0, 1});
    CHECK(quality::ranks(Values{5, undefined, 1, 5, undefined}) == Values{1.5, 3.5, 0, 1.5, 3.5});
    CHECK(quality::ranks(Values{}).empty());
}

TEST_CASE("cosine is that of the angle between two lists") {
    CHECK(quality::cosine(Values{1, 0}, Values{1, 1}) == doctest::Approx(std::sqrt(0.5)));
    CHECK(quality::cosine(Values{3, 4}, Values{-6, -8}) == doctest::Approx(-1));
    CHECK(quality::cosine(Values{1, 2}, Values{2, -1}) == 0);
    CHECK(quality::cosine(Values{0, 0}, Values{1, 2}) == 0);
    CHECK(quality::cosine(Values{0, 0}, Values{0, 0}) == 1);
    CHECK(std::isnan(quality::cosine(Values{1, undefined}, Values{1, 2})));
}

TEST_CASE("Spearman's and Kendall's correlations see nothing but the order") {
    const Values a{1, 2, 3, 4}, b{1, 3, 2, 4}, bent{1, 8, 27, 64};
    CHECK(quality::spearman(a, b) == doctest::Approx(0.8));     // 1 - 6·2/60
    CHECK(quality::kendall(a, b) == doctest::Approx(2.0 / 3));  // 5 pairs of 6 in order
    CHECK(quality::spearman(a, bent) == doctest::Approx(1));
    CHECK(quality::kendall(a, bent) == doctest::Approx(1));
    CHECK(quality::spearman(Values{1, 1, 2}, Values{1, 2, 3}) == doctest::Approx(std::sqrt(0.75)));
    CHECK(quality::kendall(Values{1, 1, 2}, Values{1, 2, 3}) == doctest::Approx(2 / std::sqrt(6.0)));
    for (const auto correlation : {quality::spearman, quality::kendall}) {
        CHECK(correlation(Values{1, 2, 3}, Values{3, 2, 1}) == doctest::Approx(-1));
        CHECK(correlation(Values{5, 5, 5}, Values{1, 2, 3}) == 0);
        CHECK(correlation(Values{5, 5, 5}, Values{2, 2, 2}) == 1);
        CHECK(std::isnan(correlation(Values{1, undefined}, Values{1, 2})));
        CHECK(correlation(Values{7}, Values{2}) == 1);  // of one number: constant, both
    }
}

TEST_CASE("the divergence of shares is in nats, of absolute values, and says where a share was overlooked") {
    CHECK(quality::share_divergence(Values{1, -3}, Values{2, 2}) == doctest::Approx(0.5 * std::log(4.0 / 3)));
    CHECK(quality::share_divergence(Values{10, -20}, Values{-1, 2}) == doctest::Approx(0));
    CHECK(quality::share_divergence(Values{1, 1}, Values{1, 0}) == doctest::Approx(std::log(2.0)));
    CHECK(quality::share_divergence(Values{1, 0}, Values{1, 1}) == infinity);
    CHECK(quality::share_divergence(Values{0, 0}, Values{1, 1}) == infinity);
    CHECK(quality::share_divergence(Values{1, 1}, Values{0, 0}) == infinity);
    CHECK(quality::share_divergence(Values{0, 0}, Values{0, 0}) == 0);
    CHECK(std::isnan(quality::share_divergence(Values{1, undefined}, Values{1, 1})));
}

TEST_CASE("the largest error is that of one number, and agreement has all figures") {
    CHECK(quality::largest_error(Values{1, -2, 3}, Values{1, 2, 2.5}) == 4);
    CHECK(std::isnan(quality::largest_error(Values{undefined, 5}, Values{1, 2})));
    const Values a{1, -2, 3, 0.5}, b{2, 1, 0.5, -1};
    const Agreement all = quality::agreement(a, b);
    CHECK(all.cosine == quality::cosine(a, b));
    CHECK(all.spearman == quality::spearman(a, b));
    CHECK(all.kendall == quality::kendall(a, b));
    CHECK(all.divergence == quality::share_divergence(a, b));
    CHECK(all.largest_error == quality::largest_error(a, b));
}

TEST_CASE("rank agreement of two answers is Spearman's, the mean over rows") {
    using quality::rank_agreement;
    CHECK(rank_agreement(answer({1, 2, 3}), answer({10, 20, 1000})) == doctest::Approx(1));
    CHECK(rank_agreement(answer({1, 2, 3, 1, 2, 3}, 2), answer({1, 2, 3, 3, 2, 1}, 2)) == doctest::Approx(0));
}

TEST_CASE("rank agreement of answers that explain no one number, as smoothed ones, and of all targets") {
    const attribution::Model f = [](const Tensor& x) {
        return stack({sum(square(x), {.axes = {1}}), sum(x, {.axes = {1}})}, 1);
    };
    const Tensor x({2, 3}, {1, 2, 4, 8, 3, 5}, DType::float64);
    for (const attribution::Target& target :
         {attribution::Target{Index{0}}, attribution::Target{attribution::AllTargets{}}}) {
        const auto slope = [&](const Tensor& z) { return attribution::gradient(f, z, {.target = target}); };
        const Attribution smooth = attribution::smooth(slope, x, {.sigma = 0.01, .samples = 3}), plain = slope(x);
        REQUIRE(smooth.f_input.empty());
        CHECK(quality::rank_agreement(smooth, smooth) == doctest::Approx(1));
        CHECK(quality::rank_agreement(plain, plain) == doctest::Approx(1));
        if (target.index() == 1) CHECK(quality::rank_agreement(smooth, plain) == doctest::Approx(1));
    }
}

TEST_CASE("a mean's interval is t standard errors to each side") {
    const quality::Confidence two = quality::confidence(Values{1, 3});
    CHECK(two.mean == 2);
    CHECK(two.high == doctest::Approx(2 + 12.706).epsilon(1e-3));  // t of one degree of freedom, standard error 1
    CHECK(two.low == doctest::Approx(2 - 12.706).epsilon(1e-3));
    const quality::Confidence constant = quality::confidence(Values{4, 4, 4});
    CHECK(constant.low == 4);
    CHECK(constant.high == 4);
    CHECK(std::isnan(quality::confidence(Values{5}).low));
}

TEST_CASE("within bounds the interval is Wilson's, of as many rows as the variance leaves") {
    using quality::confidence_within;
    const auto ends = [](double p, double rows, double t) {  // of μ with (p - μ)² = t² μ (1 - μ) / rows
        const double a = 1 + t * t / rows, b = -(2 * p + t * t / rows), root = std::sqrt(b * b - 4 * a * p * p);
        return Values{(-b - root) / (2 * a), (-b + root) / (2 * a)};
    };
    constexpr double t4 = 2.7764451, t1 = 12.7062047;
    const quality::Confidence yes_no = confidence_within(Values{1, 0, 1, 1, 1}, {0, 1});
    CHECK(yes_no.mean == doctest::Approx(0.8));
    CHECK(yes_no.low == doctest::Approx(ends(0.8, 5, t4)[0]));
    CHECK(yes_no.high == doctest::Approx(ends(0.8, 5, t4)[1]));
    const quality::Confidence all = confidence_within(Values{1, 1, 1, 1, 1}, {0, 1});
    CHECK(all.high == 1);
    CHECK(all.low == doctest::Approx(1 / (1 + t4 * t4 / 5)));
    const quality::Confidence narrow = confidence_within(Values{-0.5, 0.5}, {-1, 1});  // places 1/4, 3/4: s² = 1/16
    CHECK(narrow.mean == doctest::Approx(0));
    CHECK(narrow.high == doctest::Approx(2 * ends(0.5, 8, t1)[1] - 1));
    const quality::Confidence alike = confidence_within(Values{0.25, 0.25, 0.25}, {0, 1});
    CHECK(alike.low == 0.25);
    CHECK(alike.high == 0.25);
    CHECK(std::isnan(confidence_within(Values{0.3}, {0, 1}).low));
}

TEST_CASE("within wide bounds it is nearly the interval of any numbers, and never beyond narrow ones") {
    const Values values = numbers(random_tensor({200}, 5));
    const quality::Confidence free = quality::confidence(values), wide = quality::confidence_within(values, {-50, 50});
    CHECK(wide.low == doctest::Approx(free.low).epsilon(0.01));
    CHECK(wide.high == doctest::Approx(free.high).epsilon(0.01));
    for (const double most : {1e-9, 0.01, 0.5, 1.0})
        for (const std::size_t count : {2U, 3U, 9U}) {
            Values few(count, 0.0);
            few.back() = most;
            const quality::Confidence c = quality::confidence_within(few, {0, 1});
            CHECK(c.low >= 0);
            CHECK(c.high <= 1);
            CHECK(c.low <= c.mean);
            CHECK(c.mean <= c.high);
        }
}

TEST_CASE("the interval covers the expectation 95 times in 100") {
    constexpr Index runs = 4000, each = 5;
    const Tensor drawn = random_tensor({runs, each}, 3) * 2.0 + 7.0;
    int covered = 0;
    for (Index k = 0; k < runs; ++k) {
        const Values values = numbers(slice(drawn, 0, k, k + 1));
        const quality::Confidence c = quality::confidence(values);
        covered += c.low <= 7 && 7 <= c.high;
    }
    CHECK(std::abs(covered / double{runs} - 0.95) <= 5 * std::sqrt(0.95 * 0.05 / runs));
}

TEST_CASE("lists that do not fit are refused") {
    const Values one{1}, two{1, 2}, none{};
    tests::check_refused(
        {{[&] { quality::cosine(one, two); }, "cosine: the lists have 1 and 2 numbers"},
         {[&] { quality::spearman(two, one); }, "spearman: the lists have 2 and 1 numbers"},
         {[&] { quality::kendall(none, none); }, "kendall: there are no numbers"},
         {[&] { quality::share_divergence(none, one); }, "share_divergence: the lists have 0 and 1 numbers"},
         {[&] { quality::largest_error(none, none); }, "largest_error: there are no numbers"},
         {[&] {
              quality::rank_agreement(answer({1, 2}), answer({1, 2}, 2));
          },
          "rank_agreement: the answers have the shapes (1, 2) and (2, 1)"},
         {[&] { quality::confidence(none); }, "confidence: there are no values"},
         {[&] {
              quality::confidence_within(none, {0, 1});
          },
          "confidence: there are no values"},
         {[&] {
              quality::confidence_within(two, {0, 1});
          },
          "confidence: values must lie in [0, 1]: one is 2"}});
}

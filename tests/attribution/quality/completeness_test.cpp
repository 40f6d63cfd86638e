// Figures that need nothing but the values: by hand.
#include <gradpath/attribution/quality/completeness.hpp>

#include <gradpath/attribution/quality/complexity.hpp>

#include <attribution/functions.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;
using Values = std::vector<double>;

TEST_CASE("completeness is the gap of the sum, cancellation what the sizes are above it") {
    const Tensor values({3, 2}, {3, -1, 3, -1, 0, 0}, DType::float64);
    const auto found = quality::completeness(values, Values{5, 2, 1}, Values{1, 0, 1});
    CHECK(found[0].gap == 2);
    CHECK(found[0].relative_gap == 0.5);
    CHECK(found[0].cancelled == 0);
    CHECK(found[0].cancellation == 1);
    CHECK(found[1].gap == 0);
    CHECK(found[1].cancelled == 2);
    CHECK(found[1].cancellation == 2);
    CHECK(found[2].relative_gap == 0);
    CHECK(found[2].cancellation == 0);
}

TEST_CASE("entropy and Gini's index of lists worked out by hand") {
    CHECK(quality::entropy(Values{2, -2, 2, 2}) == doctest::Approx(std::log(4)));
    CHECK(quality::entropy(Values{0, -5, 0}) == 0);
    CHECK(quality::entropy(Values{-1, 3}) == doctest::Approx(-0.25 * std::log(0.25) - 0.75 * std::log(0.75)));
    CHECK(quality::entropy(Values{0, 0}) == doctest::Approx(std::log(2)));
    CHECK(quality::gini(Values{2, -2, 2, 2}) == doctest::Approx(0));
    CHECK(quality::gini(Values{0, 0, 7, 0}) == doctest::Approx(0.75));
    CHECK(quality::gini(Values{3, -1}) == doctest::Approx(0.25));
    CHECK(quality::gini(Values{0, 0}) == doctest::Approx(0));
    CHECK(quality::gini(Values{8}) == doctest::Approx(0));
    CHECK(quality::sparsity(Values{100, -5, 5.1, 0}) == 0.5);  // of 100, 5 are small and 5.1 are not
    CHECK(quality::sparsity(Values{0, -7, 0, 0}) == 0.75);
    CHECK(quality::sparsity(Values{0, 0}) == 0);
    CHECK(std::isnan(quality::sparsity(Values{1, NAN})));
    CHECK(std::isnan(quality::gini(Values{1, NAN})));
    CHECK(std::isnan(quality::entropy(Values{1, NAN})));
}

TEST_CASE("figures of values say what does not fit") {
    tests::check_refused({{[] {
                               quality::completeness(ones({2, 2}), Values{1}, Values{1, 2});
                           },
                           "completeness: 2 rows of values have 1 numbers at the input and 2 at the baseline"},
                          {[] { quality::entropy({}); }, "entropy: there are no numbers"},
                          {[] { quality::gini({}); }, "gini: there are no numbers"}});
}

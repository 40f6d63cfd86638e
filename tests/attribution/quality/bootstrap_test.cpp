// Differences whose resampled means are known, and Holm's example.
#include <gradpath/attribution/quality/bootstrap.hpp>

#include <attribution/functions.hpp>
#include <support/close.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;
using Values = std::vector<double>;

TEST_CASE("a difference that is the same in every row is beyond chance, none is not") {
    const quality::PairedDifference same = quality::paired_bootstrap(Values{3, 5, 9}, Values{1, 3, 7});
    CHECK(same.mean == 2);
    CHECK(same.low == 2);
    CHECK(same.high == 2);
    CHECK(same.p == 0.25);  // three signs alike: 2 / 2³
    const Values many(12, 1.0), none(12, 0.0);
    CHECK(quality::paired_bootstrap(many, none).p == doctest::Approx(2.0 / 2001));
    CHECK(quality::paired_bootstrap(Values{3, 5}, Values{3, 5}).p == 1);
    CHECK(quality::least_p(0) == 1);
    CHECK(quality::paired_bootstrap(Values{3, 5, 4}, Values{1, 2, 3}).p == quality::least_p(3));
}

TEST_CASE("two opposite differences: means are -1, 0 and 1") {
    const quality::PairedDifference found = quality::paired_bootstrap(Values{0, 1}, Values{1, 0});
    CHECK(found == quality::PairedDifference{.mean = 0, .low = -1, .high = 1, .p = 1});
}

TEST_CASE("the other way round the signs change, the same seed gives the same interval") {
    const Values a{1, 4, 2, 8, 5, 7}, b{2, 3, 1, 4, 6, 1};
    const quality::PairedDifference one = quality::paired_bootstrap(a, b), other = quality::paired_bootstrap(b, a);
    CHECK(one.mean == -other.mean);
    CHECK(one.low == doctest::Approx(-other.high));
    CHECK(one.p == other.p);
    CHECK(one == quality::paired_bootstrap(a, b));
    CHECK(one.low < one.mean);
    CHECK(one.mean < one.high);
    CHECK(quality::paired_bootstrap(a, b, {.level = 0.5}).low > one.low);
}

TEST_CASE("the interval is that of Student's for many rows of a normal difference") {
    const Tensor drawn = random::normal({400}, {.seed = 5, .dtype = DType::float64});
    const Values differences = numbers(drawn);
    const quality::PairedDifference found = quality::paired_bootstrap(differences, Values(400, 0.0));
    const double half = 1.96 * standard_deviation(drawn, {}, 1).at(0) / 20;
    CHECK(tests::close(found.high - found.mean, half, 0.1));
    CHECK(tests::close(found.mean - found.low, half, 0.1));
}

TEST_CASE("rows without a number are left out") {
    CHECK(quality::paired_bootstrap(Values{3, NAN, 4}, Values{1, 9, 2}).mean == 2);
}

TEST_CASE("Holm raises the least p the most, and never below the one before") {
    CHECK(largest_difference(quality::holm(Values{.01, .04, .03}), {.03, .06, .06}) < 1e-15);
    CHECK(quality::holm(Values{.6, .7}) == Values{1, 1});
    CHECK(quality::holm({}).empty());
}

TEST_CASE("the bootstrap says what does not fit") {
    tests::check_refused(
        {{[] {
              quality::paired_bootstrap(Values{1}, Values{1, 2});
          },
          "paired_bootstrap: the lists have 1 and 2 numbers"},
         {[] { quality::paired_bootstrap({}, {}); }, "paired_bootstrap: there is no row with two numbers"},
         {[] { quality::paired_bootstrap(Values{1}, Values{1}, {.resamples = 0}); },
          "paired_bootstrap: needs at least 1 resample but has 0"},
         {[] { quality::paired_bootstrap(Values{1}, Values{1}, {.level = 1}); },
          "paired_bootstrap: level must lie between 0 and 1 but is 1"}});
}

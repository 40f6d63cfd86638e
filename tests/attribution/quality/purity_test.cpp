// Rankings small enough to count by hand.
#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/attribution/quality/purity.hpp>
#include <support/refused.hpp>

using namespace gradpath;
using namespace gradpath::attribution::quality;

namespace {

using Numbers = std::vector<double>;
using Classes = std::vector<Index>;

}  // namespace

TEST_CASE("purity counts the upper half that is not of the baseline's class, whatever the classes are called") {
    const Numbers sizes{1, 9, 3, 7, 5};  // the upper half: rows 1 and 3; the lower one: rows 0 and 2
    const Purity a = purity(sizes, Classes{0, 1, 0, 1, 0}, 0);
    CHECK(a.value == 1);
    CHECK(a.upper_class == 1);
    CHECK(a.lower_class == 0);
    const Purity renamed = purity(sizes, Classes{1, 0, 1, 0, 1}, 1);
    CHECK(renamed.value == 1);
    CHECK(renamed.upper_class == 0);
    CHECK(renamed.lower_class == 1);
    const Purity mixed = purity(sizes, Classes{0, 1, 1, 0, 1}, 0);
    CHECK(mixed.value == 0.5);
    CHECK(mixed.lower_class == 0.5);
    CHECK(purity(Numbers{2, 2, 2, 2}, Classes{1, 1, 0, 0}, 0).value == 1);  // equals by row
}

TEST_CASE("by row, purity counts both halves, and has the same mean where the classes are as large") {
    const Numbers sizes{1, 9, 3, 7, 5};
    CHECK(purity_by_row(sizes, Classes{0, 1, 0, 0, 1}, 0) == Numbers{1, 1, 1, 0, 0});
    CHECK(purity_by_row(Numbers{4, 3, 2, 1}, Classes{0, 1, 1, 0}, 0) == Numbers{0, 1, 0, 1});
    CHECK(purity(Numbers{4, 3, 2, 1}, Classes{0, 1, 1, 0}, 0).value == 0.5);
}

TEST_CASE("sizes are sums of absolute values over all features of a row") {
    CHECK(sizes_of(Tensor({2, 2, 2}, {1, -2, 3, -4, 0, 0, -0.5, 0})) == Numbers{10, 0.5});
}

TEST_CASE("spread is the sample deviation within a class") {
    CHECK(spread(Numbers{1, 100, 2, 3}, Classes{0, 1, 0, 0}, 0) == doctest::Approx(1));
    CHECK(spread(Numbers{1, 3}, Classes{2, 2}, 2) == doctest::Approx(std::sqrt(2)));
    CHECK(std::isnan(spread(Numbers{1, 3}, Classes{0, 1}, 1)));
}

TEST_CASE("the area of straight lines is exact") {
    CHECK(area_under(Numbers{0, 1, 4}, Numbers{0, 2, 8}) == doctest::Approx(16));
    CHECK(area_under(Numbers{3}, Numbers{7}) == 0);
}

TEST_CASE("rankings say what does not fit") {
    tests::check_refused({{[] {
                               purity(Numbers{1, 2}, Classes{0}, 0);
                           },
                           "purity: every size needs a class: got 2 and 1"},
                          {[] { purity(Numbers{1}, Classes{0}, 0); }, "purity: needs at least two rows but got 1"},
                          {[] { spread(Numbers{1}, Classes{}, 0); }, "spread: every size needs a class: got 1 and 0"},
                          {[] {
                               area_under(Numbers{1, 2}, Numbers{1});
                           },
                           "area_under: every x needs a y: got 2 and 1"},
                          {[] {
                               area_under(Numbers{2, 1}, Numbers{1, 1});
                           },
                           "area_under: x must ascend"}});
}

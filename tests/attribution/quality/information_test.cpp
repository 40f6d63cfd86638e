// A picture of three pixels whose information is its sum, so that every point of a curve is known by hand.
#include <gradpath/attribution/quality/information.hpp>

#include <attribution/quality/lines.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;
using quality::Information;
using quality::InformationCurve;

namespace {

const Model above_six = above(6);

/// Under which the first pixel of three is the one that is always shown.
std::uint64_t seed_of_the_first() {
    std::uint64_t seed = 0;
    while (random::permutation(3, seed)[0] != 0) ++seed;
    return seed;
}
const Information by_hand{.shares = {1. / 3},
                          .points = 4,
                          .bits = [](const Tensor& picture, double, double) { return sum(picture).at(0); },
                          .seed = seed_of_the_first()};

}  // namespace

TEST_CASE("differences from the left neighbour are what a picture is made of") {
    const auto bits = [](std::initializer_list<double> values) {
        return quality::difference_bits(Tensor({1, 1, static_cast<Index>(values.size())}, values), 0, 1);
    };
    CHECK(bits({0, 1}) == doctest::Approx(2));  // 0 and 255
    CHECK(bits({0, 1, 1}) == doctest::Approx(-2 * std::log2(2. / 3) - std::log2(1. / 3)));
    CHECK(bits({0, 0, 0, 0}) == 0);
    CHECK(quality::difference_bits(Tensor({1, 1, 2}, {5, 5}), 5, 5) == 0);
    CHECK(quality::difference_bits(Tensor({2, 1, 1}, {0, 1}), 0, 1) == doctest::Approx(2));
}

TEST_CASE("a curve by hand: two pixels of three are shown, the last is taken for the second") {
    const InformationCurve c = quality::information_curves(above_six, line({0, 4, 8}), line({0, 2, 1}), by_hand)[0];
    const double lowest = sigmoid_of(-6), y = (sigmoid_of(2) - lowest) / (sigmoid_of(6) - lowest);  // at 8 of 12
    CHECK(largest_difference(c.softmax, {0, y / 2, y, 1}) < 1e-6);
    CHECK(largest_difference(c.accuracy, {0, 0.5, 1, 1}) < 1e-6);
    CHECK(c.softmax_area == doctest::Approx((y / 2 + y + 0.5) / 3));
    CHECK(c.accuracy_area == doctest::Approx(2.0 / 3));
}

TEST_CASE("without a share in between a curve is the diagonal; a class seen in the seeds is seen throughout") {
    Information none = by_hand;
    none.shares = {};
    CHECK(quality::information_curves(above_six, line({0, 4, 8}), line({0, 2, 1}), none)[0].softmax_area ==
          doctest::Approx(0.5));
    Information seeds = by_hand;
    seeds.shares = {0};
    const InformationCurve c = quality::information_curves(above_six, line({3, 4, 5}), line({0, 2, 1}), seeds)[0];
    CHECK(c.accuracy_area == doctest::Approx(1));
}

TEST_CASE("rows of which the model is unsure, or that say no more than the seeds, are left out") {
    const auto left_out = [](const std::vector<double>& x) {
        const InformationCurve c = quality::information_curves(above_six, line(x), line({0, 2, 1}), by_hand)[0];
        CHECK(std::isnan(c.softmax_area) == c.left_out);
        return c.left_out;
    };
    CHECK(left_out({0, 3, 3.5}));  // p = 0.62
    CHECK(left_out({9, 4, 1}));    // 27 at the seeds
    CHECK_FALSE(left_out({0, 4, 8}));
}

TEST_CASE("medians of curves, point by point, of those that are there") {
    const std::vector<InformationCurve> curves{
        {{0, 1}, {0, 1}}, {{0.5, 1}, {1, 1}}, {{1, 1}, {1, 1}}, {{}, {}, NAN, NAN, true}};
    const InformationCurve middle = quality::median_curve(curves);
    CHECK(middle.softmax == std::vector<double>{0.5, 1});
    CHECK(middle.accuracy == std::vector<double>{1, 1});
    CHECK(middle.softmax_area == 0.75);
    CHECK(quality::median_curve(std::span(curves).subspan(0, 2)).softmax[0] == 0.25);
    CHECK(quality::median_curve(std::span(curves).subspan(3)).left_out);
}

TEST_CASE("information curves say what does not fit") {
    const Tensor x = line({1, 2});
    const std::atomic<bool> stop = true;
    const auto of = [&](const Information& o) { quality::information_curves(above_six, x, x, o); };
    tests::check_refused({{[&] { quality::information_curves(above_six, x, row({1})); },
                           "information_curves: values must be shaped like x: got (1, 1) and (1, 1, 1, 2)"},
                          {[] { quality::information_curves(above_six, row({1}), row({1})); },
                           "information_curves: needs rows with two axes but the shape is (1, 1)"},
                          {[&] { of({.shares = {2}}); }, "information_curves: shares must ascend in [0, 1]"},
                          {[&] {
                               of({.target = attribution::Weights{row({1, 1})}});
                           },
                           "information_curves: the target must be an output of the model; give an index"},
                          {[&] { of({.seeds = 0}); }, "information_curves: seeds must lie in (0, 1] but is 0"},
                          {[&] { of({.points = 1}); }, "information_curves: needs at least 2 points but has 1"},
                          {[&] { of({.run = {.cancel = &stop}}); }, "information_curves: cancelled"}});
}

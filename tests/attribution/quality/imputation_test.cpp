// Pictures of one line, on which the missing pixels are linear between the known ones; ROAD on them by hand.
#include <gradpath/attribution/quality/imputation.hpp>

#include <gradpath/attribution/quality/pixels.hpp>
#include <gradpath/attribution/quality/road.hpp>

#include <attribution/quality/lines.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;

namespace {

const Model above_ten = above(10);

}  // namespace

TEST_CASE("missing pixels of a line are linear between known ones, and flat beyond them") {
    const std::vector<double> filled = numbers(quality::impute(line({9, 0, 9, 9, 3, 9}), row({0, 1, 0, 0, 1, 0})));
    CHECK(largest_difference(filled, {0, 0, 1, 2, 3, 3}) < 1e-7);
    CHECK(numbers(quality::impute(line({1, 2}), row({0, 0}))) == std::vector<double>{0, 0});
}

TEST_CASE("where all known pixels are equal so are the missing ones, to the last bit") {
    for (const double value : {0.1, -0.7, 3e5}) {
        const Tensor picture = full({1, 2, 9, 9}, value, DType::float64);
        const Tensor known = random::bernoulli({1, 81}, 0.3, {.seed = 1, .dtype = DType::float64});
        CHECK(same_bits(quality::impute(picture * quality::over_channels(known, picture), known), picture));
    }
}

TEST_CASE("the middle of nine is the weighted mean of the others, known ones keep their bits") {
    const Tensor picture({1, 1, 3, 3}, {1, 2, 3, 4, 99, 6, 7, 8, 10}, DType::float64);
    const Tensor filled = quality::impute(picture, row({1, 1, 1, 1, 0, 1, 1, 1, 1}));
    CHECK(filled.at(4) == doctest::Approx((2 + 4 + 6 + 8) / 6.0 + (1 + 3 + 7 + 10) / 12.0));
    CHECK(filled.at(8) == 10);
    CHECK(same_bits(quality::impute(picture, ones({1, 9}, DType::float64)), picture));
}

TEST_CASE("every missing pixel keeps its equation, channels and rows by themselves") {
    const Tensor x = random_tensor({2, 2, 5, 6}, 3);
    const Tensor known = random::bernoulli({2, 30}, 0.3, {.seed = 1, .dtype = DType::float64});
    const Tensor filled = quality::impute(x, known);
    const Tensor weights({1, 1, 3, 3}, {1. / 12, 1. / 6, 1. / 12, 1. / 6, 0, 1. / 6, 1. / 12, 1. / 6, 1. / 12},
                         DType::float64);
    const Tensor planes = reshape(filled, {4, 1, 5, 6});
    const Tensor around = conv2d(planes, weights, {.padding = 1}) / conv2d(ones_like(planes), weights, {.padding = 1});
    const Tensor stays = reshape(concat({known, known}, 1), {4, 1, 5, 6});
    const Tensor gap = where(stays, planes - reshape(x, {4, 1, 5, 6}), planes - around);
    CHECK(max(abs(gap)).at(0) < 1e-7);
}

TEST_CASE("noise falls on imputed pixels only") {
    const Tensor filled = quality::impute(line({1, 5, 1}), row({1, 0, 1}), {.noise = 0.5, .seed = 2});
    CHECK(filled.at(0) == 1);
    CHECK(filled.at(1) != 1);
    CHECK(filled.at(2) == 1);
}

TEST_CASE("ROAD by hand: the neighbours of what is removed take its place") {
    const quality::Road plain{.shares = {.25, .5}, .noise = 0};
    const quality::RoadCurve c = quality::road(above_ten, line({1, 5, 3, 3}), line({0, 9, 0, 1}), plain)[0];
    CHECK(c.shares == std::vector<double>{0, .25, .5});
    const std::vector<double> by_hand{sigmoid_of(2), sigmoid_of(-1), sigmoid_of(-1)};
    CHECK(largest_difference(c.probability, by_hand) < 1e-7);
    CHECK(c.kept == std::vector<double>{1, 0, 0});
    CHECK(c.area == doctest::Approx((sigmoid_of(2) + 3 * sigmoid_of(-1)) / 4));
}

TEST_CASE("ROAD from the other end removes what counts least") {
    const quality::Road least{.shares = {.25}, .noise = 0, .least_first = true};
    const quality::RoadCurve c = quality::road(above_ten, line({1, 5, 3, 3}), line({0, 9, 1, 2}), least)[0];
    CHECK(c.probability[1] == doctest::Approx(sigmoid_of(6)));  // the first becomes 5
}

TEST_CASE("imputation and ROAD say what does not fit") {
    const Tensor x = line({1, 2});
    const std::atomic<bool> stop = true;
    const auto of = [&](const quality::Road& o) { quality::road(above_ten, x, x, o); };
    tests::check_refused(
        {{[] { quality::impute(row({1}), row({1})); }, "impute: needs rows with two axes but the shape is (1, 1)"},
         {[&] { quality::impute(x, row({1})); }, "impute: the mask must have the shape (1, 2) but has (1, 1)"},
         {[&] { quality::road(above_ten, x, row({1})); },
          "road: values must be shaped like x: got (1, 1) and (1, 1, 1, 2)"},
         {[] { quality::road(above_ten, row({1}), row({1})); },
          "road: needs rows with two axes but the shape is (1, 1)"},
         {[&] {
              of({.shares = {.5, .1}});
          },
          "road: shares must ascend in [0, 1]"},
         {[&] { of({.shares = {}}); }, "road: shares must ascend in [0, 1]"},
         {[&] {
              of({.target = attribution::Weights{row({1, 1})}});
          },
          "road: the target must be an output of the model; give an index"},
         {[&] { of({.noise = -1}); }, "road: noise must not be below 0 but is -1"},
         {[&] { of({.run = {.cancel = &stop}}); }, "road: cancelled"}});
}

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <gradpath/models/data/circles.hpp>
#include <gradpath/models/data/shapes.hpp>
#include <gradpath/models/data/spirals.hpp>
#include <gradpath/models/data/two_moons.hpp>

#include "support/close.hpp"

using namespace gradpath;
using namespace gradpath::models;

namespace {

double mean(const Tensor& t, Index first, Index count) {
    double sum = 0;
    for (Index i = first; i < first + count; ++i) sum += t.at(i);
    return sum / static_cast<double>(count);
}

constexpr Index pixels = 32 * 32;

}  // namespace

TEST_CASE("without noise every point lies on its moon, evenly spaced with both ends") {
    const DataSet data = two_moons({.rows = 101, .noise = 0});
    REQUIRE(data.x.shape() == Shape{101, 2});
    std::vector<double> angles[2];
    for (Index row = 0; row < 101; ++row) {
        const double x = data.x.at(2 * row), y = data.x.at(2 * row + 1);
        const bool lower = data.labels[row] == 1;
        const double cosine = lower ? 1 - x : x, sine = lower ? 0.5 - y : y;
        CHECK(std::hypot(cosine, sine) == doctest::Approx(1).epsilon(1e-6));
        angles[data.labels[row]].push_back(std::atan2(sine, cosine));
    }
    CHECK(angles[0].size() == 50);
    CHECK(angles[1].size() == 51);
    for (std::vector<double>& moon : angles) {
        CHECK_FALSE(std::is_sorted(moon.begin(), moon.end()));
        std::sort(moon.begin(), moon.end());
        for (std::size_t i = 0; i < moon.size(); ++i)
            CHECK(moon[i] ==
                  doctest::Approx(M_PI * static_cast<double>(i) / static_cast<double>(moon.size() - 1)).epsilon(1e-5));
    }
}

TEST_CASE("moons with noise are moons without it plus that much noise, and the seed decides everything") {
    const DataSet clean = two_moons({.rows = 4000, .noise = 0, .seed = 5}),
                  noisy = two_moons({.rows = 4000, .noise = 0.25, .seed = 5});
    double variance = 0;
    for (Index i = 0; i < 8000; ++i) variance += std::pow(noisy.x.at(i) - clean.x.at(i), 2) / 8000;
    CHECK(std::sqrt(variance) == doctest::Approx(0.25).epsilon(0.03));
    CHECK(std::ranges::equal(clean.labels.data(), noisy.labels.data()));
    CHECK(same_bits(noisy.x, two_moons({.rows = 4000, .noise = 0.25, .seed = 5}).x));
    CHECK_FALSE(same_bits(noisy.x, two_moons({.rows = 4000, .noise = 0.25, .seed = 6}).x));
}

TEST_CASE("moons of no point, of one and of two are fine, and wrong options are named") {
    CHECK(two_moons({.rows = 0}).x.shape() == Shape{0, 2});
    CHECK(two_moons({.rows = 1, .noise = 0}).labels[0] == 1);
    CHECK(two_moons({.rows = 2, .noise = 0}).x.rows() == 2);
    CHECK_THROWS_WITH_AS(two_moons({.rows = -1}), "two_moons: rows must not be negative but is -1", ValueError);
    CHECK_THROWS_WITH_AS(two_moons({.noise = -1}), "two_moons: noise must be finite and not negative but is -1",
                         ValueError);
}

TEST_CASE("without noise every point lies on its circle, at even angles") {
    const DataSet data = circles({.rows = 101, .noise = 0, .inner = 0.25});
    REQUIRE(data.x.shape() == Shape{101, 2});
    CHECK(data.classes == std::vector<std::string>{"outer", "inner"});
    std::vector<double> turns[2];
    for (Index row = 0; row < 101; ++row) {
        const double x = data.x.at(2 * row), y = data.x.at(2 * row + 1);
        CHECK(std::hypot(x, y) == doctest::Approx(data.labels[row] == 0 ? 1 : 0.25).epsilon(1e-6));
        turns[data.labels[row]].push_back(std::atan2(y, x));
    }
    CHECK(turns[0].size() == 50);
    CHECK(turns[1].size() == 51);
    for (std::vector<double>& circle : turns) {
        std::sort(circle.begin(), circle.end());
        for (std::size_t i = 1; i < circle.size(); ++i)
            CHECK(circle[i] - circle[i - 1] ==
                  doctest::Approx(2 * M_PI / static_cast<double>(circle.size())).epsilon(1e-4));
    }
    CHECK_THROWS_WITH_AS(circles({.inner = 1}), "circles: the inner radius must lie between 0 and 1 but is 1",
                         ValueError);
    CHECK_THROWS_WITH_AS(circles({.rows = -1}), "circles: rows must not be negative but is -1", ValueError);
}

TEST_CASE("without noise every point lies on its spiral, as many on each arm") {
    const DataSet data = spirals({.rows = 300, .noise = 0, .arms = 3, .turns = 0.75});
    CHECK(data.classes == std::vector<std::string>{"1", "2", "3"});
    for (Index row = 0; row < 300; ++row) {
        const double x = data.x.at(2 * row), y = data.x.at(2 * row + 1), radius = std::hypot(x, y);
        const double angle = 2 * M_PI * (0.75 * radius + static_cast<double>(data.labels[row]) / 3);
        CHECK(radius >= 0.1 - 1e-6);
        CHECK(radius <= 1 + 1e-6);
        CHECK(std::hypot(x - radius * std::cos(angle), y - radius * std::sin(angle)) < 1e-5);
    }
    for (Index arm = 0; arm < 3; ++arm) CHECK(std::ranges::count(data.labels.data(), arm) == 100);
    CHECK(spirals({.rows = 0}).x.shape() == Shape{0, 2});
    CHECK(spirals({.rows = 1}).x.shape() == Shape{1, 2});
    CHECK_THROWS_WITH_AS(spirals({.arms = 0}), "spirals: there must be 1 to 1000 arms but arms is 0", ValueError);
    CHECK_THROWS_WITH_AS(spirals({.turns = -1}), "spirals: turns must be finite and not negative but is -1",
                         ValueError);
    CHECK_THROWS_WITH_AS(spirals({.noise = -1}), "spirals: noise must be finite and not negative but is -1",
                         ValueError);
}

TEST_CASE("the label says whether there is a disk, half the images have one, and the mask covers evidence only") {
    const ShapeImages images = shapes({.rows = 1000, .noise = 0, .seed = 2});
    REQUIRE(images.data.x.shape() == Shape{1000, 1, 32, 32});
    double disks = 0;
    for (Index row = 0; row < 1000; ++row) {
        disks += static_cast<double>(images.data.labels[row]);
        const bool marked = mean(images.masks, row * pixels, pixels) > 0;
        CHECK(marked == (images.data.labels[row] == 1));
    }
    CHECK(std::abs(disks - 500) < 60);  // 3.8 standard deviations
}

TEST_CASE("masks are the pixels of the shapes: grey within, nothing without") {
    const ShapeImages images = shapes({.rows = 200, .noise = 0, .seed = 1});
    for (Index i = 0; i < 200 * pixels; ++i) {
        const double left = images.left.at(i), right = images.right.at(i), grey = images.data.x.at(i);
        const bool sound = (left + right == 0 && grey == 0) || (left + right == 1 && grey >= 0.5 && grey <= 1);
        if (!sound || images.masks.at(i) > left + right)
            FAIL("row " << i / pixels << ": " << left << " " << right << " " << grey);
    }
}

TEST_CASE("the disk's mask has a disk's area and the other kinds theirs") {
    // Mean area over radii uniform in [4, 7]: E r² = 31, times π, 1.7², 2 and 4·(1/3)·(2 - 1/3) = 20/9.
    const ShapeImages images = shapes({.rows = 6000, .label = ShapeLabel::left_kind, .seed = 4});
    const double expected[] = {M_PI * 31, 2.89 * 31, 2.0 * 31, 20.0 / 9 * 31};
    double area[4] = {}, count[4] = {};
    for (Index row = 0; row < 6000; ++row) {
        const Index kind = images.data.labels[row];
        area[kind] += mean(images.left, row * pixels, pixels) * pixels;
        ++count[kind];
    }
    for (int kind = 0; kind < 4; ++kind) {
        CHECK(count[kind] == doctest::Approx(1500).epsilon(0.1));
        CHECK(area[kind] / count[kind] == doctest::Approx(expected[kind]).epsilon(0.05));
    }
    CHECK(same_bits(images.masks, images.left));
    CHECK(images.data.classes.size() == 4);
}

TEST_CASE("two objects lie in the left and in the right half; else about half the images have two") {
    const ShapeImages pairs = shapes({.rows = 100, .two_objects = true});
    for (Index row = 0; row < 100; ++row) {
        CHECK(mean(pairs.left, row * pixels, pixels) > 0);
        CHECK(mean(pairs.right, row * pixels, pixels) > 0);
    }
    for (Index i = 0; i < 100 * pixels; ++i)
        if ((i % 32 < 16 ? pairs.right : pairs.left).at(i) != 0) FAIL("a shape crosses the middle");
    const ShapeImages mixed = shapes({.rows = 1000});
    int two = 0;
    for (Index row = 0; row < 1000; ++row) two += mean(mixed.right, row * pixels, pixels) > 0 ? 1 : 0;
    CHECK(std::abs(two - 500) < 60);
}

TEST_CASE("a row of shapes depends on the seed and its number only, and the noise has its standard deviation") {
    const ShapeImages few = shapes({.rows = 10, .seed = 3}), many = shapes({.rows = 30, .seed = 3}),
                      clean = shapes({.rows = 30, .noise = 0, .seed = 3});
    double variance = 0;
    for (Index i = 0; i < 10 * pixels; ++i)
        if (few.data.x.at(i) != many.data.x.at(i)) FAIL("pixel " << i);
    for (Index i = 0; i < 30 * pixels; ++i)
        variance += std::pow(many.data.x.at(i) - clean.data.x.at(i), 2) / (30 * pixels);
    CHECK(tests::close(std::sqrt(variance), 0.05, 0.03));
    CHECK_FALSE(same_bits(clean.data.x, shapes({.rows = 30, .noise = 0, .seed = 4}).data.x));
    CHECK(shapes({.rows = 0}).masks.shape() == Shape{0, 32, 32});
    CHECK_THROWS_WITH_AS(shapes({.rows = -1}), "shapes: rows must not be negative but is -1", ValueError);
    CHECK_THROWS_WITH_AS(shapes({.noise = NAN}), "shapes: noise must be finite and not negative but is nan",
                         ValueError);
}

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/data/data_set.hpp>
#include <gradpath/models/data/nearest.hpp>
#include <gradpath/models/data/part.hpp>

using namespace gradpath;
using namespace gradpath::models;

namespace {

// Row i holds 10 i and 10 i + 1 and has class i mod 2.
DataSet counting(Index rows) {
    std::vector<float> x;
    std::vector<Index> y;
    for (Index i = 0; i < rows; ++i) {
        x.push_back(static_cast<float>(10 * i));
        x.push_back(static_cast<float>(10 * i + 1));
        y.push_back(i % 2);
    }
    return {"counting", Tensor({rows, 2}, x), Indices({rows}, y), {"even", "odd"}, {{1, 2}, {3, 4}}};
}

}  // namespace

TEST_CASE("a subset has the named rows in their order, and all else of the set") {
    const DataSet some = subset(counting(5), Indices{4, 1, 4});
    CHECK(same_bits(some.x, Tensor({3, 2}, {40, 41, 10, 11, 40, 41})));
    CHECK(some.labels[1] == 1);
    CHECK(some.labels[2] == 0);
    CHECK(some.classes == counting(1).classes);
    CHECK(some.normalisation == counting(1).normalisation);
    CHECK(same_bits(subset(counting(5), 1, 3).x, Tensor({2, 2}, {10, 11, 20, 21})));
    CHECK(subset(counting(5), 2, 2).x.shape() == Shape{0, 2});
    CHECK_THROWS_WITH_AS(subset(counting(5), Indices{5}), "subset: there is no row 5: counting has 5", ValueError);
    CHECK_THROWS_WITH_AS(subset(counting(5), Indices{-1}), "subset: there is no row -1: counting has 5", ValueError);
    CHECK_THROWS_WITH_AS(subset(counting(5), 4, 6), "subset: rows 4 to 6 are not all there: counting has 5",
                         ValueError);
}

TEST_CASE("the two parts of a split hold every row once, in an order that depends on the seed alone") {
    const DataSet data = counting(101);
    const auto [first, second] = split(data, 0.8, 3);
    CHECK(first.x.rows() == 81);
    CHECK(second.x.rows() == 20);
    std::vector<double> seen;
    for (const DataSet* part : {&first, &second})
        for (Index row = 0; row < part->x.rows(); ++row) {
            seen.push_back(part->x.at(2 * row));
            CHECK(part->labels[row] == static_cast<Index>(part->x.at(2 * row) / 10) % 2);
        }
    std::sort(seen.begin(), seen.end());
    for (std::size_t i = 0; i < 101; ++i) CHECK(seen[i] == 10.0 * static_cast<double>(i));
    CHECK(same_bits(first.x, split(data, 0.8, 3).first.x));
    CHECK_FALSE(same_bits(first.x, split(data, 0.8, 4).first.x));
    CHECK(split(data, 0, 1).first.x.rows() == 0);
    CHECK(split(data, 1, 1).second.x.rows() == 0);
    CHECK(split(counting(0), 0.5, 1).second.x.rows() == 0);
    CHECK_THROWS_WITH_AS(split(data, 1.5, 1), "split: the fraction must lie in [0, 1] but is 1.5", ValueError);
}

TEST_CASE("a stratified split has the sizes of a split and of each class its share, rounded down or up") {
    std::vector<Index> labels;
    for (Index i = 0; i < 100; ++i) labels.push_back(i < 61 ? 0 : i < 93 ? 1 : i < 98 ? 7 : -3);
    const Indices list({100}, labels);
    for (const double fraction : {0.0, 0.25, 0.8, 0.81, 1.0}) {
        CAPTURE(fraction);
        const RowSplit rows = stratified_rows(list, fraction, 5);
        CHECK(rows.first.size() == std::llround(100 * fraction));
        for (const Index label : {0, 1, 7, -3}) {
            const double count = static_cast<double>(std::ranges::count(labels, label));
            double there = 0;
            for (const Index row : rows.first.data()) there += list[row] == label ? 1 : 0;
            CHECK(std::abs(there - fraction * count) < 1);
        }
        std::vector<Index> all(rows.first.data().begin(), rows.first.data().end());
        all.insert(all.end(), rows.second.data().begin(), rows.second.data().end());
        std::ranges::sort(all);
        for (Index i = 0; i < 100; ++i) CHECK(all[static_cast<std::size_t>(i)] == i);
    }
    const RowSplit one = stratified_rows(list, 0.5, 1), same = stratified_rows(list, 0.5, 1),
                   other = stratified_rows(list, 0.5, 2);
    CHECK(std::ranges::equal(one.first.data(), same.first.data()));
    CHECK_FALSE(std::ranges::equal(one.first.data(), other.first.data()));
    CHECK(stratified_rows(Indices({0}, std::vector<Index>{}), 0.5, 1).second.size() == 0);
    CHECK_THROWS_WITH_AS(stratified_rows(list, -0.1, 1), "split: the fraction must lie in [0, 1] but is -0.1",
                         ValueError);
}

TEST_CASE("a data set is checked for labels without a class and rows without a label") {
    DataSet data = counting(3);
    CHECK_NOTHROW(check(data));
    data.labels = Indices{0, 2, 1};
    CHECK_THROWS_WITH_AS(check(data), "counting: row 1 has label 2 but there are 2 classes", ValueError);
    data.labels = Indices{0, 1};
    CHECK_THROWS_WITH_AS(check(data), "counting: there must be one label per row: x has shape (3, 2), labels (2,)",
                         ShapeError);
    data.x = Tensor();
    CHECK_THROWS_WITH_AS(check(data), "counting: there are no inputs", ValueError);
}

TEST_CASE("normalised by its own statistics, every channel has mean 0 and standard deviation 1") {
    const Tensor x = random::uniform({40, 3, 5, 2}, -3, 9, {.seed = 1, .dtype = DType::float64});
    const Normalisation own = channel_statistics(x);
    const Normalisation after = channel_statistics(normalised(x, own));
    REQUIRE(after.mean.size() == 3);
    for (std::size_t channel = 0; channel < 3; ++channel) {
        CHECK(own.mean[channel] == doctest::Approx(3).epsilon(0.2));
        CHECK(after.mean[channel] == doctest::Approx(0).epsilon(1e-12));
        CHECK(after.sd[channel] == doctest::Approx(1).epsilon(1e-12));
    }
}

TEST_CASE("statistics and normalisation by hand, for features and with the identity") {
    const Tensor x({2, 2}, {1, 5, 3, 5});
    CHECK(channel_statistics(x) == Normalisation{{2, 5}, {1, 1}});  // a constant channel counts as sd 1
    CHECK(same_bits(normalised(x, {{1, 1}, {2, 4}}), Tensor({2, 2}, {0, 1, 1, 1})));
    CHECK(same_bits(normalised(x, {}), x));
    CHECK_THROWS_WITH_AS(normalised(x, {{1}, {1}}), "normalised: x has 2 channels but there are 1 means and 1 sds",
                         ShapeError);
    CHECK_THROWS_WITH_AS(normalised(x, {{1, 1}, {1, 0}}), "normalised: sd must be above 0 but is 0", ValueError);
    CHECK_THROWS_WITH_AS(normalised(ones({2}), {{1}, {1}}),
                         "normalised: x must be [rows, channels, ..] but has shape (2,)", ShapeError);
    CHECK_THROWS_WITH_AS(channel_statistics(ones({0, 2})), "channel_statistics: there are no numbers: shape (0, 2)",
                         ShapeError);
}

TEST_CASE("the nearest name is the one of fewest edits, and none is better than a far one") {
    const std::string_view names[] = {"fashion-mnist", "moons", "shapes"};
    CHECK(nearest_name("fashon-mnist", names) == "fashion-mnist");
    CHECK(nearest_name("moon", names) == "moons");
    CHECK(nearest_name("shapse", names) == "shapes");
    CHECK(nearest_name("moons", names) == "moons");
    CHECK(nearest_name("cifar10", names) == "");
    CHECK(nearest_name("", names) == "");
    CHECK(nearest_name("moons", {}) == "");
}

TEST_CASE("parts are known by name, and a wrong name suggests the nearest") {
    CHECK(part_named("train") == Part::train);
    CHECK(part_named("test") == Part::test);
    CHECK(part_named("all") == Part::all);
    CHECK_THROWS_WITH_AS(part_named("tset"),
                         "data: the split must be train, test or all but is 'tset'; did you mean test?", ValueError);
    CHECK_THROWS_WITH_AS(part_named("tests"),
                         "data: the split must be train, test or all but is 'tests'; did you mean test?", ValueError);
}

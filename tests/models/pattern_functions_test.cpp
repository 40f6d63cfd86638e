// The list of functions has the published make-up, and its faithful values are faithful.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/models/pattern_functions.hpp>

using namespace gradpath;
using models::PatternFunction;
using models::PatternPart;

TEST_CASE("the list has as many functions of each kind as the published one, of 10 to 15 variables") {
    for (const std::uint64_t seed : {0, 1, 2}) {
        const std::vector<PatternFunction> all = models::pattern_functions(100, seed);
        std::map<std::string, int> kinds;
        for (const PatternFunction& f : all) {
            ++kinds[f.kinds];
            CHECK(f.formula.inputs >= 10);
            CHECK(f.formula.inputs <= 15);
            CHECK(f.formula.outputs == 1);
            CHECK(static_cast<Index>(f.truth.size()) == f.formula.inputs);
            CHECK(f.parts.size() == f.truth.size());
            for (std::size_t k = 0; k < f.truth.size(); ++k)
                CHECK(std::isnan(f.truth[k]) == (f.parts[k] == PatternPart::ambiguous));
        }
        CHECK(kinds == std::map<std::string, int>{
                           {"S", 26}, {"PS", 20}, {"MS", 17}, {"P", 15}, {"M", 10}, {"MPS", 7}, {"MP", 5}});
    }
}

TEST_CASE("the first functions of a list are those of a shorter one, and a seed makes its own") {
    const auto few = models::pattern_functions(3, 7), all = models::pattern_functions(100, 7),
               other = models::pattern_functions(3, 8);
    for (std::size_t k = 0; k < few.size(); ++k) CHECK(few[k].formula.text == all[k].formula.text);
    CHECK(few[0].formula.text != other[0].formula.text);
    CHECK_THROWS_WITH_AS(models::pattern_functions(101), "pattern functions: there are 1 to 100 but not 101", Error);
}

TEST_CASE("at the faithful values products and powers are 0, ANDs nearly 0 and ORs nearly 1") {
    for (const PatternFunction& f : models::pattern_functions(100, 3)) {
        const bool open = std::ranges::any_of(f.truth, [](double t) { return std::isnan(t); });
        if (open) continue;
        const Tensor at({1, f.formula.inputs}, std::span<const double>(f.truth));
        const double value = f.formula(at).item();
        const bool gates = f.kinds.find('S') != std::string::npos;
        if (!gates) CHECK(value == 0);
        CHECK(std::abs(value - std::round(value)) <= 5 * 0.19);  // 1 - sigmoid(3/2) = 0.18 for each of five gates
    }
}

TEST_CASE("binary rows come with their opposites") {
    const Tensor x = models::binary_rows(6, 4, 1);
    CHECK(x.shape() == Shape{6, 4});
    CHECK(x.dtype() == DType::float64);
    for (Index row = 0; row < 6; row += 2)
        for (Index k = 0; k < 4; ++k) CHECK(x.at(row * 4 + k) + x.at((row + 1) * 4 + k) == 1);
    CHECK_THROWS_WITH_AS(models::binary_rows(5, 4, 1), "binary rows: their number must be even but is 5", Error);
}

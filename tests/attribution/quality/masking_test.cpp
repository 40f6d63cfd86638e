// A logistic model, whose probabilities under any mask are known by hand.
#include <gradpath/attribution/quality/masking.hpp>

#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <support/refused.hpp>

using namespace gradpath;
using namespace gradpath::attribution::quality;
namespace baseline = gradpath::attribution::baseline;

namespace {

const Tensor weights({4, 1}, {4, -1, 3, 2}, DType::float64);

/// Log-odds of the second of two classes are w · x.
Tensor logistic(const Tensor& x) {
    const Tensor odds = matmul(flatten(x), weights);
    return concat({zeros_like(odds), odds}, 1);
}
double sigmoid_of(double z) { return 1 / (1 + std::exp(-z)); }

const Tensor ones_row = ones({1, 4}, DType::float64);

}  // namespace

TEST_CASE("curves of a logistic model by hand") {
    const Tensor ranking({1, 4}, {4, -1, 3, -2}, DType::float64);  // by size: 0, 2, 3, 1
    const MaskingCurves c = masking_curves(logistic, ones_row, ranking, {.areas = {0, 0.25, 0.5, 0.99}});
    const double whole = sigmoid_of(8);
    const std::vector<double> left{8, 4, 1, -1}, taken{0, 4, 7, 9};  // odds without, and with nothing but, the top
    for (std::size_t k = 0; k < left.size(); ++k) {
        CHECK(c.comprehensiveness[k] == doctest::Approx(whole - sigmoid_of(left[k])));
        CHECK(c.sufficiency[k] == doctest::Approx(whole - sigmoid_of(taken[k])));
        CHECK(c.log_odds[k] == doctest::Approx(std::log(sigmoid_of(left[k]) / whole)));
        CHECK(c.cross_entropy[k] == doctest::Approx(-std::log(sigmoid_of(left[k]))));
        CHECK(c.accuracy[k] == (left[k] >= 0 ? 1 : 0));
    }
}

TEST_CASE("the probability asked for may be another's than the predicted one") {
    const Tensor ranking({1, 4}, {4, -1, 3, -2}, DType::float64);
    const MaskingCurves c = masking_curves(logistic, ones_row, ranking, {.target = Index{0}, .areas = {0.25}});
    CHECK(c.comprehensiveness[0] == doctest::Approx(sigmoid_of(-8) - sigmoid_of(-4)));
    CHECK(c.accuracy[0] == 0);
    tests::check_refused({{[&] { masking_curves(logistic, ones_row, ranking, {.target = attribution::AllTargets{}}); },
                           "masking: takes one target at a time"}});
}

TEST_CASE("every row has curves of its own, whose mean is that of all") {
    const Tensor x = concat({ones_row, ones_row * 0.5}), values({2, 4}, {4, -1, 3, -2, 1, 2, 3, 4}, DType::float64);
    const Masking options{.areas = {0.25, 0.5}, .replacement = baseline::Samples{x}};
    const std::vector<MaskingCurves> rows = masking_curves_of_rows(logistic, x, values, options);
    const MaskingCurves all = masking_curves(logistic, x, values, options);
    REQUIRE(rows.size() == 2);
    for (Index r = 0; r < 2; ++r) {
        const MaskingCurves alone =
            masking_curves(logistic, slice(x, 0, r, r + 1), slice(values, 0, r, r + 1), options);
        CHECK(alone.log_odds == rows[static_cast<std::size_t>(r)].log_odds);
    }
    for (std::size_t k = 0; k < 2; ++k) {
        CHECK(all.log_odds[k] == doctest::Approx((rows[0].log_odds[k] + rows[1].log_odds[k]) / 2));
        CHECK(all.sufficiency[k] == doctest::Approx((rows[0].sufficiency[k] + rows[1].sufficiency[k]) / 2));
        CHECK(all.accuracy[k] == (rows[0].accuracy[k] + rows[1].accuracy[k]) / 2);
    }
}

TEST_CASE("shares of few features round down, and products that should be whole are") {
    const MaskingCurves two =
        masking_curves([](const Tensor& x) { return x; }, Tensor({1, 2}, {1, 0}), ones({1, 2}), {.areas = {0.49, 0.5}});
    CHECK(two.comprehensiveness[0] == 0);
    CHECK(two.comprehensiveness[1] == doctest::Approx(sigmoid_of(1) - 0.5));
    const auto total = [](const Tensor& x) { return sum(x, {.axes = {1}}); };
    const MaskingCurves many =
        masking_curves(total, ones({1, 100}, DType::float64), ones({1, 100}, DType::float64), {.areas = {0.29}});
    CHECK(many.log_odds[0] == doctest::Approx(std::log(sigmoid_of(71) / sigmoid_of(100))));
}

TEST_CASE("pixels are masked with all of their channels, ranked by the sum over them") {
    const Tensor image = reshape(ones_row, {1, 2, 1, 2});                // features 0, 1 | 2, 3
    const Tensor ranking({1, 2, 1, 2}, {5, 3, -5, -1}, DType::float64);  // pixel 0: 0, pixel 1: 2
    const MaskingCurves pixels = masking_curves(logistic, image, ranking, {.areas = {0.5}});
    CHECK(pixels.log_odds[0] == doctest::Approx(std::log(sigmoid_of(4 + 3) / sigmoid_of(8))));
    const MaskingCurves channels = masking_curves(logistic, image, ranking, {.areas = {0.5}, .by_channel = true});
    CHECK(channels.log_odds[0] == doctest::Approx(std::log(sigmoid_of(-1 + 2) / sigmoid_of(8))));
}

TEST_CASE("a distribution of replacements is averaged over, rows by themselves") {
    const Tensor pool({2, 4}, {0, 0, 0, 0, 2, 2, 2, 2}, DType::float64);
    const Tensor x = concat({ones_row, ones_row * 0.5}), ranking = concat({ones_row, ones_row});
    const MaskingCurves c =
        masking_curves(logistic, x, ranking, {.areas = {0.25}, .replacement = baseline::Samples{pool}});
    double expected = 0;
    for (const double scale : {1.0, 0.5})
        for (const double put : {0.0, 2.0}) expected += sigmoid_of(8 * scale) - sigmoid_of(4 * scale + 4 * put);
    CHECK(c.comprehensiveness[0] == doctest::Approx(expected / 4));
}

TEST_CASE("masks say what does not fit") {
    const std::atomic<bool> stop = true;
    tests::check_refused(
        {{[] {
              masking_curves(logistic, ones_row, ones({1, 3}));
          },
          "masking: values must be shaped like x: got (1, 3) and (1, 4)"},
         {[] { masking_curves(logistic, ones_row, Tensor()); },
          "masking: values must be shaped like x: got none and (1, 4)"},
         {[] {
              masking_curves(logistic, ones_row, ones_row, {.areas = {0.5, 0.1}});
          },
          "masking: areas must ascend in [0, 1]"},
         {[] { masking_curves(logistic, ones_row, ones_row, {.areas = {1.5}}); },
          "masking: areas must ascend in [0, 1]"},
         {[&] { masking_curves(logistic, ones_row, ones_row, {.run = {.cancel = &stop}}); }, "masking: cancelled"}});
}

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/evaluate.hpp>

using namespace gradpath;

namespace {

Tensor identity(const Tensor& x) { return x; }

/// Answers 0, 1, 1, 2, 2 for the labels 0, 1, 2, 2, 2; class 3 never occurs.
nn::Examples five_rows() { return {one_hot({0, 1, 1, 2, 2}, 4, DType::float64) * 3, {0, 1, 2, 2, 2}}; }

}  // namespace

TEST_CASE("evaluate counts per class who was answered as what") {
    for (const Index batch : {Index{1}, Index{2}, Index{3}, Index{100}, std::numeric_limits<Index>::max()}) {
        const nn::Evaluation seen = nn::evaluate(identity, five_rows(), {.batch = batch});
        CHECK(seen.rows == 5);
        CHECK(seen.accuracy == doctest::Approx(4.0 / 5));
        CHECK(seen.per_class[0] == 1);
        CHECK(seen.per_class[1] == 1);
        CHECK(seen.per_class[2] == doctest::Approx(2.0 / 3));
        CHECK(std::isnan(seen.per_class[3]));
        CHECK(seen.confusion.shape() == Shape{4, 4});
        CHECK(seen.confusion[0] == 1);
        CHECK(seen.confusion[4 * 2 + 1] == 1);
        CHECK(seen.confusion[4 * 2 + 2] == 2);
        CHECK(seen.confusion[4 * 1 + 2] == 0);
    }
}

TEST_CASE("the loss of evaluate is the mean over rows whatever the batch") {
    const double wrong = std::log(std::exp(3.0) + 3), right = wrong - 3;
    for (const Index batch : {1, 2, 5})
        CHECK(nn::evaluate(identity, five_rows(), {.batch = batch}).loss == doctest::Approx((4 * right + wrong) / 5));
}

TEST_CASE("evaluate without labels gives the squared error and no accuracy") {
    const nn::Examples examples{Tensor({3, 1}, {1, 2, 3}), {}, Tensor({3, 1}, {1, 2, 6})};
    const nn::Evaluation seen = nn::evaluate(identity, examples, {.batch = 2});
    CHECK(seen.loss == doctest::Approx(3));
    CHECK(std::isnan(seen.accuracy));
    CHECK(seen.per_class.empty());
}

TEST_CASE("evaluate takes a loss of one's own") {
    const auto farthest = [](const Tensor& y, const nn::Examples& batch) { return max(abs(y - batch.targets)); };
    const nn::Examples examples{Tensor({3, 1}, {1, 2, 3}), {}, Tensor({3, 1}, {1, 2, 6})};
    CHECK(nn::evaluate(identity, examples, {.loss = farthest}).loss == 3);
}

TEST_CASE("evaluate says what is wrong") {
    const nn::Examples rows{zeros({2, 2}), {0, 5}};
    CHECK_THROWS_WITH_AS(nn::evaluate([](const Tensor& x) { return sum(x, {.axes = {1}}); }, {zeros({2, 2}), {0, 1}},
                                      {.loss = [](const Tensor& y, const nn::Examples&) { return mean(y); }}),
                         "evaluate: with labels the model must return [rows, classes]: it returned (2,) for 2 rows",
                         ShapeError);
    CHECK_THROWS_WITH_AS(
        nn::evaluate(identity, rows, {.loss = [](const Tensor& y, const nn::Examples&) { return mean(y); }}),
        "evaluate: a label must lie in 0 .. 1: it is 5", ValueError);
    CHECK_THROWS_WITH_AS(nn::evaluate(identity, {zeros({2, 2})}),
                         "loss: examples need labels or targets: they have neither; give a loss", ValueError);
    const std::atomic<bool> cancel = true;
    CHECK_THROWS_WITH_AS(nn::evaluate(identity, five_rows(), {.cancel = &cancel}), "evaluate: cancelled", Cancelled);
}

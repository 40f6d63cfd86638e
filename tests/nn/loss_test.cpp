#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <numeric>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/nn/loss.hpp>

#include "support/close.hpp"

using namespace gradpath;
using tests::close;

namespace {

constexpr DType f64 = DType::float64;
constexpr double exact = tests::kernel<double>;

Tensor draw(const Shape& shape, std::uint64_t stream) {
    return random::normal(shape, {.seed = 5, .stream = stream, .dtype = f64});
}

double minus_log_softmax(const Tensor& logits, Index row, Index label) {
    const Index classes = logits.shape()[1];
    double total = 0;
    for (Index c = 0; c < classes; ++c) total += std::exp(logits.at(row * classes + c));
    return std::log(total) - logits.at(row * classes + label);
}

/// Slopes of a loss in its first argument by both orders of differences.
void check_slopes(const std::function<Tensor(const Tensor&)>& loss, const Tensor& y) {
    check_grads([&](const std::vector<Tensor>& in) { return loss(in[0]); }, {y});
}

}  // namespace

TEST_CASE("cross-entropy with smoothing and class weights is the weighted mean by its formula, on random sizes") {
    const bool law = rc::check("cross-entropy", [] {
        const Index rows = *rc::gen::inRange<Index>(1, 7), classes = *rc::gen::inRange<Index>(2, 6);
        const Tensor logits = draw({rows, classes}, 1);
        const Indices labels = random::integers({rows}, classes, 3);
        nn::CrossEntropy options{.smoothing = 0.25, .class_weights = {}};
        for (Index c = 0; c < classes; ++c) options.class_weights.push_back(0.5 + static_cast<double>(c));
        double above = 0, below = 0;
        for (Index row = 0; row < rows; ++row) {
            const double weight = 0.5 + static_cast<double>(labels[row]);
            above += 0.75 * weight * minus_log_softmax(logits, row, labels[row]);
            for (Index c = 0; c < classes; ++c)
                above += 0.25 / static_cast<double>(classes) * (0.5 + static_cast<double>(c)) *
                         minus_log_softmax(logits, row, c);
            below += weight;
        }
        RC_ASSERT(close(nn::mean_cross_entropy(logits, labels, options).item(), above / below, 1e-12));
    });
    CHECK(law);
}

TEST_CASE("weights alone weigh rows, a class of weight 0 counts for nothing") {
    const Tensor logits({3, 2}, {0, 1, 2, 0, 0, 0}, f64);
    const double first = std::log(1 + std::exp(-1.0)), third = std::log(2.0);
    CHECK(close(nn::mean_cross_entropy(logits, {1, 1, 0}, {.class_weights = {3, 0}}).item(), third, exact));
    const double second = std::log(1 + std::exp(2.0));
    const double expected = (first + second + 3 * third) / 5;
    CHECK(close(nn::mean_cross_entropy(logits, {1, 1, 0}, {.class_weights = {3, 1}}).item(), expected, exact));
}

TEST_CASE("what has weight 0 does not matter, even where it is infinitely wrong") {
    const double never = -std::numeric_limits<double>::infinity();
    const Tensor logits = tracked(Tensor({2, 3}, {1, 1, never, 0, 0, never}, DType::float64));
    for (const double smoothing : {0.0, 0.3}) {
        const nn::CrossEntropy options{.smoothing = smoothing, .class_weights = {1, 1, 0}};
        const Tensor loss = nn::mean_cross_entropy(logits, {0, 2}, options);
        CHECK(close(loss.item(), (1 - smoothing + smoothing * 4 / 3) * std::log(2.0), exact));
        const Tensor slope = grad(loss, logits);
        for (Index i = 0; i < 6; ++i) CHECK(std::isfinite(slope.at(i)));
    }
}

TEST_CASE("smoothing alone mixes in the mean over the classes; without options nothing changes") {
    const Tensor logits = draw({4, 3}, 2);
    const Indices labels{0, 2, 1, 1};
    const Tensor plain = nn::mean_cross_entropy(logits, labels);
    CHECK(same_bits(plain, nn::mean_cross_entropy(logits, labels, {.smoothing = 0})));
    const double spread = -mean(log_softmax(logits)).item();
    CHECK(close(nn::mean_cross_entropy(logits, labels, {.smoothing = 0.1}).item(), 0.9 * plain.item() + 0.1 * spread,
                exact));
}

TEST_CASE("binary cross-entropy is its formula, and stays exact where the formula overflows") {
    const Tensor logits({2, 2}, {0.5, -1.5, 2, 0}, f64), targets({2, 2}, {1, 0, 0.25, 1}, f64);
    double expected = 0;
    for (Index i = 0; i < 4; ++i) {
        const double p = 1 / (1 + std::exp(-logits.at(i)));
        expected -= 3 * targets.at(i) * std::log(p) + (1 - targets.at(i)) * std::log(1 - p);
    }
    CHECK(close(nn::binary_cross_entropy(logits, targets, {.positive_weight = 3}).item(), expected / 4, exact));

    for (const DType dtype : {DType::float32, f64}) {
        const auto at = [&](double logit, double target) {
            return nn::binary_cross_entropy(full({1}, logit, dtype), full({1}, target, dtype)).item();
        };
        CHECK(at(1e4, 1) == 0);
        CHECK(at(1e4, 0) == 1e4);
        CHECK(at(-1e4, 1) == 1e4);
        CHECK(at(-1e4, 0) == 0);
        CHECK(at(-1e4, 0.5) == 5e3);
        CHECK(close(at(-30, 0), std::exp(-30.0), tests::kernel<float>));  // no cancellation
    }
}

TEST_CASE("cross-entropy with every option stays finite at logits of ±1e4") {
    for (const DType dtype : {DType::float32, f64}) {
        const Tensor logits = tracked(Tensor({2, 2}, {1e4, -1e4, -1e4, 1e4}, dtype));
        const Tensor loss = nn::mean_cross_entropy(logits, {0, 0}, {.smoothing = 0.5, .class_weights = {1, 3}});
        // rows: ½ · (0 + ½ · 3 · 2e4) and ½ · 2e4 + ½ · ½ · 2e4
        CHECK(close(loss.item(), (1.5e4 + 1.5e4) / 2, tests::kernel<float>));
        for (Index i = 0; i < 4; ++i) CHECK(std::isfinite(grad(loss, logits).at(i)));
    }
}

TEST_CASE("absolute and Huber errors are their formulas") {
    const Tensor y({4}, {1, -2, 0.5, 4}, f64), target({4}, {0, 0, 0.25, 1}, f64);  // errors 1, 2, 0.25, 3
    CHECK(nn::mean_absolute_error(y, target).item() == 6.25 / 4);
    CHECK(close(nn::huber_loss(y, target).item(), (0.5 + 1.5 + 0.03125 + 2.5) / 4, exact));
    CHECK(close(nn::huber_loss(y, target, 2.5).item(), (0.5 + 2 + 0.03125 + 2.5 * (3 - 1.25)) / 4, exact));
    const Tensor kink = tracked(Tensor({1}, {1}, f64));
    CHECK(grad(nn::huber_loss(kink, zeros({1}, f64)), kink).item() == 1);  // both sides agree at delta
}

TEST_CASE("negative log-likelihood of log_softmax is the cross-entropy, and minus infinity elsewhere does not matter") {
    const Tensor logits = draw({5, 4}, 3);
    const Indices labels{3, 0, 1, 1, 2};
    CHECK(close(nn::negative_log_likelihood(log_softmax(logits), labels).item(),
                nn::mean_cross_entropy(logits, labels).item(), exact));
    CHECK(nn::negative_log_likelihood(Tensor({1, 2}, {0, -HUGE_VAL}), {0}).item() == 0);
}

TEST_CASE("the divergence is 0 of a distribution from itself, and its formula from another") {
    const Tensor p({2, 3}, {0.2, 0.3, 0.5, 1, 0, 0}, f64), q({2, 3}, {0.1, 0.6, 0.3, 0.5, 0.25, 0.25}, f64);
    const double first = 0.2 * std::log(2.0) + 0.3 * std::log(0.5) + 0.5 * std::log(5.0 / 3);
    CHECK(close(nn::kl_divergence(log(q), p).item(), (first + std::log(2.0)) / 2, exact));
    CHECK(nn::kl_divergence(log(p), p).item() == 0);  // log 0 = -∞ where p is 0
}

TEST_CASE("losses have the derivatives that differences show, to the second order") {
    const Tensor y = draw({3, 4}, 4), other = draw({3, 4}, 6);
    const Indices labels{1, 0, 3};
    const Tensor p = softmax(other);
    check_slopes([&](const Tensor& z) { return nn::mean_cross_entropy(z, labels, {0.2, {1, 2, 0.5, 3}}); }, y);
    check_slopes([&](const Tensor& z) { return nn::binary_cross_entropy(z, p, {.positive_weight = 2}); }, y);
    check_slopes([&](const Tensor& z) { return nn::mean_absolute_error(z, other); }, y);
    check_slopes([&](const Tensor& z) { return nn::huber_loss(z, other, 0.7); }, y);
    check_slopes([&](const Tensor& z) { return nn::negative_log_likelihood(log_softmax(z), labels); }, y);
    check_slopes([&](const Tensor& z) { return nn::kl_divergence(log_softmax(z), p); }, y);
    check_slopes([&](const Tensor& z) { return nn::kl_divergence(log_softmax(other), softmax(z)); }, y);
}

TEST_CASE("losses say what is wrong with their arguments") {
    const Tensor two = zeros({1, 2});
    const auto cross = [&](const nn::CrossEntropy& options) { (void)nn::mean_cross_entropy(two, {1}, options); };
    CHECK_THROWS_WITH_AS(cross({.smoothing = 1}), "mean_cross_entropy: smoothing must lie in [0, 1): it is 1",
                         ValueError);
    CHECK_THROWS_WITH_AS(cross({.class_weights = {1, 2, 3}}),
                         "mean_cross_entropy: class weights must be one per class, or none: there are 3, the logits "
                         "have the shape (1, 2)",
                         ShapeError);
    CHECK_THROWS_WITH_AS(cross({.class_weights = {1, -2}}),
                         "mean_cross_entropy: a class weight must be finite and not negative: it is -2", ValueError);
    CHECK_THROWS_WITH_AS(cross({.class_weights = {1, 0}}),
                         "mean_cross_entropy: the class weights of the rows must not all be 0", ValueError);
    CHECK_THROWS_WITH_AS((void)nn::binary_cross_entropy(two, full({1, 2}, 1.5)),
                         "binary_cross_entropy: targets must lie in [0, 1]", ValueError);
    CHECK_THROWS_WITH_AS((void)nn::binary_cross_entropy(two, two, {.positive_weight = 0}),
                         "binary_cross_entropy: positive_weight must be finite and above 0: it is 0", ValueError);
    CHECK_THROWS_WITH_AS((void)nn::binary_cross_entropy(two, zeros({1})),
                         "binary_cross_entropy: shapes must be equal: y has (1, 2), the target (1,); reshape one of "
                         "them",
                         ShapeError);
    CHECK_THROWS_WITH_AS((void)nn::mean_absolute_error(two, zeros({2})),
                         "mean_absolute_error: shapes must be equal: y has (1, 2), the target (2,); reshape one of "
                         "them",
                         ShapeError);
    CHECK_THROWS_WITH_AS((void)nn::huber_loss(two, two, 0), "huber_loss: delta must be finite and above 0: it is 0",
                         ValueError);
    CHECK_THROWS_WITH_AS((void)nn::negative_log_likelihood(two, {2}),
                         "negative_log_likelihood: labels must lie in [0, 2): row 0 has 2", ValueError);
    CHECK_THROWS_WITH_AS((void)nn::negative_log_likelihood(two, {0, 1}),
                         "negative_log_likelihood: log_probabilities must be [rows, classes] and labels [rows]: got "
                         "(1, 2) and (2,)",
                         ShapeError);
    CHECK_THROWS_WITH_AS((void)nn::kl_divergence(two, full({1, 2}, -0.5)),
                         "kl_divergence: probabilities must not be negative", ValueError);
    CHECK_THROWS_WITH_AS((void)nn::kl_divergence(zeros({0, 2}), zeros({0, 2})),
                         "kl_divergence: there must be at least one row: the shape is (0, 2)", ShapeError);
}

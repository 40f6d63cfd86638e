#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/nn/init.hpp>

using namespace gradpath;
using nn::Scheme;

namespace {

double mean_of(const Tensor& x) { return mean(x).item(); }
double deviation_of(const Tensor& x) { return std::sqrt(mean(square(x - mean_of(x))).item()); }

}  // namespace

TEST_CASE("the schemes ask for the deviations of their papers") {
    const nn::Fans fans{50, 150};
    CHECK(nn::deviation(Scheme::he_normal, fans) == doctest::Approx(0.2));
    CHECK(nn::deviation(Scheme::he_uniform, fans) == doctest::Approx(0.2));
    CHECK(nn::deviation(Scheme::glorot_normal, fans) == doctest::Approx(0.1));
    CHECK(nn::deviation(Scheme::glorot_uniform, fans) == doctest::Approx(0.1));
}

TEST_CASE("a kernel multiplies both fans") {
    const nn::Fans f = nn::fans({6, 3, 5, 4});
    CHECK(f.inputs == 60);
    CHECK(f.outputs == 120);
    CHECK_THROWS_WITH_AS(
        nn::fans({6}),
        "init: a weight has the axes [outputs, inputs, kernel..]: the shape is (6,); give biases a constant",
        ShapeError);
}

TEST_CASE("drawn weights have mean zero and the deviation asked for") {
    const Shape shape{200, 300};  // 60,000 draws: the mean is within 5 sd/√n, the deviation within 5 sd/√(2n)
    for (const Scheme scheme : {Scheme::he_normal, Scheme::he_uniform, Scheme::glorot_normal, Scheme::glorot_uniform}) {
        const double sd = nn::deviation(scheme, nn::fans(shape)), n = 60000;
        const Tensor w = nn::initial(shape, {.seed = 5, .scheme = scheme, .dtype = DType::float64});
        CHECK(std::abs(mean_of(w)) < 5 * sd / std::sqrt(n));
        CHECK(std::abs(deviation_of(w) - sd) < 5 * sd / std::sqrt(2 * n));
    }
}

TEST_CASE("uniform weights stay within the square root of three deviations") {
    const Tensor w = nn::initial({100, 100}, {.scheme = Scheme::glorot_uniform, .dtype = DType::float64});
    const double bound = std::sqrt(3.0) * nn::deviation(Scheme::glorot_uniform, {100, 100});
    CHECK(max(abs(w)).item() <= bound);
    CHECK(max(abs(w)).item() > 0.99 * bound);
}

TEST_CASE("the same seed and stream give the same bits on any number of threads; another gives others") {
    const int before = threads();
    set_threads(1);
    const Tensor one = nn::initial({300, 400}, {.seed = 7, .stream = 2});
    set_threads(2);
    CHECK(same_bits(one, nn::initial({300, 400}, {.seed = 7, .stream = 2})));
    set_threads(before);
    CHECK_FALSE(same_bits(one, nn::initial({300, 400}, {.seed = 7, .stream = 3})));
    CHECK_FALSE(same_bits(one, nn::initial({300, 400}, {.seed = 8, .stream = 2})));
}

TEST_CASE("take hands out one stream after another") {
    nn::Init next{.seed = 4, .stream = 10};
    CHECK(nn::take(next).stream == 10);
    CHECK(nn::take(next).stream == 11);
    CHECK(next.seed == 4);
}

TEST_CASE("a draw of one's own replaces the seed") {
    const Tensor w = nn::initial({2, 3}, {.draw = [](const Shape& shape) { return full(shape, 9); }});
    CHECK(same_bits(w, full({2, 3}, 9)));
}

TEST_CASE("orthogonal weights have rows, or columns, at right angles and of the length asked for") {
    for (const Shape& shape : {Shape{5, 5}, Shape{3, 7}, Shape{7, 3}, Shape{4, 2, 3, 3}, Shape{1, 1}, Shape{64, 64}}) {
        CAPTURE(to_text(shape));
        const Tensor w = nn::initial(shape, {.seed = 3, .scheme = nn::Orthogonal{2}, .dtype = DType::float64});
        CHECK(w.shape() == shape);
        const Tensor m = flatten(w);
        const bool wide = m.shape()[0] <= m.shape()[1];
        const Tensor products = wide ? matmul(m, m, {.transpose_b = true}) : matmul(m, m, {.transpose_a = true});
        CHECK(max(abs(products - identity_matrix(products.rows(), DType::float64) * 4)).item() < 1e-13);
    }
    const Tensor single = nn::initial({8, 3}, {.seed = 3, .scheme = nn::Orthogonal{}});
    CHECK(single.dtype() == DType::float32);
}

TEST_CASE("orthogonal weights are drawn evenly: a corner of many has mean 0 and variance one over the size") {
    double total = 0, squares = 0;
    for (std::uint64_t stream = 0; stream < 2000; ++stream) {
        const double corner = nn::initial({3, 3}, {.seed = 1, .stream = stream, .scheme = nn::Orthogonal{}}).at(0);
        total += corner, squares += corner * corner;
    }
    CHECK(std::abs(total / 2000) < 6 * std::sqrt(1.0 / 3 / 2000));
    CHECK(std::abs(squares / 2000 - 1.0 / 3) < 6 * std::sqrt(4.0 / 45 / 2000));  // x² of a corner has variance 4/45
}

TEST_CASE("uniform, normal and constant values are what they say, for any shape") {
    const nn::Init base{.seed = 2, .dtype = DType::float64};
    const auto of = [&](const nn::Draw& draw, const Shape& shape) {
        nn::Init init = base;
        init.scheme = draw;
        return nn::initial(shape, init);
    };
    const Tensor even = of(nn::Uniform{3, 5}, {10000});
    CHECK(max(even).item() < 5);
    CHECK(max(-even).item() <= -3);
    CHECK(std::abs(mean_of(even) - 4) < 6 * std::sqrt(1.0 / 3 / 10000));
    const Tensor bell = of(nn::Normal{3}, {10000});
    CHECK(std::abs(mean_of(bell)) < 6 * 3 / 100.0);
    CHECK(std::abs(deviation_of(bell) - 3) < 6 * 3 / std::sqrt(20000.0));
    CHECK(same_bits(of(nn::Constant{7}, {3}), full({3}, 7, DType::float64)));
    CHECK(same_bits(of(nn::Constant{}, {}), zeros({}, DType::float64)));
    CHECK_THROWS_WITH_AS(of(nn::Uniform{1, 1}, {2}), "init: low must be below high: they are 1 and 1", ValueError);
    CHECK_THROWS_WITH_AS(of(nn::Normal{-1}, {2}), "init: a standard deviation must be at least 0: it is -1",
                         ValueError);
    CHECK_THROWS_AS(of(nn::Orthogonal{}, {2}), ShapeError);
}

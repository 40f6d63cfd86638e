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

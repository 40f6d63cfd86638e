// Pictures of another size, against what a triangle of weights makes of constants and ramps.
#include <doctest/doctest.h>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/models/data/fit_picture.hpp>
#include <support/refused.hpp>

namespace gradpath {
namespace {

using models::fitted;
using models::PictureFit;
using tests::check_refused;

/// Every pixel is where its middle stands from the left, or from above.
Tensor ramp(Index height, Index width, bool down) {
    std::vector<double> values;
    for (Index i = 0; i < height; ++i)
        for (Index j = 0; j < width; ++j) values.push_back(static_cast<double>(down ? i : j) + 0.5);
    return {{1, height, width}, std::span<const double>(values)};
}

}  // namespace

TEST_CASE("a picture that has the size keeps its bits, and a plain one stays plain at any size") {
    const Tensor x = random::uniform({2, 3, 5, 4}, 0, 1, {.seed = 1});
    CHECK(same_bits(fitted(x, 5, 4), x));
    for (const Index side : {1, 3, 4, 7, 30})
        for (const PictureFit::Way way : {PictureFit::crop, PictureFit::stretch}) {
            const Tensor plain = fitted(full({1, 3, 7, 4}, 0.25, DType::float64), side, 2 * side, {.way = way});
            CHECK(plain.shape() == Shape{1, 3, side, 2 * side});
            CHECK(max(abs(plain - 0.25)).item() < 1e-15);
        }
}

TEST_CASE("half the pixels are means of four by a triangle, cut off at the edge") {
    const Tensor one({1, 4}, {1, 0, 0, 0}, DType::float64);
    const Tensor half = fitted(one, 1, 2, {.way = PictureFit::stretch});
    CHECK(half.at(0) == doctest::Approx(3.0 / 7));
    CHECK(half.at(1) == 0);
    const Tensor inner = fitted(Tensor({1, 4}, {0, 1, 0, 0}, DType::float64), 1, 2, {.way = PictureFit::stretch});
    CHECK(inner.at(0) == doctest::Approx(3.0 / 7));
    CHECK(inner.at(1) == doctest::Approx(1.0 / 7));
}

TEST_CASE("crop takes the middle: of a ramp, every new pixel is where it stands") {
    const Tensor across = fitted(ramp(4, 12, false), 2, 2), down = fitted(ramp(12, 4, true), 2, 2);
    CHECK(across.at(0) == doctest::Approx(5));
    CHECK(across.at(1) == doctest::Approx(7));
    CHECK(down.at(0) == doctest::Approx(5));
    CHECK(down.at(2) == doctest::Approx(7));
    const Tensor inside = fitted(ramp(8, 8, false), 2, 2, {.side = 4});
    CHECK(inside.at(0) == doctest::Approx(3));
    CHECK(inside.at(1) == doctest::Approx(5));
    const Tensor odd = fitted(ramp(5, 9, false), 3, 3, {.side = 5});  // three pixels of five, as they are
    CHECK(same_bits(odd, slice(slice(ramp(5, 9, false), 1, 1, 4), 2, 3, 6)));
}

TEST_CASE("what was done is told, and slopes go through it") {
    CHECK(models::fit_words({3, 300, 451}, 227, 227) ==
          "451 by 300 pixels, the 300 by 300 in the middle resized to 227 by 227");
    CHECK(models::fit_words({3, 300, 451}, 224, 224, {.side = 256}) ==
          "451 by 300 pixels, the 263 by 263 in the middle resized to 224 by 224");
    CHECK(models::fit_words({28, 28}, 32, 16, {.way = PictureFit::stretch}) == "28 by 28 pixels resized to 16 by 32");
    check_grads([](const std::vector<Tensor>& xs) { return fitted(xs[0], 2, 3); },
                {random::uniform({2, 5, 4}, 0, 1, {.seed = 2, .dtype = DType::float64})}, {.order = 2});
}

TEST_CASE("pictures without pixels and sides that are too short or too long are refused") {
    check_refused({
        {[] { fitted(zeros({3}), 2, 2); }, "fit: there must be pictures with pixels: (3,) to 2 by 2"},
        {[] {
             fitted(zeros({1, 0, 4}), 2, 2);
         },
         "fit: there must be pictures with pixels: (1, 0, 4) to 2 by 2"},
        {[] {
             fitted(zeros({1, 4, 4}), 0, 2);
         },
         "fit: there must be pictures with pixels: (1, 4, 4) to 0 by 2"},
        {[] {
             fitted(zeros({1, 8, 8}), 4, 6, {.side = 5});
         },
         "fit: the shorter side must be long enough to cut 4 by 6 out of it: got 5"},
        {[] {
             fitted(zeros({1, 8, 8}), 4, 6, {.side = 49});
         },
         "fit: what is cut out must be a pixel or more of the picture: got 49"},
    });
}

}  // namespace gradpath

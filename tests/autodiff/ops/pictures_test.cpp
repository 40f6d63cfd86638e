// Pictures at other sizes: pools that count bins, and interpolation.
#include "../laws.hpp"
#include "support/refused.hpp"

#include <limits>

using namespace gradpath;
using namespace gradpath::tests;

namespace {

const DType f64 = DType::float64;
const Interpolate bilinear{Interpolation::bilinear}, corners{Interpolation::bilinear, true};

Tensor line(std::initializer_list<double> values) {
    return Tensor({1, 1, 1, static_cast<Index>(values.size())}, values, f64);
}

/// The mean of rows first .. last-1 of one axis of a picture.
Tensor mean_of(const Tensor& x, Index axis, Index first, Index last) {
    return mean(slice(x, axis, first, last), {.axes = {axis}, .keep = true});
}

}  // namespace

TEST_CASE("an adaptive pool takes the mean of each bin") {
    holds("adaptive_avg_pool2d", [] {
        const Index h = any(1, 9), w = any(1, 9), n = any(1, 9), m = any(1, 9);
        const Tensor x = draw({2, 3, h, w}, 0), y = adaptive_avg_pool2d(x, {n, m});
        RC_ASSERT((y.shape() == Shape{2, 3, n, m}));
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < m; ++j) {
                const Tensor rows = mean_of(x, 2, i * h / n, ((i + 1) * h + n - 1) / n);
                const Tensor bin = mean_of(rows, 3, j * w / m, ((j + 1) * w + m - 1) / m);
                RC_ASSERT(distance(slice(slice(y, 2, i, i + 1), 3, j, j + 1), copy_of(bin)) < 1e-14);
            }
    });
}

TEST_CASE("a global pool is the adaptive one with one bin, without its axes") {
    const Tensor x = random::normal({2, 3, 5, 4}, {.seed = 1, .dtype = f64});
    const Tensor one = reshape(adaptive_avg_pool2d(x, 1), {2, 3});
    CHECK(max(abs(global_avg_pool2d(x) - one)).item() < 1e-15);
    CHECK(global_avg_pool2d(zeros({0, 3, 2, 2})).shape() == Shape{0, 3});
    CHECK(adaptive_avg_pool2d(zeros({0, 3, 3, 2}), 2).shape() == Shape{0, 3, 2, 2});
}

TEST_CASE("interpolation in closed form") {
    CHECK(same_bits(interpolate(line({1, 2}), {2, 4}), Tensor({1, 1, 2, 4}, {1, 1, 2, 2, 1, 1, 2, 2}, f64)));
    CHECK(same_bits(interpolate(line({1, 2, 3, 4, 5}), {1, 2}), line({1, 3})));
    CHECK(same_bits(interpolate(line({0, 4}), {1, 4}, bilinear), line({0, 1, 3, 4})));
    CHECK(same_bits(interpolate(line({0, 4}), {1, 5}, corners), line({0, 1, 2, 3, 4})));
    CHECK(same_bits(interpolate(line({0, 4, 8, 12}), {1, 2}, bilinear), line({2, 10})));
    CHECK(same_bits(interpolate(line({3, 9}), {1, 1}, corners), line({3})));
    CHECK(same_bits(interpolate(line({3}), {2, 3}, bilinear), full({1, 1, 2, 3}, 3, f64)));
}

TEST_CASE("interpolation leaves constants alone, and ramps straight where corners meet") {
    holds("interpolate", [] {
        const Index h = any(1, 7), w = any(2, 7);
        const Size2 out{any(1, 9), any(1, 9)};
        const Tensor x = draw({2, 1, h, w}, 1), flat = full({1, 2, h, w}, 0.1, f64);
        for (const Interpolate& o : {Interpolate{}, bilinear, corners}) {
            RC_ASSERT(same_bits(interpolate(flat, out, o), full({1, 2, out.height, out.width}, 0.1, f64)));
            RC_ASSERT(same_bits(interpolate(x, {h, w}, o), x));
            const Tensor y = interpolate(x, out, o);
            RC_ASSERT(max(y).item() <= max(x).item() + 1e-15 && min(y).item() >= min(x).item() - 1e-15);
        }
        const Tensor ramp = broadcast_to(arange(w, f64), {1, 1, h, w}), y = interpolate(ramp, out, corners);
        for (Index i = 0; i < out.width; ++i) {
            const double at =
                out.width == 1 ? 0 : static_cast<double>(i * (w - 1)) / static_cast<double>(out.width - 1);
            RC_ASSERT(std::abs(y.at(i) - at) < 1e-14);
        }
    });
}

TEST_CASE("a NaN stays with its neighbours") {
    const double not_a_number = std::numeric_limits<double>::quiet_NaN();
    const Tensor x = line({not_a_number, 1, 2, 3, 4, 5});
    const auto is_nan = [](const Tensor& t, Index i) { return std::isnan(t.at(i)); };
    CHECK(is_nan(adaptive_avg_pool2d(x, {1, 4}), 0));
    CHECK(adaptive_avg_pool2d(x, {1, 4}).at(3) == 4.5);
    CHECK(is_nan(interpolate(x, {1, 12}, bilinear), 2));
    CHECK(interpolate(x, {1, 12}, bilinear).at(3) == 1.25);
    CHECK(interpolate(x, {1, 12}).at(2) == 1);
}

TEST_CASE("pictures that cannot be are refused, and the reason given") {
    const Tensor x = ones({1, 1, 2, 2}), none = ones({1, 1, 0, 2}), flat = ones({2, 2});
    check_refused({
        {[&] { (void)adaptive_avg_pool2d(flat, 1); },
         "adaptive_avg_pool2d: x must be [rows, channels, height, width]: its shape is (2, 2)"},
        {[&] {
             (void)adaptive_avg_pool2d(x, {1, 0});
         },
         "adaptive_avg_pool2d: there must be at least one bin each way: got 1 by 0"},
        {[&] { (void)global_avg_pool2d(none); },
         "global_avg_pool2d: there must be something to pool: the shape is (1, 1, 0, 2)"},
        {[&] { (void)interpolate(flat, 2); },
         "interpolate: x must be [rows, channels, height, width]: its shape is (2, 2)"},
        {[&] { (void)interpolate(none, 2); }, "interpolate: the picture must not be empty: the shape is (1, 1, 0, 2)"},
        {[&] {
             (void)interpolate(x, {3, 0});
         },
         "interpolate: the new size must be at least 1 by 1: got 3 by 0"},
        {[&] { (void)interpolate(x, 2, {.align_corners = true}); },
         "interpolate: align_corners is for bilinear; nearest takes no corners"},
    });
}

#include <attribution/functions.hpp>
#include <support/close.hpp>

using namespace attribution_tests;
using attribution::Baseline;
using attribution::draw_baseline;
using attribution::parse_baseline;
using attribution::samples_of;
namespace baseline = gradpath::attribution::baseline;

namespace {

Tensor draw(const Baseline& b, const Tensor& x, std::uint64_t seed = 0, Index sample = 0) {
    return draw_baseline("test", b, x, {seed, sample});
}

}  // namespace

TEST_CASE("zero, constant and tensor baselines are what they say, in the input's shape and dtype") {
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Tensor x = random_tensor({2, 3}, 1, dtype);
        CHECK(same_bits(draw(baseline::Zero{}, x), zeros({2, 3}, dtype)));
        CHECK(same_bits(draw(baseline::Constant{.value = 0.5}, x), full({2, 3}, 0.5, dtype)));
        const Tensor one = random_tensor({3}, 2, dtype), each = random_tensor({2, 3}, 3, dtype);
        CHECK(same_bits(draw(one, x), broadcast_to(one, {2, 3})));
        CHECK(same_bits(draw(each, x), each));
    }
}

TEST_CASE("the mean baseline is that of each row and channel") {
    const Tensor x({1, 2, 2, 2}, {1, 2, 3, 6, 0, 0, 0, 4}, DType::float64);
    CHECK(numbers(draw(baseline::Mean{}, x)) == std::vector<double>{3, 3, 3, 3, 1, 1, 1, 1});
    CHECK(numbers(draw(baseline::Mean{}, Tensor({2, 2}, {1, 3, 5, 5}))) == std::vector<double>{2, 2, 5, 5});
    CHECK(numbers(draw(baseline::Mean{}, Tensor({1, 2, 2}, {1, 3, 5, 7}))) == std::vector<double>{4, 4, 4, 4});
}

TEST_CASE("the blur of a point is the product of two normalised Gaussians") {
    const double sigma = 1.5;
    std::vector<double> image(1 * 1 * 21 * 25, 0);
    image[10 * 25 + 12] = 1;
    const Tensor blurred = draw(baseline::Blur{.sigma = sigma}, Tensor({1, 1, 21, 25}, std::span<const double>(image)));
    double total = 0;
    for (int d = -6; d <= 6; ++d) total += std::exp(-d * d / (2 * sigma * sigma));
    for (const auto& [i, j] : {std::pair{10, 12}, {9, 12}, {10, 15}, {7, 9}, {16, 18}, {10, 19}}) {
        const int dy = i - 10, dx = j - 12;
        const double expected =
            std::abs(dx) > 6 ? 0 : std::exp(-(dx * dx + dy * dy) / (2 * sigma * sigma)) / (total * total);
        CHECK(blurred.at(i * 25 + j) == doctest::Approx(expected).epsilon(1e-12));
    }
    CHECK(sum(blurred).item() == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("the blur keeps rows and channels apart, and loses what falls over the edge") {
    const Tensor x = random_tensor({2, 3, 6, 5}, 4);
    const Tensor blurred = attribution::gaussian_blur(x, 0.8);
    const Tensor one = attribution::gaussian_blur(slice(slice(x, 0, 1, 2), 1, 2, 3), 0.8);
    CHECK(same_bits(one, slice(slice(blurred, 0, 1, 2), 1, 2, 3)));
    const Tensor flat = attribution::gaussian_blur(ones({1, 9, 9}, DType::float64), 1.0);
    CHECK(flat.at(4 * 9 + 4) == doctest::Approx(1).epsilon(1e-3));
    CHECK(flat.at(0) < 0.6);
    const Tensor line = attribution::gaussian_blur(ones({2, 9}, DType::float64), 1.0);
    CHECK(line.at(4) == doctest::Approx(1).epsilon(1e-3));
    CHECK(line.at(13) == line.at(4));
}

TEST_CASE("uniform draws lie in their range and depend on seed and sample alone") {
    const Tensor x = zeros({4, 50}, DType::float64);
    const Baseline b = baseline::Uniform{.low = -2, .high = 3, .samples = 5};
    const std::vector<double> drawn = numbers(draw(b, x, 9, 3));
    double mean_of_all = 0;
    for (const double v : drawn) {
        CHECK(v >= -2);
        CHECK(v < 3);
        mean_of_all += v / 200;
    }
    CHECK(std::abs(mean_of_all - 0.5) <= tests::sampling * 5 / std::sqrt(12 * 200.0));
    CHECK(same_bits(draw(b, x, 9, 3), draw(b, x, 9, 3)));
    CHECK_FALSE(same_bits(draw(b, x, 9, 3), draw(b, x, 9, 4)));
    CHECK_FALSE(same_bits(draw(b, x, 9, 3), draw(b, x, 8, 3)));
    CHECK(samples_of(b) == 5);
}

TEST_CASE("Gaussian draws scatter about x with their sigma, and stay in the range of the row when clipped") {
    const Tensor x = broadcast_to(Tensor({3, 1}, {1, 2, 3}, DType::float64), {3, 4000});
    const Tensor noise = draw(baseline::Gaussian{.sigma = 0.5, .clip = false}, x, 3) - x;
    CHECK(std::sqrt(mean(square(noise)).item()) == doctest::Approx(0.5).epsilon(0.03));
    const Tensor y = random_tensor({2, 30}, 8);
    const Tensor clipped = draw(baseline::Gaussian{.sigma = 5}, y, 3);
    for (Index r = 0; r < 2; ++r) {
        const Tensor row_y = slice(y, 0, r, r + 1), row_c = slice(clipped, 0, r, r + 1);
        CHECK(max(row_c).item() == max(row_y).item());
        CHECK(max(-row_c).item() == max(-row_y).item());
    }
}

TEST_CASE("samples and functions are drawn one by one") {
    const Tensor pool({3, 2}, {1, 2, 3, 4, 5, 6}), x = zeros({2, 2});
    CHECK(samples_of(baseline::Samples{pool}) == 3);
    CHECK(numbers(draw(baseline::Samples{pool}, x, 0, 2)) == std::vector<double>{5, 6, 5, 6});
    const Baseline f = baseline::Function{[](const Tensor& z, Index s) { return z + static_cast<double>(s); }, 4};
    CHECK(samples_of(f) == 4);
    CHECK(numbers(draw(f, x, 0, 3)) == std::vector<double>{3, 3, 3, 3});
}

TEST_CASE("farthest is the end of the range that is farther from each feature; black+white are both ends") {
    const Tensor x({1, 4}, {0.2, 0.5, 0.9, 3});
    CHECK(numbers(draw(baseline::Farthest{}, x)) == std::vector<double>{1, 0, 0, 0});
    CHECK(numbers(draw(baseline::Farthest{-1, 4}, x)) == std::vector<double>{4, 4, 4, -1});
    CHECK(samples_of(baseline::BlackWhite{}) == 2);
    CHECK(numbers(draw(baseline::BlackWhite{}, x, 0, 0)) == std::vector<double>{0, 0, 0, 0});
    CHECK(numbers(draw(baseline::BlackWhite{-2, 7}, x, 0, 1)) == std::vector<double>{7, 7, 7, 7});
    const Model squares = [](const Tensor& z) { return sum(square(z), {.axes = {1}}); };
    const Attribution a = attribution::integrated_gradients(squares, x, {.baseline = baseline::BlackWhite{}});
    CHECK(a.f_baseline->at(0) == 2);  // the mean of 0 and 4
    CHECK(*a.samples == 2);
}

TEST_CASE("coalitions keep features of the input, every size as often, and their mirror image keeps the others") {
    const Tensor x({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, DType::float64);
    const baseline::Coalition coalition{.absent = -1, .samples = 4000};
    std::vector<Index> of_size(5, 0), kept_by(4, 0);
    for (Index sample = 0; sample < coalition.samples; ++sample) {
        const std::vector<double> drawn = numbers(draw(coalition, x, 3, sample));
        std::size_t size = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const bool kept = drawn[i] != -1;
            CHECK(drawn[i] == (kept ? x.at(static_cast<Index>(i)) : -1));
            CHECK(kept == (drawn[4 + i] != -1));
            size += kept;
            kept_by[i] += kept;
        }
        ++of_size[size];
    }
    for (std::size_t size = 0; size < 4; ++size) CHECK(std::abs(of_size[size] - 1000) < 6 * 28);
    CHECK(of_size[4] == 0);
    for (const Index kept : kept_by) CHECK(std::abs(kept - 1500) < 6 * 31);
    const Tensor mirrored = attribution::draw_baseline("test", coalition, x, {3, 5, true});
    CHECK(numbers(draw(coalition, x, 3, 5) + mirrored) == numbers(x - 1.0));
}

TEST_CASE("baselines read back from their text") {
    for (const char* text : {"zero", "constant:0.5", "mean", "blur:3", "uniform:-1,2,7", "gaussian:0.25,3",
                             "farthest:-1,1", "black+white:0,255", "coalition:0.5,3"})
        CHECK(attribution::describe(parse_baseline(text)) == text);
    CHECK(attribution::describe(parse_baseline("uniform")) == "uniform:0,1,1");
    CHECK(attribution::describe(parse_baseline("blur")) == "blur:10");
}

TEST_CASE("baselines that do not fit are refused") {
    const Tensor x = zeros({2, 3});
    const auto error = [&](const Baseline& b) { return error_of([&] { draw(b, x); }); };
    CHECK(error(zeros({2, 4})) == "test: the baseline must have shape (2, 3) or broadcast to it but has (2, 4)");
    CHECK(error(zeros({2, 3}, DType::float64)) ==
          "test: the baseline is float64 but the input is float32; convert one with to()");
    CHECK(error(Tensor{}) == "test: the baseline is an empty tensor");
    CHECK(error(baseline::Uniform{.low = 2, .high = 1}) ==
          "test: baseline uniform: low must not exceed high but they are 2 and 1");
    CHECK(error(baseline::Farthest{.low = 2, .high = 1}) ==
          "test: baseline farthest: low must not exceed high but they are 2 and 1");
    CHECK(error(baseline::BlackWhite{.low = 3, .high = 1}) ==
          "test: baseline black+white: low must not exceed high but they are 3 and 1");
    CHECK(error(baseline::Gaussian{.sigma = -1}) == "test: baseline gaussian: sigma must not be negative but is -1");
    CHECK(error(baseline::Blur{.sigma = 0}) == "gaussian_blur: sigma must be above 0 but is 0");
    CHECK(error(baseline::Function{}) == "test: the baseline function is empty");
    CHECK(error_of([] { samples_of(baseline::Uniform{.samples = 0}); }) ==
          "baseline uniform:0,1,0: needs at least one sample but has 0");
    CHECK(error_of([] { parse_baseline("blurr"); }) ==
          "baseline: 'blurr' is unknown; did you mean 'blur'? There are: zero constant:C mean blur:SIGMA "
          "uniform:LOW,HIGH,SAMPLES gaussian:SIGMA,SAMPLES farthest:LOW,HIGH black+white:LOW,HIGH "
          "coalition:ABSENT,SAMPLES");
    CHECK(error_of([] { parse_baseline("blur:x"); }) == "baseline blur: must be a number but is 'x'");
    CHECK(error_of([] { parse_baseline("zero:1"); }) == "baseline zero: takes at most 0 numbers but got 1");
    CHECK(error_of([] { parse_baseline("uniform:0,1,0.5"); }) ==
          "baseline uniform: samples must be a whole number from 1 on but is 0.5");
}

// Insertion and deletion against curves worked out by hand; sensitivity of answers whose change is known.
#include <numeric>

#include <attribution/functions.hpp>
#include <support/refused.hpp>

using namespace attribution_tests;
namespace quality = attribution::quality;
using quality::PixelCurve;
using quality::PixelSteps;

namespace {

const Model total = [](const Tensor& x) { return sum(flatten(x), {.axes = {1}}); };
const PixelSteps plain{.target = Index{0}, .stage = {}};
const attribution::Baseline zero = attribution::baseline::Zero{};

using Values = std::vector<double>;

}  // namespace

TEST_CASE("pixels leave and come in the order of their values") {
    const Tensor x = row({1, 4, 3, 2});
    const PixelCurve out = quality::deletion(total, x, x, plain)[0];
    CHECK(out.changed == Values{0, 0.25, 0.5, 0.75, 1});
    CHECK(out.value == Values{10, 6, 3, 1, 0});
    CHECK(out.area == doctest::Approx(3.75));
    const PixelCurve in = quality::insertion(total, x, x, plain, zero)[0];
    CHECK(in.value == Values{0, 4, 7, 9, 10});
    CHECK(in.area == doctest::Approx(6.25));
    CHECK(quality::deletion(total, x, -x, plain)[0].value == Values{10, 9, 7, 4, 0});
    CHECK(quality::deletion(total, x, zeros_like(x), plain)[0].value == Values{10, 9, 5, 2, 0});  // in place
}

TEST_CASE("several pixels may change at a time, the last ones fewer") {
    PixelSteps by_three = plain;
    by_three.pixels = 3;
    const Tensor x = row({4, 3, 2, 1});
    const PixelCurve out = quality::deletion(total, x, x, by_three)[0];
    CHECK(out.changed == Values{0, 0.75, 1});
    CHECK(out.value == Values{10, 1, 0});
    CHECK(out.area == doctest::Approx(0.75 * 5.5 + 0.25 * 0.5));
    const Tensor picture = random_tensor({1, 1, 28, 28}, 1);
    CHECK(quality::deletion(total, picture, picture, plain)[0].value.size() == 263);  // by 784 / 224 = 3
}

TEST_CASE("a pixel has all of its channels, and each row its own order, target and canvas") {
    const Tensor x = Tensor({2, 2, 1, 2}, {1, 2, 10, 20, 4, 3, 40, 30}, DType::float64);
    const Tensor values = Tensor({2, 2, 1, 2}, {5, 1, -9, 1, 1, 0, 1, 0}, DType::float64);
    const auto curves = quality::deletion(total, x, values, plain, Tensor(x * 0.5));
    CHECK(curves[0].value == Values{33, 22, 16.5});  // the second pixel first: 1 + 1 is more than 5 - 9
    CHECK(curves[1].value == Values{77, 55, 38.5});
    PixelSteps steps = plain;
    steps.target = std::vector<Index>{1, 0};
    const auto of_targets = quality::deletion(
        [&](const Tensor& z) {
            return stack({total(z), -total(z)}, 1);
        },
        x, values, steps);
    CHECK(of_targets[0].value.front() == -33);
    CHECK(of_targets[1].value.front() == 77);
}

TEST_CASE("curves of a margin and of weights of each row are those of the numbers that these mean") {
    const Tensor x = Tensor({2, 3}, {1, 2, 4, 8, 3, 5}, DType::float64);
    const Model both = [](const Tensor& z) { return stack({total(z), total(square(z))}, 1); };
    PixelSteps margin = plain, weighted = plain, chosen = plain;
    margin.target = attribution::Predicted{};
    margin.stage = attribution::parse_stage("margin:1,0");
    CHECK(quality::deletion(both, x, x, margin)[1].value == Values{98 - 16, 34 - 8, 9 - 3, 0});
    weighted.target = attribution::Weights{Tensor({2, 2}, {1, 0, 0, 1}, DType::float64)};
    chosen.target = std::vector<Index>{0, 1};
    for (std::size_t r = 0; r < 2; ++r) {
        CHECK(quality::deletion(both, x, x, weighted)[r].value == quality::deletion(both, x, x, chosen)[r].value);
        CHECK(quality::insertion(both, x, x, weighted, zero)[r].area ==
              quality::insertion(both, x, x, chosen, zero)[r].area);
    }
}

TEST_CASE("of a sum, no order of deletion has less area than that of its terms") {
    const Tensor x = random_tensor({1, 12}, 5);
    const double least = quality::deletion(total, x, x, plain)[0].area;
    for (std::uint64_t k = 0; k < 20; ++k) {
        const Tensor values = random_tensor({1, 12}, 100 + k);
        const double area = quality::deletion(total, x, values, plain)[0].area;
        CHECK(area > least);
        // What is not yet deleted is what an insertion in reverse order has put in.
        CHECK(quality::insertion(total, x, -values, plain, zero)[0].area == doctest::Approx(area));
    }
}

TEST_CASE("the predicted class and its probability stay those of the whole input") {
    const Model f = relu_net({6, 8, 3}, 2, true);
    const Tensor x = random_tensor({4, 6}, 9);
    const Tensor p = softmax(f(x));
    const auto curves = quality::deletion(f, x, x);
    for (Index r = 0; r < 4; ++r) {
        const Values row = numbers(slice(p, 0, r, r + 1));
        CHECK(curves[static_cast<std::size_t>(r)].value.front() ==
              doctest::Approx(*std::max_element(row.begin(), row.end())));
    }
}

TEST_CASE("an insertion begins with the picture through a Gaussian of 11 by 11") {
    Values weights;
    for (int k = -5; k <= 5; ++k) weights.push_back(std::exp(-k * k / 50.0));
    const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
    const double half = std::accumulate(weights.begin() + 5, weights.end(), 0.0) / all;
    const Tensor flat = quality::through_gauss(ones({2, 3, 15, 15}, DType::float64));
    CHECK(flat.at(7 * 15 + 7) == doctest::Approx(1));
    CHECK(flat.at(0) == doctest::Approx(half * half));
    Tensor point = pad(ones({1, 1, 1, 1}, DType::float64), {{}, {}, {7, 7}, {7, 7}});
    const Tensor seen = quality::through_gauss(point);
    CHECK(seen.at(7 * 15 + 7) == doctest::Approx(1 / (all * all)));
    CHECK(seen.at(7 * 15 + 12) == doctest::Approx(weights[0] / (all * all)));
    CHECK(seen.at(7 * 15 + 13) == 0);
    const auto curve = quality::insertion(total, point, point, plain)[0];
    CHECK(curve.value.front() == doctest::Approx(1));  // nothing is lost at the edge
    CHECK(curve.value.back() == doctest::Approx(1));
}

TEST_CASE("what does not fit is refused") {
    const Tensor x = row({1, 2});
    PixelSteps backwards = plain, all = plain;
    backwards.pixels = -1;
    all.target = attribution::AllTargets{};
    tests::check_refused(
        {{[&] {
              quality::deletion(total, x, row({1, 2, 3}), plain);
          },
          "deletion: values of shape (1, 3) do not fit an input of shape (1, 2)"},
         {[&] { quality::insertion(total, x, x, all, zero); }, "insertion: takes one target at a time"},
         {[&] { quality::deletion(total, x, x, backwards); }, "deletion: pixels must not be below 0 but are -1"},
         {[&] { quality::insertion(total, x, x, plain); },
          "through_gauss: needs rows with two axes but the shape is (1, 2)"}});
}

TEST_CASE("sensitivity is how far an answer moves, divided by its size") {
    const Tensor x = random_tensor({3, 4}, 1);
    const auto largest = [&](const quality::Explain& explain, const Tensor& at, double radius) {
        return quality::sensitivity_max(explain, at, {.radius = radius, .samples = 5, .seed = 7});
    };
    CHECK(largest([](const Tensor& z) { return ones_like(z); }, x, 0.02) == Values{0, 0, 0});
    const auto itself = [](const Tensor& z) { return z; };
    const Values once = largest(itself, x, 0.02);
    Values by_hand(3, 0);
    for (std::uint64_t k = 0; k < 5; ++k) {
        const Tensor e = random::uniform({3, 4}, -0.02, 0.02, {.seed = 7, .stream = k, .dtype = DType::float64});
        const Tensor part = norm(e, 2, {.axes = {1}}) / norm(x, 2, {.axes = {1}});
        for (std::size_t r = 0; r < 3; ++r) by_hand[r] = std::max(by_hand[r], part.at(static_cast<Index>(r)));
    }
    CHECK(largest_difference(once, by_hand) <= 1e-12);
    const Values larger = largest([](const Tensor& z) { return z * -9.0; }, x, 0.02);
    CHECK(largest_difference(once, larger) <= 1e-12);
    for (const double moved : largest(itself, zeros_like(x), 0.5)) {  // its size is 0: divided by 1
        CHECK(moved > 0.1);
        CHECK(moved <= 1);
    }
    CHECK(std::isnan(largest([](const Tensor& z) { return log(z); }, -abs(x), 0.02)[0]));
}

TEST_CASE("an explanation is as steep as its formula") {
    const Tensor x = Tensor({2, 2}, {1, 2, 3, 4}, DType::float64);
    const auto steepness = [&](const quality::Explain& explain) {
        return quality::local_lipschitz(explain, x, {.radius = 0.1, .samples = 3, .seed = 1});
    };
    for (const double steep : steepness([](const Tensor& z) { return z * -3.0; })) CHECK(steep == doctest::Approx(3));
    CHECK(steepness([](const Tensor& z) { return ones_like(z); }) == Values{0, 0});
    CHECK(quality::local_lipschitz([](const Tensor& z) { return z; }, x, {.radius = 0}) == Values{0, 0});
}

TEST_CASE("sensitivity refuses what it cannot measure") {
    const auto first = [](const Tensor& z) { return slice(z, 1, 0, 1); };
    const auto itself = [](const Tensor& z) { return z; };
    tests::check_refused({{[&] {
                               quality::sensitivity_max(first, row({1, 2}));
                           },
                           "sensitivity_max: values of shape (1, 1) are not like the input of shape (1, 2)"},
                          {[&] { quality::sensitivity_max(itself, row({1}), {.radius = -1}); },
                           "sensitivity_max: radius must not be below 0 but is -1"},
                          {[&] { quality::local_lipschitz(itself, row({1}), {.radius = -1}); },
                           "local_lipschitz: radius must not be below 0 but is -1"},
                          {[&] { quality::sensitivity_max(itself, row({1}), {.samples = 0}); },
                           "sensitivity_max: needs at least 1 sample but has 0"}});
}

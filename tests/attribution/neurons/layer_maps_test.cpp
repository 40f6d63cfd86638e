// Layer maps by hand, on a layer of 2 channels of 2x2 whose slopes are known.
#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::LayerMap;
using attribution::Upsampling;

namespace {

const Tensor slopes({1, 2, 2, 2}, {1, 3, -2, 0, -1, -1, 2, -4}, DType::float64);

/// The layer is the input itself, doubled; the output weighs each unit by its slope.
Tensor model(const Tensor& x) {
    const Tensor maps = tap("maps", x * 2.0);
    return tap("head", sum(flatten(maps * slopes), {.axes = {1}, .keep = true}));
}

const Tensor image({1, 2, 2, 2}, {1, 2, 3, 0.5, 1, 1, 2, 1}, DType::float64);
const std::vector<double> units{2, 4, 6, 1, 2, 2, 4, 2};

}  // namespace

TEST_CASE("Grad-CAM: channels by their mean slopes, and not below 0") {
    const Attribution a = attribution::grad_cam(model, image, {});
    CHECK(a.layer == "maps");  // the last layer that has rows and columns
    CHECK(a.values.shape() == Shape{1, 1, 2, 2});
    std::vector<double> expected;
    for (std::size_t k = 0; k < 4; ++k) expected.push_back(std::max(0.0, 0.5 * units[k] - 1.0 * units[4 + k]));
    CHECK(largest_difference(numbers(a.values), expected) <= 1e-14);
}

TEST_CASE("Grad-CAM++: slopes that rise, by their curvature") {
    const Attribution a = attribution::grad_cam_plus_plus(model, image, {});
    const auto weight = [&](std::size_t channel) {
        double total = 0, sum = 0;
        for (std::size_t k = 0; k < 4; ++k) total += units[4 * channel + k];
        for (std::size_t k = 0; k < 4; ++k) {
            const double g = slopes.at(static_cast<Index>(4 * channel + k));
            if (g > 0) sum += g / (2 + g * total);  // g² g / (2 g² + g³ ΣA)
        }
        return sum;
    };
    std::vector<double> expected;
    for (std::size_t k = 0; k < 4; ++k) expected.push_back(weight(0) * units[k] + weight(1) * units[4 + k]);
    CHECK(largest_difference(numbers(a.values), expected) <= 1e-14);
}

TEST_CASE("Layer-CAM: every pixel by its own slope, where it rises") {
    const Attribution a = attribution::layer_cam(model, image, {.layer = "maps"});
    CHECK(largest_difference(numbers(a.values), {2, 12, 8, 0}) <= 1e-14);
}

TEST_CASE("guided Grad-CAM is guided backprop times the map, like the input") {
    const Model net = [](const Tensor& x) { return model(relu(x - 0.75)); };
    const Attribution a = attribution::guided_grad_cam(net, image, {}), map = attribution::grad_cam(net, image, {}),
                      guided = attribution::guided_backprop(net, image, {});
    CHECK(a.method == "guided-grad-cam");
    CHECK(same_bits(a.values, guided.values * map.values));
    CHECK(a.notes == std::vector<std::string>{"the map is that of maps"});
}

TEST_CASE("maps have the size of the input: nearest repeats, bilinear blends between the middles of pixels") {
    const Model halved = [](const Tensor& x) { return model(max_pool2d(x)); };
    const Tensor large = interpolate(image, 4);
    const std::vector<double> small = numbers(attribution::layer_cam(halved, large, {}).values);
    REQUIRE(small.size() == 16);
    const std::vector<double> near =
        numbers(attribution::layer_cam(halved, large, {.upsampling = Upsampling::nearest}).values);
    CHECK(near == std::vector<double>{2, 2, 12, 12, 2, 2, 12, 12, 8, 8, 0, 0, 8, 8, 0, 0});
    CHECK(small[0] == doctest::Approx(2));
    CHECK(small[1] == doctest::Approx(2 + 0.25 * 10));
    CHECK(small[5] == doctest::Approx(0.75 * (2 + 0.25 * 10) + 0.25 * (8 - 0.25 * 8)));
}

TEST_CASE("what is no picture has no map, and a map of a missing layer names the nearest") {
    const auto error = [&](const Model& f, const Tensor& x, const LayerMap& o) {
        return error_of([&] { attribution::grad_cam(f, x, o); });
    };
    CHECK(error([](const Tensor& x) { return sum(x, {.axes = {1}}); }, row({1, 2}), {}) ==
          "grad-cam: the input must be [rows, channels, height, width] but has shape (1, 2)");
    CHECK(error([](const Tensor& x) { return sum(flatten(x), {.axes = {1}}); }, image, {}) ==
          "grad-cam: the model has no layer with rows and columns; name one with tap()");
    CHECK(error(model, image, {.layer = "head"}) ==
          "grad-cam: the layer must have units [channels, height, width] but those of head have shape (1,)");
    CHECK(error(model, image, {.layer = "map"}) ==
          "grad-cam: layer 'map' is unknown; did you mean 'maps'? There are: maps head");
    CHECK(error_of([] { attribution::parse_upsampling("nearst"); }) ==
          "upsampling: 'nearst' is unknown; did you mean 'nearest'? There are: nearest bilinear");
}

// SqueezeNet looks at the photograph of a cat: where do Integrated Gradients lie, beside what knows no network?
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>

#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/onnx/network.hpp>
#include <gradpath/tools/report/heatmap.hpp>
#include <gradpath/tools/report/png.hpp>
#include <support/real_data.hpp>

#include "program.hpp"

namespace {

using namespace gradpath;

const std::string network_file = "models/squeezenet1_0_dc_imagenet.onnx",
                  input_file = "golden/squeezenet1_0_dc_imagenet.input.npy";
constexpr Index side = 227, egyptian_cat = 285;

/// Rows and columns, the ends not included. The whole picture is full of cat; this is the face, from the eyes to the
/// mouth, as a person drew it.
struct Box {
    Index top, bottom, left, right;
};
constexpr Box face{60, 206, 44, 204};
constexpr double face_area =
    static_cast<double>((face.bottom - face.top) * (face.right - face.left)) / static_cast<double>(side * side);

/// The part of the positive numbers of a map [side, side] that lies in the box.
double share_inside(const Tensor& map, const Box& box) {
    const Tensor positive = relu(map);
    const Tensor inside = slice(slice(positive, 0, box.top, box.bottom), 1, box.left, box.right);
    return sum(inside).item() / sum(positive).item();
}

/// The length of Sobel's differences of the grey picture; zeros at the border.
Tensor edges(const Tensor& image) {
    const Tensor sobel({2, 1, 3, 3}, {-1, 0, 1, -2, 0, 2, -1, 0, 1, -1, -2, -1, 0, 0, 0, 1, 2, 1});
    const Tensor grey = reshape(mean(image, {.axes = {0}}), {1, 1, side, side});
    const Tensor slopes = conv2d(grey, sobel);
    const Tensor length = sqrt(reshape(sum(square(slopes), {.axes = {1}}), {side - 2, side - 2}));
    return pad(length, {{1, 1}, {1, 1}});
}

/// Red first, 0 .. 1: the network takes blue first, without the mean colour.
Tensor in_colour(const Tensor& x) {
    const Tensor bytes = x + Tensor({3, 1, 1}, {104, 117, 123});
    return concat({slice(bytes, 0, 2, 3), slice(bytes, 0, 1, 2), slice(bytes, 0, 0, 1)}, 0) / 255.0;
}

Tensor integrated_gradients_of(const Tensor& x) {
    const models::Model model = models::onnx::load(real_data(network_file));
    attribution::IntegratedGradients options{.target = egyptian_cat};
    options.quadrature = {.steps = 20, .rule = attribution::QuadratureRule::gauss_legendre};
    const Tensor values = attribution::integrated_gradients(model, reshape(x, {1, 3, side, side}), options).values;
    return sum(reshape(values, {3, side, side}), {.axes = {0}});
}

/// In the folder that GRADPATH_TEST_PICTURES names; else it is drawn, and thrown away.
void draw(const Tensor& image, const tools::HeatColumn& column) {
    const program::Folder scratch;
    const char* kept = std::getenv("GRADPATH_TEST_PICTURES");
    const std::filesystem::path file = (kept != nullptr ? std::filesystem::path(kept) : scratch.path()) / "cat.png";
    tools::write_png(file, tools::heat_grid(image, std::span(&column, 1), {.least_side = side}));
    CHECK(tools::read_png(file).width > 2 * side);
}

}  // namespace

TEST_CASE("Integrated Gradients of a cat lie in its face, more than edges and random numbers do") {
    if (!have_real_data(network_file) || !have_real_data(input_file)) return;
    const Tensor x = reshape(io::read_npy(real_data(input_file)).to(DType::float32), {3, side, side});
    const Tensor image = in_colour(x);
    const tools::HeatColumn ig{"integrated gradients", integrated_gradients_of(x)};
    const double share = share_inside(ig.map, face), of_edges = share_inside(edges(image), face),
                 of_random = share_inside(random::normal({side, side}, {.seed = 1}), face);
    MESSAGE("inside the face: ", share, " of the positive Integrated Gradients, ", of_edges, " of the edges, ",
            of_random, " of random numbers, ", face_area, " of the area");
    CHECK(share > of_edges);
    CHECK(share > face_area + 0.1);
    CHECK(std::abs(of_random - face_area) < 0.02);
    draw(image, ig);
}

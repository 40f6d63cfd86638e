#pragma once
// Class activation maps: the channels of a layer added up by how much the explained number answers to them, at the size
// of the input.
#include <string>
#include <string_view>

#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/neurons/layer.hpp>

namespace gradpath::attribution {

/// From the layer's size to the input's: nearest, or bilinear with the pictures' edges on each other (interpolate).
enum class Upsampling : std::uint8_t { nearest, bilinear };
/// "nearest", "bilinear". Throws ValueError that lists them and names the nearest.
Upsampling parse_upsampling(std::string_view text);
std::string describe(Upsampling upsampling);
// For option structs (core/names.hpp).
void parse_field(const std::string& what, std::string_view text, Upsampling& field);
std::string field_text(Upsampling field);

/// Options of the layer maps.
struct LayerMap {
    Target target = Predicted{};
    OutputStage stage = {};
    std::string layer = {};  ///< a tap with units [channels, height, width]; empty: the last one with several pixels
    Upsampling upsampling = Upsampling::bilinear;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("layer", self.layer, "a tap of the model with rows and columns; left out: the last one");
        f("upsampling", self.upsampling, "nearest or bilinear: from the layer's size to the input's");
    }
};
// All maps are [rows, 1, height, width] for inputs [rows, channels, height, width], not below 0, in output units. A are
// the layer's channels, g the slopes of the explained number in them. They throw ShapeError for inputs or layers that
// are no pictures, ValueError for a layer that the model does not have.

/// relu(Σ_c a_c A_c), where a_c is the mean of g over channel c (Selvaraju et al. 2017, eq. 1 and 2).
Attribution grad_cam(const Model& model, const Tensor& x, const LayerMap& options = {});
/// The same with a_c = Σ α relu(g), α = g² / (2 g² + g³ ΣA) (Chattopadhay et al. 2018, eq. 5 and 19, without the factor
/// exp(F), which is the same for all of a map).
Attribution grad_cam_plus_plus(const Model& model, const Tensor& x, const LayerMap& options = {});
/// relu(Σ_c relu(g) A), each pixel by its own slope (Jiang et al. 2021, eq. 4).
Attribution layer_cam(const Model& model, const Tensor& x, const LayerMap& options = {});
/// guided_backprop times grad_cam, like x (Selvaraju et al. 2017, section 3.2).
Attribution guided_grad_cam(const Model& model, const Tensor& x, const LayerMap& options = {});

/// The layers that have a map.
std::vector<LayerInfo> picture_layers(const Model& model, const Tensor& x);

}  // namespace gradpath::attribution

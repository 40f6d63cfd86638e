#pragma once
// A model cut at a layer: what goes up to a tap, and what goes on from there. Layers are taps (autodiff/taps.hpp), so
// they are places in a function, not modules: a residual sum, a functional relu, the second visit of a shared layer
// ("block#2") are layers like any other.
#include <string>
#include <vector>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

struct LayerInfo {
    std::string name;
    Shape shape;  ///< of one row
};
/// Every tap that the model visits with rows, in order. Runs it once on the first row of x.
std::vector<LayerInfo> layers_of(const Model& model, const Tensor& x);
/// The layer of that name. Throws ValueError that names the nearest, and lists all.
LayerInfo find_layer(const std::string& method, const Model& model, const Tensor& x, const std::string& name);

/// rows → the layer's numbers, [rows, units].
Model up_to(const Model& model, const std::string& layer);
/// [rows, units of the layer, then features of x] → the model's output with the layer at those units. x still feeds
/// what goes around the layer. pack() makes such rows.
Model from_layer(const Model& model, const LayerInfo& layer, const Shape& x_row);
Tensor pack(const Tensor& units, const Tensor& x);

}  // namespace gradpath::attribution

// To start at a layer, the function runs whole and the tap is replaced; what the layer alone depended on is computed
// for nothing, which costs less than it would to take functions apart.
#include <gradpath/attribution/neurons/layer.hpp>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/taps.hpp>

namespace gradpath::attribution {

std::vector<LayerInfo> layers_of(const Model& model, const Tensor& x) {
    const NoRecording off;
    const Taps taps;
    model(slice(detached(x), 0, 0, 1));
    std::vector<LayerInfo> layers;
    for (const Taps::Visit& visit : taps.visits())
        if (visit.value.rank() >= 2 && visit.value.rows() == 1)
            layers.push_back({visit.name, visit.value.shape().slice(1, visit.value.rank())});
    return layers;
}

LayerInfo find_layer(const std::string& method, const Model& model, const Tensor& x, const std::string& name) {
    std::vector<std::string> names;
    for (const LayerInfo& layer : layers_of(model, x)) {
        if (layer.name == name) return layer;
        names.push_back(layer.name);
    }
    require(!names.empty(), method, ": the model has no named layers; name its places with tap()");
    require(!name.empty(), method, ": a layer must be named; there are: ", joined(names, " "));
    throw ValueError(text(method, ": layer ", unknown(name, names, joined(names, " "))));
}

Model up_to(const Model& model, const std::string& layer) {
    return [model, layer](const Tensor& x) {
        const Taps taps;
        model(x);
        return flatten(taps.at(layer));
    };
}

Model from_layer(const Model& model, const LayerInfo& layer, const Shape& x_row) {
    return [=](const Tensor& packed) {
        const Index units = layer.shape.size(), rows = packed.rows();
        const Tensor at = reshape(slice(packed, 1, 0, units), Shape{rows}.joined(layer.shape));
        const Tensor x = reshape(slice(packed, 1, units, units + x_row.size()), Shape{rows}.joined(x_row));
        Taps taps;
        taps.replace(layer.name, [at](const Tensor&) { return at; });
        return model(x);
    };
}

Tensor pack(const Tensor& units, const Tensor& x) { return concat({flatten(units), flatten(x)}, 1); }

}  // namespace gradpath::attribution

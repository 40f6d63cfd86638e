#include <gradpath/attribution/neurons/layer_maps.hpp>

#include <array>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/neurons/slopes.hpp>
#include <gradpath/attribution/path/each_target.hpp>
#include <gradpath/attribution/rules/relu_rules.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

const std::array<std::string, 2> upsampling_names{"nearest", "bilinear"};

double positive(double v) { return v < 0 ? 0 : v; }  // what is not a number stays so

/// One channel of one row.
struct Channel {
    std::span<const double> units, slopes;
};
/// Adds a channel to a map of its size.
using AddChannel = void (*)(const Channel& channel, std::span<double> map);

void add_weighted(const Channel& c, double weight, std::span<double> map) {
    for (std::size_t k = 0; k < map.size(); ++k) map[k] += weight * c.units[k];
}

void by_mean_slope(const Channel& c, std::span<double> map) {
    double sum = 0;
    for (const double g : c.slopes) sum += g;
    add_weighted(c, sum / static_cast<double>(map.size()), map);
}

void by_curvature(const Channel& c, std::span<double> map) {
    double all = 0, weight = 0;
    for (const double a : c.units) all += a;
    for (const double g : c.slopes) {
        const double below = 2 * g * g + g * g * g * all;
        if (below != 0) weight += g * g / below * positive(g);
    }
    add_weighted(c, weight, map);
}

void by_own_slope(const Channel& c, std::span<double> map) {
    for (std::size_t k = 0; k < map.size(); ++k) map[k] += positive(c.slopes[k]) * c.units[k];
}

LayerInfo chosen(const std::string& method, const Model& model, const Tensor& x, const std::string& name) {
    if (name.empty()) {
        const std::vector<LayerInfo> all = picture_layers(model, x);
        require(!all.empty(), method, ": the model has no layer with rows and columns; name one with tap()");
        return all.back();
    }
    const LayerInfo layer = find_layer(method, model, x, name);
    require<ShapeError>(layer.shape.rank() == 3, method,
                        ": the layer must have units [channels, height, width] but those of ", name, " have shape ",
                        layer.shape);
    return layer;
}

/// [rows, 1, height, width] of the layer.
Tensor small_maps(Evaluator& evaluator, const LayerInfo& layer, AddChannel add) {
    const LayerSlopes at = layer_slopes(evaluator, layer);
    const Index pixels = layer.shape[1] * layer.shape[2];
    std::vector<double> maps(static_cast<std::size_t>(evaluator.rows() * pixels));
    const auto part = [&](auto& numbers, Index k) {
        return std::span(numbers).subspan(static_cast<std::size_t>(k * pixels), static_cast<std::size_t>(pixels));
    };
    for (Index k = 0; k < evaluator.rows() * layer.shape[0]; ++k)
        add({part(at.activations, k), part(at.slopes, k)}, part(maps, k / layer.shape[0]));
    for (double& v : maps) v = positive(v);
    const Shape shape{evaluator.rows(), 1, layer.shape[1], layer.shape[2]};
    return Tensor(shape, std::span<const double>(maps)).to(evaluator.input().dtype());
}

Attribution layer_map(const std::string& method, const Model& model, const Tensor& x, const LayerMap& o,
                      AddChannel add) {
    const Recorder recorder;
    Evaluator evaluator(method, model, x, o.target, o.stage, o.run);
    require<ShapeError>(x.rank() == 4, method, ": the input must be [rows, channels, height, width] but has shape ",
                        x.shape());
    const LayerInfo layer = chosen(method, model, evaluator.input(), o.layer);
    const bool smooth = o.upsampling == Upsampling::bilinear;
    Attribution result;
    result.values = interpolate(small_maps(evaluator, layer, add), {x.shape()[2], x.shape()[3]},
                                {.mode = smooth ? Interpolation::bilinear : Interpolation::nearest});
    result.layer = layer.name;
    recorder.finish(result, evaluator, o.target);
    return result;
}

}  // namespace

Upsampling parse_upsampling(std::string_view name) {
    return static_cast<Upsampling>(position_of("upsampling:", name, upsampling_names));
}

std::string describe(Upsampling upsampling) { return upsampling_names[static_cast<std::size_t>(upsampling)]; }
void parse_field(const std::string&, std::string_view text, Upsampling& field) { field = parse_upsampling(text); }
std::string field_text(Upsampling field) { return describe(field); }

std::vector<LayerInfo> picture_layers(const Model& model, const Tensor& x) {
    std::vector<LayerInfo> pictures;
    for (const LayerInfo& layer : layers_of(model, x))
        if (layer.shape.rank() == 3 && layer.shape[1] * layer.shape[2] > 1) pictures.push_back(layer);
    return pictures;
}

Attribution grad_cam(const Model& model, const Tensor& x, const LayerMap& options) {
    if (std::holds_alternative<AllTargets>(options.target)) return each_target("grad-cam", model, x, options, grad_cam);
    return layer_map("grad-cam", model, x, options, by_mean_slope);
}

Attribution grad_cam_plus_plus(const Model& model, const Tensor& x, const LayerMap& options) {
    if (std::holds_alternative<AllTargets>(options.target))
        return each_target("grad-cam-plus-plus", model, x, options, grad_cam_plus_plus);
    return layer_map("grad-cam-plus-plus", model, x, options, by_curvature);
}

Attribution layer_cam(const Model& model, const Tensor& x, const LayerMap& options) {
    if (std::holds_alternative<AllTargets>(options.target))
        return each_target("layer-cam", model, x, options, layer_cam);
    return layer_map("layer-cam", model, x, options, by_own_slope);
}

Attribution guided_grad_cam(const Model& model, const Tensor& x, const LayerMap& o) {
    if (std::holds_alternative<AllTargets>(o.target))
        return each_target("guided-grad-cam", model, x, o, guided_grad_cam);
    const Recorder recorder;
    const Attribution map = layer_map("guided-grad-cam", model, x, o, by_mean_slope);
    Attribution result = guided_backprop(model, x, {.target = o.target, .stage = o.stage, .run = o.run});
    result.method = map.method;
    result.values = result.values * map.values;
    result.evaluations.forward += map.evaluations.forward;
    result.evaluations.backward += map.evaluations.backward;
    add_note(result.notes, "the map is that of " + map.layer);
    recorder.finish(result);
    return result;
}

}  // namespace gradpath::attribution

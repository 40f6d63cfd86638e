// The halves of a cut model are models like any other (neurons/layer.hpp), so the methods for models do the work; the
// answers only need another shape or another name.
#include <gradpath/attribution/neurons/layer_methods.hpp>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/gradient/at_input.hpp>
#include <gradpath/attribution/neurons/slopes.hpp>
#include <gradpath/attribution/path/along_paths.hpp>
#include <gradpath/attribution/path/each_target.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

using PerUnit = std::function<double(double activation, double slope)>;

/// values = f(activation, slope of the explained number), for every unit of the layer.
Attribution at_layer(const std::string& method, const Model& model, const Tensor& x, const AtLayer& o,
                     const PerUnit& f) {
    const Recorder recorder;
    Evaluator evaluator(method, model, x, o.target, o.stage, o.run);
    const LayerInfo layer = find_layer(method, model, evaluator.input(), o.layer);
    LayerSlopes at = layer_slopes(evaluator, layer);
    for (std::size_t k = 0; k < at.slopes.size(); ++k) at.slopes[k] = f(at.activations[k], at.slopes[k]);
    Attribution result;
    result.values =
        Tensor(Shape{evaluator.rows()}.joined(layer.shape), std::span<const double>(at.slopes)).to(x.dtype());
    result.layer = o.layer;
    recorder.finish(result, evaluator, o.target);
    return result;
}

struct Unit {
    const std::string& layer;
    Index neuron;
};

/// One neuron as a model of its own.
Model neuron_model(const std::string& method, const Model& model, const Tensor& x, const Unit& unit) {
    const LayerInfo layer = find_layer(method, model, x, unit.layer);
    require(0 <= unit.neuron && unit.neuron < layer.shape.size(), method, ": neuron must lie in [0, ",
            layer.shape.size(), "), the units of ", unit.layer, ", but is ", unit.neuron);
    const Index neuron = unit.neuron;
    return [whole = up_to(model, unit.layer), neuron](const Tensor& z) {
        const Tensor units = whole(z);
        return reshape(slice(units, 1, neuron, neuron + 1), {units.rows()});
    };
}

/// The neuron is what was explained, not an output of the model.
Attribution of_neuron(Attribution result, const Unit& unit) {
    result.target.clear();
    result.target_kind = text("neuron ", unit.neuron, " of ", unit.layer);
    return result;
}

}  // namespace

Attribution layer_activation(const Model& model, const Tensor& x, const AtLayer& options) {
    if (std::holds_alternative<AllTargets>(options.target))
        return each_target("layer-activation", model, x, options, layer_activation);
    return at_layer("layer-activation", model, x, options, [](double activation, double) { return activation; });
}

Attribution gradient_x_activation(const Model& model, const Tensor& x, const AtLayer& options) {
    if (std::holds_alternative<AllTargets>(options.target))
        return each_target("gradient-x-activation", model, x, options, gradient_x_activation);
    return at_layer("gradient-x-activation", model, x, options,
                    [](double activation, double slope) { return activation * slope; });
}

Attribution layer_ig(const Model& model, const Tensor& x, const LayerIg& o) {
    if (std::holds_alternative<AllTargets>(o.target)) return each_target("layer-ig", model, x, o, layer_ig);
    const Tensor input = detached(x);
    const LayerInfo layer = find_layer("layer-ig", model, input, o.layer);
    const Model lower = up_to(model, o.layer);
    const NoRecording off;
    const baseline::Function start{
        .draw =
            [&](const Tensor&, Index sample) {
                const NoRecording plain;
                const Tensor from = draw_baseline("layer-ig", o.baseline, input, {o.seed, sample});
                return pack(lower(from), input);
            },
        .samples = samples_of(o.baseline)};
    Attribution result =
        along_paths(from_layer(model, layer, input.shape().slice(1, input.rank())), pack(lower(input), input),
                    {.target = o.target, .baseline = start, .stage = o.stage, .quadrature = o.quadrature, .run = o.run},
                    "layer-ig");
    const auto units_of = [&](const Tensor& packed) {
        return reshape(slice(packed, 1, 0, layer.shape.size()), Shape{input.rows()}.joined(layer.shape));
    };
    result.values = units_of(result.values);
    if (result.standard_error) result.standard_error = units_of(*result.standard_error);
    result.layer = o.layer;
    result.baseline = draw_baseline("layer-ig", o.baseline, input, {o.seed, 0});
    result.baseline_kind = describe(o.baseline);
    if (is_random(o.baseline)) result.seed = o.seed;
    return result;
}

Attribution neuron_gradient(const Model& model, const Tensor& x, const NeuronGradient& o) {
    const Unit unit{o.layer, o.neuron};
    const Target neuron = Predicted{};  // the only output
    const OutputStage raw;
    const Model of = neuron_model("neuron-gradient", model, x, unit);
    return of_neuron(
        at_input("neuron-gradient", of, x, {neuron, raw, o.run}, [](double slope, double) { return slope; }), unit);
}

Attribution neuron_ig(const Model& model, const Tensor& x, const NeuronIg& o) {
    const Unit unit{o.layer, o.neuron};
    const AlongPaths options{.baseline = o.baseline, .quadrature = o.quadrature, .seed = o.seed, .run = o.run};
    return of_neuron(along_paths(neuron_model("neuron-ig", model, x, unit), x, options, "neuron-ig"), unit);
}

}  // namespace gradpath::attribution

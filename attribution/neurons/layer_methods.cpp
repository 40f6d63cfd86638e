// The halves of a cut model are models like any other (neurons/layer.hpp), so the methods for models do the work; the
// answers only need another shape or another name.
#include <gradpath/attribution/neurons/layer_methods.hpp>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/gradient/gradient.hpp>
#include <gradpath/attribution/neurons/layer.hpp>
#include <gradpath/attribution/path/along_paths.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

using PerUnit = std::function<double(double activation, double slope)>;

/// values = f(activation, slope of the explained number), for every unit of the layer.
Attribution at_layer(const std::string& method, const Model& model, const Tensor& x, const AtLayer& o,
                     const PerUnit& f) {
    const Recorder recorder;
    require(!std::holds_alternative<AllTargets>(o.target), method, ": takes one target at a time");
    Evaluator evaluator(method, model, x, o.target, o.stage, o.run);
    const LayerInfo layer = find_layer(method, model, evaluator.input(), o.layer);
    const Index units = layer.shape.size(), rows = evaluator.rows();
    const Model lower = up_to(model, o.layer), upper = from_layer(model, layer, x.shape().slice(1, x.rank()));
    std::vector<double> values;
    for (Index first = 0; first < rows; first += evaluator.chunk()) {
        const Index last = std::min(rows, first + evaluator.chunk());
        evaluator.begin_chunk(2 * (last - first));
        evaluator.count_backward(last - first);
        std::vector<Index> ids;
        for (Index row = first; row < last; ++row) ids.push_back(row);
        const Tensor part = slice(evaluator.input(), 0, first, last);
        const NoRecording off;
        const Tensor activations = lower(part);
        const Recording on;
        const Tensor leaf = tracked(activations);
        const Tensor output = upper(pack(leaf, part));
        const Tensor flat = output.rank() == 1 ? reshape(output, {output.rows(), 1}) : output;
        const Tensor slopes = grad(sum(evaluator.objective().scores(flat, ids)[0]), leaf);
        for (Index k = 0; k < slopes.size(); ++k) values.push_back(f(activations.at(k), slopes.at(k)));
    }
    Attribution result;
    result.values = Tensor(Shape{rows}.joined(layer.shape), std::span<const double>(values)).to(x.dtype());
    require(result.values.size() == rows * units, method, ": the layer must have a row for each row of the input");
    recorder.finish(result, evaluator, o.target);
    return result;
}

/// One neuron as a model of its own.
Model neuron_model(const std::string& method, const Model& model, const Tensor& x, const Neuron& o) {
    const LayerInfo layer = find_layer(method, model, x, o.layer);
    require(0 <= o.neuron && o.neuron < layer.shape.size(), method, ": neuron must lie in [0, ", layer.shape.size(),
            "), the units of ", o.layer, ", but is ", o.neuron);
    const Index neuron = o.neuron;
    return [whole = up_to(model, o.layer), neuron](const Tensor& z) {
        const Tensor units = whole(z);
        return reshape(slice(units, 1, neuron, neuron + 1), {units.rows()});
    };
}

}  // namespace

Attribution layer_activation(const Model& model, const Tensor& x, const AtLayer& options) {
    return at_layer("layer-activation", model, x, options, [](double activation, double) { return activation; });
}

Attribution gradient_x_activation(const Model& model, const Tensor& x, const AtLayer& options) {
    return at_layer("gradient-x-activation", model, x, options,
                    [](double activation, double slope) { return activation * slope; });
}

Attribution layer_ig(const Model& model, const Tensor& x, const LayerIg& o) {
    const Tensor input = detached(x);
    const LayerInfo layer = find_layer("layer-ig", model, input, o.layer);
    require(!std::holds_alternative<AllTargets>(o.target), "layer-ig: takes one target at a time");
    const Model lower = up_to(model, o.layer);
    const NoRecording off;
    const baseline::Function start{.draw =
                                       [&](const Tensor&, Index sample) {
                                           const NoRecording plain;
                                           const Tensor from =
                                               draw_baseline("layer-ig", o.baseline, input, {o.seed, sample});
                                           return pack(lower(from), input);
                                       },
                                   .samples = samples_of(o.baseline)};
    Attribution result = along_paths(from_layer(model, layer, input.shape().slice(1, input.rank())),
                                     pack(lower(input), input),
                                     {.target = o.target,
                                      .baseline = start,
                                      .stage = o.stage,
                                      .quadrature = o.quadrature,
                                      .run = o.run},
                                     "layer-ig");
    const auto units_of = [&](const Tensor& packed) {
        return reshape(slice(packed, 1, 0, layer.shape.size()), Shape{input.rows()}.joined(layer.shape));
    };
    result.values = units_of(result.values);
    if (result.standard_error) result.standard_error = units_of(*result.standard_error);
    result.baseline = draw_baseline("layer-ig", o.baseline, input, {o.seed, 0});
    result.baseline_kind = describe(o.baseline);
    if (is_random(o.baseline)) result.seed = o.seed;
    return result;
}

Attribution neuron_gradient(const Model& model, const Tensor& x, const Neuron& o) {
    Attribution result = gradient(neuron_model("neuron-gradient", model, x, o), x, {.run = o.run});
    result.method = "neuron-gradient";
    return result;
}

Attribution neuron_ig(const Model& model, const Tensor& x, const Neuron& o) {
    return along_paths(neuron_model("neuron-ig", model, x, o), x,
                       {.baseline = o.baseline, .quadrature = o.quadrature, .seed = o.seed, .run = o.run}, "neuron-ig");
}

}  // namespace gradpath::attribution

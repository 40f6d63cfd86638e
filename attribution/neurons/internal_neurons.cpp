// Everything here is core of neurons/joint.hpp with another region or integrand, averaged over the draws of the
// baseline. The published difference form is kept apart, at the foot.
#include <gradpath/attribution/neurons/internal_neurons.hpp>

#include <algorithm>

#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/neurons/identities.hpp>
#include <gradpath/attribution/neurons/joint.hpp>
#include <gradpath/attribution/neurons/path_nodes.hpp>
#include <gradpath/attribution/path/each_target.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/taps.hpp>

namespace gradpath::attribution {
namespace {

/// One draw of the baseline.
using Integrate = std::function<NeuronIntegrals(Evaluator&, const std::vector<LayerInfo>&, const JointPath&)>;

struct Task {
    std::string method;
    const InternalNeurons& options;
    NeuronIntegrand integrand = NeuronIntegrand::joint;
    Integrate integrate = integrate_neurons;
};

void check(const Task& task) {
    const InternalNeurons& o = task.options;
    require(!std::holds_alternative<AllTargets>(o.target), task.method,
            ": takes one target at a time for several layers");
    require(!o.paper || !o.rule, task.method, ": the published form has a rule of its own; leave the rule out");
}

/// The published form takes right ends, as many as are asked for or usual.
PathRule rule_of(const InternalNeurons& o) {
    if (!o.paper) return {o.rule, o.steps};
    return {QuadratureRule::right, o.steps};
}

std::vector<LayerInfo> chosen(const Task& task, const Model& model, const Tensor& x,
                              const std::vector<std::string>& names) {
    if (names.empty()) {
        const std::vector<LayerInfo> all = layers_of(model, x);
        require(!all.empty(), task.method, ": the model has no named layers; name its places with tap()");
        return all;
    }
    std::vector<LayerInfo> layers;
    for (const std::string& name : names) layers.push_back(find_layer(task.method, model, x, name));
    return layers;
}

/// Where the region is the top of the map, the map is Integrated Gradients from the same baseline.
Tensor mask_of(const Task& task, const Model& model, const Evaluator& evaluator) {
    const InternalNeurons& o = task.options;
    return region_mask(task.method, o.region, evaluator.input(), [&] {
        IntegratedGradients map{
            .target = evaluator.fixed_target(), .baseline = o.baseline, .stage = o.stage, .seed = o.seed, .run = o.run};
        map.run.progress = {};
        map.run.facts = evaluator.facts();
        return integrated_gradients(model, evaluator.input(), map).values;
    });
}

Attribution report(const Task& task, const Evaluator& evaluator, const LayerInfo& layer, const Average& average) {
    Attribution result;
    const Shape shape = Shape{evaluator.rows()}.joined(layer.shape);
    result.values = Tensor(shape, std::span<const double>(average.mean())).to(evaluator.input().dtype());
    if (average.count() > 1)
        result.standard_error =
            Tensor(shape, std::span<const double>(average.standard_error())).to(evaluator.input().dtype());
    result.layer = layer.name;
    result.baseline_kind = describe(task.options.baseline);
    if (is_random(task.options.baseline)) result.seed = task.options.seed;
    if (average.count() > 1) result.samples = average.count();
    return result;
}

/// At each point the sum over a layer that cuts every way is exact but for rounding.
void note_ways_around(Attribution& result) {
    if (result.identities.empty()) return;
    const std::vector<double>& gap = result.identities[0].gap;
    if (*std::max_element(gap.begin(), gap.end()) > (result.dtype == DType::float32 ? 1e-3 : 1e-8))
        add_note(result.notes, text("there are ways from input to output around ", result.layer,
                                    ", so its values are only what passes through it"));
}

std::vector<Attribution> run(const Task& task, const Model& model, const Tensor& x,
                             const std::vector<std::string>& names) {
    const Recorder recorder;
    const InternalNeurons& o = task.options;
    check(task);
    Evaluator evaluator(task.method, model, x, o.target, o.stage, o.run);
    const PathPlan plan(evaluator, rule_of(o));
    const std::vector<LayerInfo> layers = chosen(task, model, evaluator.input(), names);
    const Tensor mask = mask_of(task, model, evaluator);
    const bool whole = std::holds_alternative<region::Whole>(o.region);
    NeuronAverages averages(layers.size(), evaluator.f_input().size());
    std::vector<Index> steps(evaluator.f_input().size());
    std::vector<std::string> notes;
    Tensor first;
    for (Index sample = 0; sample < samples_of(o.baseline); ++sample) {
        const Tensor start = draw_baseline(task.method, o.baseline, evaluator.input(), {o.seed, sample});
        if (sample == 0) first = start;
        const std::vector<double> f_baseline = evaluator.values(start, "baseline");
        const PathNodes nodes = plan.nodes(evaluator, start, notes);
        for (const Index row : nodes.row) ++steps[static_cast<std::size_t>(row)];
        averages.add(task.integrate(evaluator, layers, {start, mask, nodes, task.integrand, whole}), f_baseline);
    }
    std::vector<Attribution> results;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        Attribution& result = results.emplace_back(report(task, evaluator, layers[i], averages.layer(i).values));
        result.baseline = first;
        result.rule = describe(plan.rule());
        result.steps = steps;
        result.notes = notes;
        recorder.finish(result, evaluator, o.target);
        result.f_baseline = averages.f_baseline();
        if (whole && task.integrand == NeuronIntegrand::joint)
            report_completeness(result, averages.layer(i).values.mean(), averages.f_baseline());
        result.identities = averages.identities(i, result.f_input);
        note_ways_around(result);
    }
    return results;
}

InternalNeurons whole_input(const LayerPath& o) {
    return {.target = o.target,
            .baseline = o.baseline,
            .stage = o.stage,
            .layer = o.layer,
            .steps = o.steps,
            .rule = o.rule,
            .seed = o.seed,
            .run = o.run};
}

// --- as published ----------------------------------------------------------------------------------------------------

/// Layers at points z_k + d ∘ S and z_k, and slopes at z_{k+1}, for k = 0 .. steps-1, with d = D / steps.
class Differences {
public:
    Differences(Evaluator& evaluator, const std::vector<LayerInfo>& layers, const JointPath& path)
        : evaluator_(evaluator),
          layers_(layers),
          path_(path),
          steps_(path.nodes.count() / evaluator.rows()),
          step_((evaluator.input() - path.from) / static_cast<double>(steps_)) {}

    NeuronIntegrals run() {
        NeuronIntegrals sums;
        for (const LayerInfo& layer : layers_)
            sums.values.emplace_back(static_cast<std::size_t>(evaluator_.rows() * layer.shape.size()));
        for (Index k = 0; k < steps_; ++k)
            for (Index first = 0; first < evaluator_.rows(); first += evaluator_.chunk())
                add(k, first, std::min(evaluator_.rows(), first + evaluator_.chunk()), sums.values);
        return sums;
    }

private:
    std::vector<Tensor> layers_at(const Tensor& z) const {
        const NoRecording off;
        const Taps taps;
        evaluator_.objective().run(z);
        std::vector<Tensor> places;
        for (const LayerInfo& layer : layers_) places.push_back(taps.at(layer.name));
        return places;
    }

    std::vector<Tensor> slopes_at(const Tensor& z, Index first, Index last) const {
        const Recording on;
        const Tensor leaf = tracked(z);
        std::vector<Index> rows;
        for (Index row = first; row < last; ++row) rows.push_back(row);
        const Taps taps;
        const Tensor score = evaluator_.objective().scores(evaluator_.objective().run(leaf), rows)[0];
        std::vector<Tensor> places;
        for (const LayerInfo& layer : layers_) places.push_back(taps.at(layer.name));
        return grad(sum(score), places);
    }

    void add(Index k, Index first, Index last, std::vector<Numbers>& sums) {
        const auto part = [&](const Tensor& t) { return slice(t, 0, first, last); };
        evaluator_.begin_chunk(3 * (last - first));
        evaluator_.count_backward(last - first);
        const Tensor here = part(path_.from) + part(step_) * static_cast<double>(k), next = here + part(step_);
        const std::vector<Tensor> before = layers_at(here), after = layers_at(here + part(step_) * part(path_.region)),
                                  slopes = slopes_at(next, first, last);
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const Tensor product = detached(slopes[i]) * (after[i] - before[i]);
            const Index offset = first * (product.size() / product.rows());
            for (Index j = 0; j < product.size(); ++j) sums[i][static_cast<std::size_t>(offset + j)] += product.at(j);
        }
    }

    Evaluator& evaluator_;
    const std::vector<LayerInfo>& layers_;
    const JointPath& path_;
    Index steps_;
    Tensor step_;
};

Task task_of(const InternalNeurons& o) {
    Task task{"internal-neurons", o, NeuronIntegrand::joint};
    if (o.paper)
        task.integrate = [](Evaluator& evaluator, const std::vector<LayerInfo>& layers, const JointPath& path) {
            return Differences(evaluator, layers, path).run();
        };
    return task;
}

/// Every target, or the one.
template <class Options>
Attribution run_one(const Options& options, const Task& task, const Model& model, const Tensor& x,
                    Attribution (*method)(const Model&, const Tensor&, const Options&)) {
    if (std::holds_alternative<AllTargets>(options.target)) return each_target(task.method, model, x, options, method);
    return run(task, model, x, {options.layer})[0];
}

}  // namespace

Attribution internal_neurons(const Model& model, const Tensor& x, const InternalNeurons& options) {
    return run_one(options, task_of(options), model, x, internal_neurons);
}

std::vector<Attribution> internal_neurons(const Model& model, const Tensor& x, const InternalNeurons& options,
                                          std::vector<std::string> layers) {
    return run(task_of(options), model, x, layers);
}

Attribution conductance(const Model& model, const Tensor& x, const LayerPath& options) {
    const InternalNeurons whole = whole_input(options);
    return run_one(options, {"conductance", whole}, model, x, conductance);
}

std::vector<Attribution> conductance(const Model& model, const Tensor& x, const LayerPath& options,
                                     std::vector<std::string> layers) {
    const InternalNeurons whole = whole_input(options);
    return run({"conductance", whole}, model, x, layers);
}

Attribution internal_influence(const Model& model, const Tensor& x, const LayerPath& options) {
    const InternalNeurons whole = whole_input(options);
    return run_one(options, {"internal-influence", whole, NeuronIntegrand::influence}, model, x, internal_influence);
}

std::vector<Attribution> internal_influence(const Model& model, const Tensor& x, const LayerPath& options,
                                            std::vector<std::string> layers) {
    const InternalNeurons whole = whole_input(options);
    return run({"internal-influence", whole, NeuronIntegrand::influence}, model, x, layers);
}

}  // namespace gradpath::attribution

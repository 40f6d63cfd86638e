// For each chunk of points: one run with every layer in view, one reverse sweep from the explained number to all layers
// and the input, one forward sweep of the tangent D ∘ S from the input to all layers. Their product at a neuron is what
// it passes on of what the region does. Two more forward sweeps, of the rest and of the whole, are what the identities
// are checked by.
#include <gradpath/attribution/neurons/joint.hpp>

#include <algorithm>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath::attribution {
namespace {

/// The nodes first .. last-1: where they are, the way from baseline to input, the region.
struct Chunk {
    Tensor at, way, region;
    std::vector<Index> rows;
    std::vector<double> weights;
};

Chunk chunk_of(const Evaluator& evaluator, const JointPath& path, Index first, Index last) {
    const auto part = [&](const auto& all) { return std::vector(all.begin() + first, all.begin() + last); };
    const std::vector<Index> rows = part(path.nodes.row);
    const std::vector<double> at = part(path.nodes.at), weights = part(path.nodes.weight);
    const Indices positions(Shape{last - first}, rows);
    Shape column = evaluator.input().shape().with(0, last - first);
    for (Index axis = 1; axis < column.rank(); ++axis) column = column.with(axis, 1);
    const Tensor t = Tensor(column, std::span<const double>(at)).to(evaluator.input().dtype());
    const Tensor from = gather(path.from, positions), way = gather(evaluator.input(), positions) - from;
    return {from + way * t, way, gather(path.region, positions), rows, weights};
}

/// The layers' tensors of one run.
std::vector<Tensor> places_of(const Taps& taps, const std::vector<LayerInfo>& layers) {
    std::vector<Tensor> places;
    for (const LayerInfo& layer : layers) places.push_back(taps.at(layer.name));
    return places;
}

/// sums[row · units + j] += weight · slope[k, j] · tangent[k, j]; without tangent, the slope alone.
void accumulate(const Chunk& chunk, const Tensor& slope, const Tensor& tangent, Numbers& sums) {
    const Index units = slope.size() / slope.rows();
    dispatch(slope.dtype(), [&]<Real T>(T) {
        const T* s = slope.data<T>().data();
        const T* t = tangent ? tangent.data<T>().data() : nullptr;
        for (std::size_t k = 0; k < chunk.rows.size(); ++k, s += units, t = t ? t + units : t) {
            const double weight = chunk.weights[k];
            double* row = sums.data() + chunk.rows[k] * units;
            for (Index j = 0; t == nullptr && j < units; ++j) row[j] += weight * static_cast<double>(s[j]);
            for (Index j = 0; t != nullptr && j < units; ++j)
                row[j] += weight * (static_cast<double>(s[j]) * static_cast<double>(t[j]));
        }
    });
}

/// sums[row] += weight · Σᵢ slope[k, i] · tangent[k, i].
void accumulate_rows(const Chunk& chunk, const Tensor& slope, const Tensor& tangent, std::vector<double>& sums) {
    const Tensor shares = sum(flatten(slope * tangent), {.axes = {1}});
    for (std::size_t k = 0; k < chunk.rows.size(); ++k)
        sums[static_cast<std::size_t>(chunk.rows[k])] += chunk.weights[k] * shares.at(static_cast<Index>(k));
}

/// One run of the model at a chunk's points, its slopes, and what tangents become in the layers.
class Run {
public:
    Run(Evaluator& evaluator, const std::vector<LayerInfo>& layers, const Chunk& chunk)
        : chunk_(chunk), leaf_(tracked(chunk.at)) {
        const Taps taps;
        const Tensor score = evaluator.objective().scores(evaluator.objective().run(leaf_), chunk.rows)[0];
        places_ = places_of(taps, layers);
        std::vector<Tensor> xs = places_;
        xs.push_back(leaf_);
        slopes_ = grad(sum(score), xs);
    }

    const Tensor& input_slope() const { return slopes_.back(); }
    void add_influence(std::vector<Numbers>& sums) const {
        for (std::size_t i = 0; i < places_.size(); ++i) accumulate(chunk_, slopes_[i], {}, sums[i]);
    }
    void add_joint(const Tensor& tangent, std::vector<Numbers>& sums) const {
        const std::vector<Tensor> tangents = pushforward(places_, std::span(&leaf_, 1), std::span(&tangent, 1));
        for (std::size_t i = 0; i < places_.size(); ++i) accumulate(chunk_, slopes_[i], tangents[i], sums[i]);
    }

private:
    const Chunk& chunk_;
    Tensor leaf_;
    std::vector<Tensor> places_, slopes_;
};

void add(Evaluator& evaluator, const std::vector<LayerInfo>& layers, const JointPath& path, const Chunk& chunk,
         NeuronIntegrals& sums) {
    const Recording on;
    const Run run(evaluator, layers, chunk);
    if (path.integrand == NeuronIntegrand::influence) return run.add_influence(sums.values);
    const NoRecording off;
    const Tensor inside = chunk.way * chunk.region;
    run.add_joint(inside, sums.values);
    accumulate_rows(chunk, run.input_slope(), inside, sums.ig_region);
    if (path.whole) return;
    run.add_joint(chunk.way * (1.0 - chunk.region), sums.rest);
    run.add_joint(chunk.way, sums.all);
}

}  // namespace

NeuronIntegrals integrate_neurons(Evaluator& evaluator, const std::vector<LayerInfo>& layers, const JointPath& path) {
    NeuronIntegrals sums;
    const auto rows = static_cast<std::size_t>(evaluator.rows());
    for (const LayerInfo& layer : layers) sums.values.emplace_back(rows * static_cast<std::size_t>(layer.shape.size()));
    if (path.integrand == NeuronIntegrand::joint) sums.ig_region.resize(rows);
    if (!path.whole) sums.rest = sums.all = sums.values;
    const Index total = path.nodes.count();
    const Index step = std::max<Index>(1, evaluator.chunk() / 2);  // slopes and tangents of all layers are kept
    for (Index first = 0; first < total; first += step) {
        const Index last = std::min(total, first + step);
        evaluator.begin_chunk(last - first);
        evaluator.count_backward(last - first);
        const NoRecording off;
        add(evaluator, layers, path, chunk_of(evaluator, path, first, last), sums);
        evaluator.progress("path", last, total);
    }
    return sums;
}

}  // namespace gradpath::attribution

// For each chunk of points: one run with every layer in view, one reverse sweep from the explained number to all layers
// and the input, one forward sweep of the tangent D ∘ S from the input to all layers. Their product at a neuron is what
// it passes on of what the region does. A second forward sweep, of the whole tangent D, is what the sums are checked by;
// that shares add up holds at every point by itself, so a third, of the rest, is spent on some of the points only.
#include <gradpath/attribution/neurons/joint.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index points_a_check = 32;  // shares are added up at the first of so many points of a row
constexpr Index units_together = 256;

/// The nodes first .. last-1: where they are, the way from baseline to input, the region.
struct Chunk {
    Tensor at, way, region;
    std::vector<Index> rows;
    std::vector<double> weights;
};

Chunk chunk_of(const Evaluator& evaluator, const JointPath& path, const PathNodes& nodes, Index first, Index last) {
    const auto part = [&](const auto& all) { return std::vector(all.begin() + first, all.begin() + last); };
    const std::vector<Index> rows = part(nodes.row);
    const std::vector<double> at = part(nodes.at), weights = part(nodes.weight);
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

/// sums[j] += weight · slope[j] · tangent[j] of one point; without tangent, the slope alone.
template <Real T>
void add_units(double weight, const T* slope, const T* tangent, double* sums, Index count) {
    if (tangent == nullptr)
        for (Index j = 0; j < count; ++j) sums[j] += weight * static_cast<double>(slope[j]);
    else
        for (Index j = 0; j < count; ++j) sums[j] += weight * static_cast<double>(slope[j] * tangent[j]);
}

/// sums[row · units + j] += weight · slope[k, j] · tangent[k, j] for the points k of one row in their order, some units
/// at a time: their sums stay in the first cache, and a number of turns that is known lets the compiler take lanes.
template <Real T>
void add_points(std::span<const double> weights, const T* slope, const T* tangent, double* sums, Index units) {
    const auto at = [](const T* numbers, Index k) { return numbers ? numbers + k : nullptr; };
    Index first = 0;
    for (; first + units_together <= units; first += units_together) {
        std::array<double, units_together> block;
        std::copy_n(sums + first, units_together, block.begin());
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const Index place = static_cast<Index>(k) * units + first;
            add_units(weights[k], slope + place, at(tangent, place), block.data(), units_together);
        }
        std::copy(block.begin(), block.end(), sums + first);
    }
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const Index place = static_cast<Index>(k) * units + first;
        add_units(weights[k], slope + place, at(tangent, place), sums + first, units - first);
    }
}

void accumulate(const Chunk& chunk, const Tensor& slope, const Tensor& tangent, Numbers& sums) {
    const Index units = slope.size() / slope.rows();
    dispatch(slope.dtype(), [&]<Real T>(T) {
        const T* s = slope.data<T>().data();
        const T* t = tangent ? tangent.data<T>().data() : nullptr;
        for (std::size_t k = 0, end = 0; k < chunk.rows.size(); k = end) {
            while (end < chunk.rows.size() && chunk.rows[end] == chunk.rows[k]) ++end;
            const auto offset = static_cast<Index>(k) * units;
            add_points(std::span(chunk.weights).subspan(k, end - k), s + offset, t ? t + offset : nullptr,
                       sums.data() + chunk.rows[k] * units, units);
        }
    });
}

/// sums[row] += weight · Σᵢ slope[k, i] · tangent[k, i].
void accumulate_rows(const Chunk& chunk, const Tensor& slope, const Tensor& tangent, std::vector<double>& sums) {
    const Tensor shares = sum(flatten(slope * tangent), {.axes = {1}});
    for (std::size_t k = 0; k < chunk.rows.size(); ++k)
        sums[static_cast<std::size_t>(chunk.rows[k])] += chunk.weights[k] * shares.at(static_cast<Index>(k));
}

/// A look at the model at a chunk's points, its slopes, and what tangents become in the layers.
class Look {
public:
    Look(Evaluator& evaluator, const std::vector<LayerInfo>& layers, const Chunk& chunk)
        : chunk_(chunk), leaf_(tracked(chunk.at)) {
        const Recording on;
        const Taps taps;
        const Tensor score = evaluator.objective().scores(evaluator.objective().run(leaf_), chunk.rows)[0];
        places_ = places_of(taps, layers);
        std::vector<Tensor> xs = places_;
        xs.push_back(leaf_);
        slopes_ = grad(sum(score), xs);
    }

    const Tensor& slope(std::size_t layer) const { return slopes_[layer]; }
    const Tensor& input_slope() const { return slopes_.back(); }
    std::vector<Tensor> push(const Tensor& tangent) const {
        return pushforward(places_, std::span(&leaf_, 1), std::span(&tangent, 1));
    }
    void add_influence(std::vector<Numbers>& sums) const {
        for (std::size_t i = 0; i < places_.size(); ++i) accumulate(chunk_, slopes_[i], {}, sums[i]);
    }
    void add_joint(const Tensor& tangent, std::vector<Numbers>& sums) const {
        const std::vector<Tensor> tangents = push(tangent);
        for (std::size_t i = 0; i < places_.size(); ++i) accumulate(chunk_, slopes_[i], tangents[i], sums[i]);
    }

private:
    const Chunk& chunk_;
    Tensor leaf_;
    std::vector<Tensor> places_, slopes_;
};

void add(const Look& look, const Chunk& chunk, const JointPath& path, NeuronIntegrals& sums) {
    if (path.integrand == NeuronIntegrand::influence) return look.add_influence(sums.values);
    const Tensor inside = chunk.way * chunk.region;
    look.add_joint(inside, sums.values);
    accumulate_rows(chunk, look.input_slope(), inside, sums.ig_region);
    if (!path.whole) look.add_joint(chunk.way, sums.all);
}

/// apart of NeuronIntegrals, at this chunk's points.
void compare_shares(const Look& look, const Chunk& chunk, NeuronIntegrals& sums) {
    const Tensor rest = chunk.way * (1.0 - chunk.region);
    const std::vector<Tensor> of_region = look.push(chunk.way * chunk.region), of_rest = look.push(rest),
                              of_all = look.push(chunk.way);
    for (std::size_t i = 0; i < of_all.size(); ++i) {
        const Tensor gaps = flatten(look.slope(i) * (of_region[i] + of_rest[i] - of_all[i]));
        const Tensor widest = max(gradpath::abs(gaps), {.axes = {1}});
        for (std::size_t k = 0; k < chunk.rows.size(); ++k) {
            double& apart = sums.apart[i][static_cast<std::size_t>(chunk.rows[k])];
            apart = std::max(apart, widest.at(static_cast<Index>(k)));
        }
    }
}

/// The first of every points_a_check points of each row.
PathNodes sparse(const PathNodes& nodes) {
    PathNodes some;
    Index place = 0;
    for (std::size_t k = 0; k < nodes.row.size(); ++k) {
        place = k > 0 && nodes.row[k] == nodes.row[k - 1] ? place + 1 : 0;
        if (place % points_a_check != 0) continue;
        some.row.push_back(nodes.row[k]);
        some.at.push_back(nodes.at[k]);
        some.weight.push_back(nodes.weight[k]);
    }
    return some;
}

struct Sweep {
    Evaluator& evaluator;
    const std::vector<LayerInfo>& layers;
    const JointPath& path;

    /// Calls visit(look, chunk, nodes done) for all nodes, a chunk at a time.
    template <class Visit>
    void operator()(const PathNodes& nodes, const Visit& visit) const {
        const NoRecording off;
        const Index total = nodes.count();
        const Index step = std::max<Index>(1, evaluator.chunk() / 2);  // slopes and tangents of all layers are kept
        for (Index first = 0; first < total; first += step) {
            const Index last = std::min(total, first + step);
            evaluator.begin_chunk(last - first);
            evaluator.count_backward(last - first);
            const Chunk chunk = chunk_of(evaluator, path, nodes, first, last);
            visit(Look(evaluator, layers, chunk), chunk, last);
        }
    }
};

}  // namespace

NeuronIntegrals integrate_neurons(Evaluator& evaluator, const std::vector<LayerInfo>& layers, const JointPath& path) {
    NeuronIntegrals sums;
    const auto rows = static_cast<std::size_t>(evaluator.rows());
    for (const LayerInfo& layer : layers) sums.values.emplace_back(rows * static_cast<std::size_t>(layer.shape.size()));
    if (path.integrand == NeuronIntegrand::joint) sums.ig_region.resize(rows);
    const Sweep sweep{evaluator, layers, path};
    if (!path.whole) {
        sums.all = sums.values;
        sums.apart.assign(layers.size(), std::vector<double>(rows));
        sweep(sparse(path.nodes),
              [&](const Look& look, const Chunk& chunk, Index) { compare_shares(look, chunk, sums); });
    }
    sweep(path.nodes, [&](const Look& look, const Chunk& chunk, Index done) {
        add(look, chunk, path, sums);
        evaluator.progress("path", done, path.nodes.count());
    });
    return sums;
}

}  // namespace gradpath::attribution

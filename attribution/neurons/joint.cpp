// For each chunk of points: one run with every layer in view, one reverse sweep from the explained number to all layers
// and the input, one forward sweep of the tangent D ∘ S from the input to all layers. Their product at a neuron is what
// it passes on of what the region does. A second forward sweep, of the whole tangent D, is what sums are checked by;
// that shares add up holds at every point by itself, so a third, of the rest, is spent on some of the points only.
// Where a point stands for a linear piece and the output stage bends inside, the reverse sweep begins with the mean
// slopes of the stage between the ends of the piece.
#include <gradpath/attribution/neurons/joint.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include <gradpath/attribution/core/stage_mean.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/op.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index points_a_check = 32;  // shares are added up at the first of so many points of a row
constexpr Index units_together = 256;
constexpr Index numbers_a_task = 16384;

/// The nodes first .. last-1: where they are, the way from baseline to input, the region, and the ends of the pieces
/// that nodes with a reach stand for.
struct Chunk {
    Tensor at, way, region;
    std::vector<Index> rows;
    std::vector<double> weights;
    Tensor low, high;
};

Chunk chunk_of(const Evaluator& evaluator, const JointPath& path, const PathNodes& nodes, Index first, Index last) {
    const auto part = [&](const auto& all) { return std::vector(all.begin() + first, all.begin() + last); };
    const std::vector<Index> rows = part(nodes.row);
    const std::vector<double> at = part(nodes.at);
    const Indices positions(Shape{last - first}, rows);
    Shape column = evaluator.input().shape().with(0, last - first);
    for (Index axis = 1; axis < column.rank(); ++axis) column = column.with(axis, 1);
    const Tensor from = gather(path.from, positions), way = gather(evaluator.input(), positions) - from;
    const auto points = [&](std::span<const double> t) {
        return from + way * Tensor(column, t).to(evaluator.input().dtype());
    };
    Chunk chunk{points(at), way, gather(path.region, positions), rows, part(nodes.weight), {}, {}};
    if (nodes.reach.empty()) return chunk;
    std::vector<double> low = part(nodes.reach), high = low;
    for (std::size_t k = 0; k < at.size(); ++k) {
        low[k] = at[k] - low[k];
        high[k] = at[k] + high[k];
    }
    chunk.low = points(low);
    chunk.high = points(high);
    return chunk;
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

/// Some of a row's units.
struct Units {
    Index all, first, last;
};

/// sums[j] += weight · slope[k, j] · tangent[k, j] for the points k of one row in their order, some units at a time:
/// their sums stay in the first cache, and a number of turns that is known lets the compiler take lanes.
template <Real T>
void add_points(std::span<const double> weights, const T* slope, const T* tangent, double* sums, const Units& units) {
    const auto at = [](const T* numbers, Index k) { return numbers ? numbers + k : nullptr; };
    Index first = units.first;
    for (; first + units_together <= units.last; first += units_together) {
        std::array<double, units_together> block;
        std::copy_n(sums + first, units_together, block.begin());
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const Index place = static_cast<Index>(k) * units.all + first;
            add_units(weights[k], slope + place, at(tangent, place), block.data(), units_together);
        }
        std::copy(block.begin(), block.end(), sums + first);
    }
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const Index place = static_cast<Index>(k) * units.all + first;
        add_units(weights[k], slope + place, at(tangent, place), sums + first, units.last - first);
    }
}

void accumulate(const Chunk& chunk, const Tensor& slope, const Tensor& tangent, Numbers& sums) {
    const Index units = slope.size() / slope.rows();
    dispatch(slope.dtype(), [&]<Real T>(T) {
        const T* s = slope.data<T>().data();
        const T* t = tangent ? tangent.data<T>().data() : nullptr;
        for (std::size_t k = 0, end = 0; k < chunk.rows.size(); k = end) {
            while (end < chunk.rows.size() && chunk.rows[end] == chunk.rows[k]) ++end;
            const std::span<const double> weights = std::span(chunk.weights).subspan(k, end - k);
            const auto offset = static_cast<Index>(k) * units;
            const Index points = std::ssize(weights), blocks = numbers_a_task / (points * units_together) + 1;
            kernels::parallel_for(units, blocks * units_together, [&](Index first, Index last) {
                add_points(weights, s + offset, t ? t + offset : nullptr, sums.data() + chunk.rows[k] * units,
                           {units, first, last});
            });
        }
    });
}

/// sums[row] += weight · Σᵢ slope[k, i] · tangent[k, i].
void accumulate_rows(const Chunk& chunk, const Tensor& slope, const Tensor& tangent, std::vector<double>& sums) {
    const Tensor shares = sum(flatten(slope * tangent), {.axes = {1}});
    for (std::size_t k = 0; k < chunk.rows.size(); ++k)
        sums[static_cast<std::size_t>(chunk.rows[k])] += chunk.weights[k] * shares.at(static_cast<Index>(k));
}

/// Of the output stage between the ends of each node's piece, [nodes, outputs]; empty where nodes stand for themselves.
Tensor mean_slopes(const Objective& objective, const Chunk& chunk) {
    if (!chunk.low) return {};
    return stage_mean(objective, objective.run(chunk.low), objective.run(chunk.high), chunk.rows).slopes[0];
}

/// What a chunk's points told: the slopes of the explained number, and what tangents become in the layers.
struct Look {
    Chunk chunk;
    std::vector<Tensor> slopes;  ///< per layer
    Tensor input_slope;
    std::vector<std::vector<Tensor>> pushed;  ///< per tangent and layer
};

/// Tangents at a chunk's points.
using Tangents = std::function<std::vector<Tensor>(const Chunk&)>;

Look look_at(const Evaluator& evaluator, const std::vector<LayerInfo>& layers, Chunk chunk, const Tangents& tangents) {
    Look look{.chunk = std::move(chunk), .slopes = {}, .input_slope = {}, .pushed = {}};
    const Objective& objective = evaluator.objective();
    const Tensor leaf = tracked(look.chunk.at), mean = mean_slopes(objective, look.chunk);
    const auto [places, slopes] = [&] {
        const Recording on;
        const Taps taps;
        const Tensor output = objective.run(leaf);
        const Tensor score = mean ? output * mean : objective.scores(output, look.chunk.rows)[0];
        std::vector<Tensor> xs = places_of(taps, layers);
        xs.push_back(leaf);
        std::vector<Tensor> gradients = grad(sum(score), xs);
        xs.pop_back();
        return std::pair(xs, gradients);
    }();
    const NoRecording off;
    look.slopes.assign(slopes.begin(), slopes.end() - 1);
    look.input_slope = slopes.back();
    for (const Tensor& tangent : tangents(look.chunk))
        look.pushed.push_back(pushforward(places, std::span(&leaf, 1), std::span(&tangent, 1)));
    return look;
}

std::vector<Tensor> tangents_of(const Chunk& chunk, const JointPath& path) {
    if (path.integrand == NeuronIntegrand::influence) return {};
    if (path.whole) return {chunk.way * chunk.region};
    return {chunk.way * chunk.region, chunk.way};
}

void add(const Look& look, const JointPath& path, NeuronIntegrals& sums) {
    const bool influence = path.integrand == NeuronIntegrand::influence;
    for (std::size_t i = 0; i < look.slopes.size(); ++i) {
        accumulate(look.chunk, look.slopes[i], influence ? Tensor() : look.pushed[0][i], sums.values[i]);
        if (!influence && !path.whole) accumulate(look.chunk, look.slopes[i], look.pushed[1][i], sums.all[i]);
    }
    if (!influence) accumulate_rows(look.chunk, look.input_slope, look.chunk.way * look.chunk.region, sums.ig_region);
}

/// What the region, the rest and all of it do.
std::vector<Tensor> shares_of(const Chunk& chunk) {
    return {chunk.way * chunk.region, chunk.way * (1.0 - chunk.region), chunk.way};
}

/// apart of NeuronIntegrals, at these points.
void compare_shares(const Look& look, NeuronIntegrals& sums) {
    const auto &of_region = look.pushed[0], &of_rest = look.pushed[1], &of_all = look.pushed[2];
    for (std::size_t i = 0; i < of_all.size(); ++i) {
        const Tensor gaps = flatten(look.slopes[i] * (of_region[i] + of_rest[i] - of_all[i]));
        const Tensor widest = max(gradpath::abs(gaps), {.axes = {1}});
        for (std::size_t k = 0; k < look.chunk.rows.size(); ++k) {
            double& apart = sums.apart[i][static_cast<std::size_t>(look.chunk.rows[k])];
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
        if (!nodes.reach.empty()) some.reach.push_back(nodes.reach[k]);
    }
    return some;
}

struct Sweep {
    Evaluator& evaluator;
    const std::vector<LayerInfo>& layers;
    const JointPath& path;

    /// Calls visit(look, nodes done) for all nodes, a chunk at a time, in order.
    void operator()(const PathNodes& nodes, const Tangents& tangents,
                    const std::function<void(const Look&, Index)>& visit) const {
        const NoRecording off;
        const Index total = nodes.count();
        const Index most = std::max<Index>(1, evaluator.chunk() / 2);  // slopes and tangents of all layers are kept
        const Chunks chunks = evaluator.cut(total, most);
        std::vector<std::optional<Look>> looks(static_cast<std::size_t>(chunks.at_once));
        const auto prepare = [&](std::size_t, Index first, Index last) {
            evaluator.begin_chunk((nodes.reach.empty() ? 1 : 3) * (last - first));
            evaluator.count_backward(last - first);
        };
        const auto work = [&](std::size_t place, Index first, Index last) {
            const NoRecording here;
            looks[place].reset();
            looks[place] = look_at(evaluator, layers, chunk_of(evaluator, path, nodes, first, last), tangents);
        };
        chunks.run(prepare, work, [&](std::size_t place, Index, Index last) { visit(*looks[place], last); });
        chunks.drop(looks);
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
        sweep(sparse(path.nodes), shares_of, [&](const Look& look, Index) { compare_shares(look, sums); });
    }
    const auto tangents = [&](const Chunk& chunk) { return tangents_of(chunk, path); };
    sweep(path.nodes, tangents, [&](const Look& look, Index done) {
        add(look, path, sums);
        evaluator.progress("path", done, path.nodes.count());
    });
    return sums;
}

}  // namespace gradpath::attribution

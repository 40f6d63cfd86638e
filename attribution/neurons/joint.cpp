// For each chunk of points: one run with every layer in view, one reverse sweep from the explained number to all
// layers, one forward sweep of the tangent D ∘ S from the input to all layers. Their product at a neuron is what it
// passes on of what the region does.
#include <gradpath/attribution/neurons/joint.hpp>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath::attribution {
namespace {

/// The points first .. last-1, row by row, node by node, and the tangents there.
struct Chunk {
    Tensor at, tangent;
    std::vector<Index> rows;
};

Chunk chunk_of(const Evaluator& evaluator, const JointPath& path, Index first, Index last) {
    const auto count = static_cast<Index>(path.nodes.at.size());
    std::vector<Index> rows;
    std::vector<double> at;
    for (Index k = first; k < last; ++k) {
        rows.push_back(k / count);
        at.push_back(path.nodes.at[static_cast<std::size_t>(k % count)]);
    }
    const Indices positions(Shape{last - first}, rows);
    Shape column = evaluator.input().shape().with(0, last - first);
    for (Index axis = 1; axis < column.rank(); ++axis) column = column.with(axis, 1);
    const Tensor t = Tensor(column, std::span<const double>(at)).to(evaluator.input().dtype());
    const Tensor from = gather(path.from, positions), way = gather(evaluator.input(), positions) - from;
    return {from + way * t, way * gather(path.region, positions), rows};
}

/// The layers' tensors of one run.
std::vector<Tensor> places_of(const Taps& taps, const std::vector<LayerInfo>& layers) {
    std::vector<Tensor> places;
    for (const LayerInfo& layer : layers) places.push_back(taps.at(layer.name));
    return places;
}

/// sums[row · units + j] += weight · product[k, j].
void accumulate(const Tensor& product, const Chunk& chunk, const JointPath& path, Index first, Numbers& sums) {
    const Index units = product.size() / product.rows();
    const auto count = static_cast<Index>(path.nodes.weight.size());
    for (Index k = 0; k < product.rows(); ++k) {
        const double weight = path.nodes.weight[static_cast<std::size_t>((first + k) % count)];
        double* row = sums.data() + chunk.rows[static_cast<std::size_t>(k)] * units;
        for (Index j = 0; j < units; ++j) row[j] += weight * product.at(k * units + j);
    }
}

}  // namespace

std::vector<Numbers> integrate_neurons(Evaluator& evaluator, const std::vector<LayerInfo>& layers,
                                       const JointPath& path) {
    std::vector<Numbers> sums;
    for (const LayerInfo& layer : layers)
        sums.emplace_back(static_cast<std::size_t>(evaluator.rows() * layer.shape.size()));
    const Index total = evaluator.rows() * static_cast<Index>(path.nodes.at.size());
    for (Index first = 0; first < total; first += evaluator.chunk()) {
        const Index last = std::min(total, first + evaluator.chunk());
        evaluator.begin_chunk(last - first);
        evaluator.count_backward(last - first);
        const NoRecording off;
        const Chunk chunk = chunk_of(evaluator, path, first, last);
        const Recording on;
        const Tensor leaf = tracked(chunk.at);
        const Taps taps;
        const Tensor score = evaluator.objective().scores(evaluator.objective().run(leaf), chunk.rows)[0];
        const std::vector<Tensor> places = places_of(taps, layers);
        const std::vector<Tensor> slopes = grad(sum(score), places);
        std::vector<Tensor> products = slopes;
        if (path.integrand == NeuronIntegrand::joint) {
            const std::vector<Tensor> tangents =
                pushforward(places, std::span(&leaf, 1), std::span(&chunk.tangent, 1));
            const NoRecording plain;
            for (std::size_t i = 0; i < products.size(); ++i)
                products[i] = tangents[i] ? detached(slopes[i]) * detached(tangents[i]) : zeros_like(slopes[i]);
        }
        for (std::size_t i = 0; i < products.size(); ++i)
            accumulate(products[i], chunk, path, first, sums[i]);
        evaluator.progress("path", last, total);
    }
    return sums;
}

}  // namespace gradpath::attribution

// The tap becomes a leaf, so that a layer which the input does not reach has slopes, too.
#include <gradpath/attribution/neurons/slopes.hpp>

#include <algorithm>
#include <numeric>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/taps.hpp>

namespace gradpath::attribution {
namespace {

void append(const Tensor& t, Numbers& numbers) {
    for (Index k = 0; k < t.size(); ++k) numbers.push_back(t.at(k));
}

}  // namespace

LayerSlopes layer_slopes(Evaluator& evaluator, const LayerInfo& layer) {
    const Index rows = evaluator.rows();
    LayerSlopes result;
    for (Index first = 0; first < rows; first += evaluator.chunk()) {
        const Index last = std::min(rows, first + evaluator.chunk());
        evaluator.begin_chunk(last - first);
        evaluator.count_backward(last - first);
        std::vector<Index> ids(static_cast<std::size_t>(last - first));
        std::iota(ids.begin(), ids.end(), first);
        const Recording on;
        Taps taps;
        taps.track(layer.name);
        const Tensor leaf = tracked(slice(evaluator.input(), 0, first, last));
        const Tensor score = evaluator.objective().scores(evaluator.objective().run(leaf), ids)[0];
        const Tensor place = taps.at(layer.name);
        require<ShapeError>(place.rank() >= 2 && place.rows() == last - first, evaluator.method(), ": layer ",
                            layer.name, " must have a row for each row of the input but has shape ", place.shape());
        append(place, result.activations);
        append(grad(sum(score), place), result.slopes);
        evaluator.progress("gradient", last, rows);
    }
    return result;
}

}  // namespace gradpath::attribution

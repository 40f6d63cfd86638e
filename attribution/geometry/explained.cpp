// One pass forward and one back are counted for each call: most are differentiated.
#include <gradpath/attribution/geometry/explained.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/attribution/path/along_walks.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr double blind_epsilon = 1e-3;  // of metrics that do not see all steps
constexpr Index points_on_line = 25;

/// The number in the middle, of a copy.
double median(std::vector<double> numbers) {
    const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
    std::nth_element(numbers.begin(), middle, numbers.end());
    return *middle;
}

}  // namespace

void Explained::count(Index rows) const {
    evaluator_.begin_chunk(rows);
    evaluator_.count_backward(rows);
}

Function Explained::number(Index row) const {
    return [row, f = numbers(false)](const Tensor& z) {
        return f(z, std::vector<Index>(static_cast<std::size_t>(z.rows()), row));
    };
}

Function Explained::outputs() const {
    return [*this](const Tensor& z) {
        count(z.rows());
        return evaluator_.objective().run(z);
    };
}

RowFunction Explained::numbers(bool all_outputs) const {
    const Objective& one = evaluator_.objective();
    if (!all_outputs)
        return [*this, &one](const Tensor& z, std::span<const Index> rows) {
            count(z.rows());
            return one.scores(one.run(z), rows)[0];
        };
    const NoRecording off;
    const Tensor first = one.run(slice(evaluator_.input(), 0, 0, 1));
    const Objective all(evaluator_.method(), one.model(), AllTargets{}, one.stage(), evaluator_.rows(), first);
    return [*this, all](const Tensor& z, std::span<const Index> rows) {
        count(z.rows());
        Tensor total;
        for (const Tensor& score : all.scores(all.run(z), rows)) total = total ? total + score : score;
        return total;
    };
}

Metric Explained::bare_metric(Index row) const {
    if (o_.own_metric) return o_.own_metric(number(row));
    if (o_.metric == "conformal") return conformal(number(row));
    if (o_.metric == "pullback") return pullback(number(row));
    if (o_.metric == "logits") return pullback(outputs(), "logits");
    if (o_.metric == "probabilities") return pullback(probabilities(outputs()), "probabilities");
    if (o_.metric == "fisher") return fisher(outputs());
    if (o_.metric == "euclidean") return euclidean();
    return pullback(layer_output(outputs(), o_.metric.substr(o_.metric.find(':') + 1)), o_.metric);
}

Metric Explained::metric(Index row, const Tensor& looks) const {
    Metric metric = bare_metric(row);
    const double share = o_.epsilon.value_or(metric.is_conformal() ? 0 : blind_epsilon);
    if (share == 0) return metric;
    const NoRecording off;
    const Tensor sizes = metric.is_conformal() ? metric.factor(looks) : metric.trace(looks);
    std::vector<double> numbers;
    for (Index k = 0; k < sizes.size(); ++k) numbers.push_back(sizes.at(k));
    const double typical = median(numbers), scale = typical > 0 ? typical : *std::ranges::max_element(numbers);
    require<NumericError>(std::isfinite(scale), "the metric ", metric.name, " is not finite on the way");
    return regularised(metric, share * (scale > 0 ? scale : 1));
}

Tensor Explained::of_class(const Tensor& points, Index wanted) const {
    const NoRecording off;
    std::vector<Index> same;
    for (Index first = 0; first < points.rows(); first += evaluator_.chunk()) {
        const Index last = std::min(points.rows(), first + evaluator_.chunk());
        evaluator_.begin_chunk(last - first);
        const Indices classes = argmax(evaluator_.objective().run(slice(points, 0, first, last)));
        for (Index k = first; k < last; ++k)
            if (classes[k - first] == wanted) same.push_back(k);
    }
    return gather(points, Indices({static_cast<Index>(same.size())}, same));
}

Tensor points_around(const Tensor& from, const Tensor& to, const GeodesicIg& o) {
    const Tensor on_line = line(from, to, points_on_line);
    if (o.pool.around == 0) return on_line;
    const Shape shape = from.shape().with(0, o.pool.around);
    const Tensor t = random::uniform({o.pool.around}, 0, 1, {o.seed, 0, from.dtype()});
    const Tensor noise = random::normal(shape, {o.seed, 1, from.dtype()});
    const double size = o.pool.spread * norm(to - from).item() / std::sqrt(static_cast<double>(from.size()));
    return concat({on_line, from + (to - from) * per_row(t, noise) + noise * size});
}

}  // namespace gradpath::attribution::geometry

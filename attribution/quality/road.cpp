#include <gradpath/attribution/quality/road.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/quality/class_probability.hpp>
#include <gradpath/attribution/quality/imputation.hpp>
#include <gradpath/attribution/quality/pixels.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {
namespace {

void check(const Tensor& x, const Tensor& values, const Road& o) {
    require_like_input("road", x, values);
    require<ShapeError>(x.rank() >= 3, "road: needs rows with two axes but the shape is ", x.shape());
    const bool within = std::ranges::all_of(o.shares, [](double share) { return share >= 0 && share <= 1; });
    require(within && !o.shares.empty() && std::ranges::is_sorted(o.shares), "road: shares must ascend in [0, 1]");
    require(std::isfinite(o.noise) && o.noise >= 0, "road: noise must not be below 0 but is ", o.noise);
}

void add_point(std::vector<RoadCurve>& curves, double share, const ClassProbability::Answer& answer) {
    for (std::size_t r = 0; r < curves.size(); ++r) {
        curves[r].shares.push_back(share);
        curves[r].probability.push_back(answer.probability[r]);
        curves[r].kept.push_back(answer.kept[r]);
    }
}

}  // namespace

std::vector<RoadCurve> road(const Model& model, const Tensor& input, const Tensor& values, const Road& o) {
    check(input, values, o);
    const NoRecording plain;
    const Tensor x = detached(input);
    const ClassProbability seen("road", model, x, o.target);
    const Indices ranking = argsort(of_pixels(values), 1, {.descending = !o.least_first});
    std::vector<RoadCurve> curves(static_cast<std::size_t>(x.rows()));
    if (o.shares.front() > 0) add_point(curves, 0, seen(x));
    for (const double share : o.shares) {
        require<Cancelled>(!(o.run.cancel && *o.run.cancel), "road: cancelled");
        const Tensor removed = first_of(ranking, part_of(ranking.shape()[1], share));
        add_point(curves, share, seen(impute(x, 1 - removed, {o.noise, o.seed})));
    }
    for (RoadCurve& curve : curves) {
        const double width = curve.shares.back() - curve.shares.front();
        curve.area = width > 0 ? area_under(curve.shares, curve.probability) / width : curve.probability.front();
    }
    return curves;
}

}  // namespace gradpath::attribution::quality

#include <gradpath/attribution/quality/information.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/attribution/quality/class_probability.hpp>
#include <gradpath/attribution/quality/imputation.hpp>
#include <gradpath/attribution/quality/pixels.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::quality {
namespace {

constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

void check(const Tensor& x, const Tensor& values, const Information& o) {
    require_like_input("information_curves", x, values);
    require<ShapeError>(x.rank() >= 3, "information_curves: needs rows with two axes but the shape is ", x.shape());
    const bool within = std::ranges::all_of(o.shares, [](double share) { return share >= 0 && share <= 1; });
    require(within && std::ranges::is_sorted(o.shares), "information_curves: shares must ascend in [0, 1]");
    require(o.seeds > 0 && o.seeds <= 1, "information_curves: seeds must lie in (0, 1] but is ", o.seeds);
    require(o.points >= 2, "information_curves: needs at least 2 points but has ", o.points);
}

/// All rows at one state: what they take, and what the model says.
struct View {
    std::vector<double> bits;
    ClassProbability::Answer answer;
};

class Viewer {
public:
    Viewer(const Model& model, const Tensor& x, const Information& o)
        : seen_("information_curves", model, x, o.target), x_(x), o_(o) {}

    View operator()(const Tensor& shown) const {
        require<Cancelled>(!(o_.run.cancel && *o_.run.cancel), "information_curves: cancelled");
        View view{{}, seen_(shown)};
        const Shape picture = x_.shape().slice(1, x_.rank());
        const Index planes = picture.size() / (picture[-1] * picture[-2]);
        for (Index r = 0; r < x_.rows(); ++r) {
            const Tensor whole = slice(x_, 0, r, r + 1);
            view.bits.push_back(o_.bits(reshape(slice(shown, 0, r, r + 1), {planes, picture[-2], picture[-1]}),
                                        min(whole).at(0), max(whole).at(0)));
        }
        return view;
    }

private:
    ClassProbability seen_;
    const Tensor& x_;
    const Information& o_;
};

/// 1 at the pixels that are always shown, [rows, pixels].
Tensor seed_mask(Index rows, Index pixels, const Information& o) {
    const Indices drawn = random::permutation(pixels, o.seed);
    const Index count = std::max(Index{1}, part_of(pixels, o.seeds));
    return broadcast_to(first_of(Indices({1, pixels}, drawn.data()), count), {rows, pixels});
}

struct Point {
    double x, y;
};

/// Linear between the points, which are put in order and never fall, at `count` places from 0 to 1.
std::vector<double> through(std::vector<Point> points, Index count) {
    points.push_back({0, 0});
    points.push_back({1, 1});
    std::ranges::sort(points, [](Point a, Point b) { return a.x != b.x ? a.x < b.x : a.y < b.y; });
    for (std::size_t k = 1; k < points.size(); ++k) points[k].y = std::max(points[k].y, points[k - 1].y);
    std::vector<double> curve;
    for (Index k = 0; k < count; ++k) {
        const double at = static_cast<double>(k) / static_cast<double>(count - 1);
        const auto above = std::ranges::find_if(points, [&](Point p) { return p.x > at; });
        const Point left = *std::prev(above);
        const bool end = above == points.end();
        curve.push_back(end ? left.y : left.y + (at - left.x) / (above->x - left.x) * (above->y - left.y));
    }
    return curve;
}

double area_of(const std::vector<double>& curve) {
    std::vector<double> at;
    for (std::size_t k = 0; k < curve.size(); ++k)
        at.push_back(static_cast<double>(k) / static_cast<double>(curve.size() - 1));
    return area_under(at, curve);
}

/// The row's curve from its views: of the seeds alone, of the whole picture, and of each share.
InformationCurve curve_of(std::size_t row, const View& seeds, const View& whole, const std::vector<View>& views,
                          const Information& o) {
    const double bits = whole.bits[row] - seeds.bits[row], p = whole.answer.probability[row];
    const double rise = p - seeds.answer.probability[row];
    if (!(p >= o.least_probability && bits > 0 && rise > 0)) return {{}, {}, unknown, unknown, true};
    std::vector<Point> softmax, accuracy;
    for (const View& view : views) {
        const double x = std::clamp((view.bits[row] - seeds.bits[row]) / bits, 0.0, 1.0);
        softmax.push_back(
            {x, std::clamp((view.answer.probability[row] - seeds.answer.probability[row]) / rise, 0.0, 1.0)});
        accuracy.push_back({x, view.answer.kept[row]});
    }
    InformationCurve curve{through(softmax, o.points), through(accuracy, o.points)};
    curve.softmax_area = area_of(curve.softmax);
    curve.accuracy_area = area_of(curve.accuracy);
    return curve;
}

double median_of(std::vector<double> list) {
    std::ranges::sort(list);
    return (list[(list.size() - 1) / 2] + list[list.size() / 2]) / 2;
}

}  // namespace

double difference_bits(const Tensor& picture, double low, double high) {
    const Index width = picture.shape()[-1], count = picture.size();
    const double scale = high > low ? 255 / (high - low) : 0;
    const auto level = [&](Index k) {
        return static_cast<int>(std::lround(std::clamp((picture.at(k) - low) * scale, 0.0, 255.0)));
    };
    std::array<double, 511> times{};
    for (Index k = 0; k < count; ++k)
        ++times[static_cast<std::size_t>(level(k) - (k % width ? level(k - 1) : 0) + 255)];
    double bits = 0;
    for (const double often : times)
        if (often > 0) bits -= often * std::log2(often / static_cast<double>(count));
    return bits;
}

std::vector<InformationCurve> information_curves(const Model& model, const Tensor& input, const Tensor& values,
                                                 const Information& o) {
    check(input, values, o);
    const NoRecording plain;
    const Tensor x = detached(input);
    const Indices ranking = argsort(of_pixels(values), 1, {.descending = true});
    const Index pixels = ranking.shape()[1];
    const Viewer viewer(model, x, o);
    const Tensor always = seed_mask(x.rows(), pixels, o);
    const View seeds = viewer(impute(x, always)), whole = viewer(x);
    std::vector<View> views;
    for (const double share : o.shares)
        views.push_back(viewer(impute(x, maximum(always, first_of(ranking, part_of(pixels, share))))));
    std::vector<InformationCurve> curves;
    for (std::size_t r = 0; r < whole.bits.size(); ++r) curves.push_back(curve_of(r, seeds, whole, views, o));
    return curves;
}

InformationCurve median_curve(std::span<const InformationCurve> curves) {
    std::vector<InformationCurve> used;
    std::ranges::copy_if(curves, std::back_inserter(used), [](const InformationCurve& c) { return !c.left_out; });
    if (used.empty()) return {{}, {}, unknown, unknown, true};
    InformationCurve middle;
    const auto medians = [&](const std::vector<double> InformationCurve::*field) {
        std::vector<double> line;
        for (std::size_t k = 0; k < (used.front().*field).size(); ++k) {
            std::vector<double> there;
            for (const InformationCurve& curve : used) there.push_back((curve.*field)[k]);
            line.push_back(median_of(std::move(there)));
        }
        return line;
    };
    middle.softmax = medians(&InformationCurve::softmax);
    middle.accuracy = medians(&InformationCurve::accuracy);
    middle.softmax_area = area_of(middle.softmax);
    middle.accuracy_area = area_of(middle.accuracy);
    return middle;
}

}  // namespace gradpath::attribution::quality

// Boxes on pictures: of those that overlap only the best is kept.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

struct Box {
    double top, left, bottom, right;
    double area() const { return (bottom - top) * (right - left); }
};

Box box_at(std::span<const double> b, bool centres) {
    if (centres) return {b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2};
    return {std::min(b[0], b[2]), std::min(b[1], b[3]), std::max(b[0], b[2]), std::max(b[1], b[3])};
}

double overlap(const Box& a, const Box& b) {
    const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
    const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
    if (height <= 0 || width <= 0) return 0;
    return height * width / (a.area() + b.area() - height * width);
}

// Best first, each kept unless it overlaps one that is kept.
std::vector<Index> kept_boxes(const std::vector<Box>& boxes, std::span<const double> scores, Index most,
                              double threshold, double least) {
    std::vector<Index> order(boxes.size()), kept;
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(order, [&](Index a, Index b) {
        return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
    });
    for (const Index i : order) {
        if (static_cast<Index>(kept.size()) >= most) break;
        const auto overlaps = [&](Index k) {
            return overlap(boxes[static_cast<std::size_t>(i)], boxes[static_cast<std::size_t>(k)]) > threshold;
        };
        if (scores[static_cast<std::size_t>(i)] > least && std::ranges::none_of(kept, overlaps)) kept.push_back(i);
    }
    return kept;
}

}  // namespace

// Rows of (batch, class, box).
Answer non_max_suppression(const Call& call) {
    const Tensor &boxes = call.real(0), &scores = call.real(1);
    require<ShapeError>(boxes.rank() == 3 && scores.rank() == 3 && boxes.shape()[2] == 4 &&
                            boxes.shape()[0] == scores.shape()[0] && boxes.shape()[1] == scores.shape()[2],
                        "boxes and scores must fit: got ", boxes.shape(), " and ", scores.shape());
    const Index most = call.given(2) ? call.whole(2).at(0) : 0, count = boxes.shape()[1], classes = scores.shape()[1];
    const double threshold = call.given(3) ? call.real(3).item() : 0;
    const double least = call.given(4) ? call.real(4).item() : -std::numeric_limits<double>::infinity();
    const std::vector<double> places = numbers(boxes), marks = numbers(scores);
    std::vector<Index> rows;
    for (Index batch = 0; batch < boxes.shape()[0]; ++batch) {
        std::vector<Box> all;
        for (Index i = 0; i < count; ++i)
            all.push_back(box_at(std::span(places).subspan(static_cast<std::size_t>((batch * count + i) * 4), 4),
                                 call.integer("center_point_box") != 0));
        for (Index c = 0; c < classes; ++c) {
            const auto first = static_cast<std::size_t>((batch * classes + c) * count);
            for (const Index i : kept_boxes(all, std::span(marks).subspan(first, static_cast<std::size_t>(count)), most,
                                            threshold, least))
                rows.insert(rows.end(), {batch, c, i});
        }
    }
    const Index kept = static_cast<Index>(rows.size()) / 3;
    return {Value(Shape{kept, 3}, std::move(rows))};
}

}  // namespace gradpath::models::onnx

// A result as pictures: maps beside their images, tiles of a layer's units, bars of a table's columns.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/report/bars.hpp>
#include <gradpath/tools/report/heatmap.hpp>

namespace gradpath::tools {
namespace {

using attribution::Attribution;

/// A layer's units as one map: a tile [height, width] for each channel of [channels, height, width]; units of a vector
/// in lines.
Tensor tiles(const Tensor& units) {
    const Shape& shape = units.shape();
    const bool planes = shape.rank() >= 3;
    const Index height = planes ? shape[-2] : 1, width = planes ? shape[-1] : 1,
                count = units.size() / (height * width),
                across = static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(count)))),
                down = (count + across - 1) / across;
    std::vector<double> map(static_cast<std::size_t>(across * down * height * width));
    for (Index k = 0; k < units.size(); ++k) {
        const Index tile = k / (height * width), i = k / width % height, j = k % width;
        map[static_cast<std::size_t>(((tile / across * height + i) * across + tile % across) * width + j)] =
            units.at(k);
    }
    return Tensor({down * height, across * width}, std::span<const double>(map)).to(units.dtype());
}

std::string column_title(const Explained& e, Index target) {
    const auto k = static_cast<std::size_t>(target);
    return k < e.subject.class_names.size() ? e.subject.class_names[k] : "target " + std::to_string(target);
}

/// The image and its maps (one per target) on one scale.
Picture row_picture(const Explained& e, Index row) {
    const Attribution& a = e.attribution;
    std::vector<HeatColumn> columns;
    const std::string title = a.layer.empty() ? a.method : text(a.method, ", ", a.layer);
    for (Index k = 0; k < targets_of(a); ++k)
        columns.push_back(
            {a.all_targets ? column_title(e, k) : title, map_of(e, static_cast<std::size_t>(row * targets_of(a) + k))});
    const Tensor image = picture_of(e, row);
    const auto size = [](const Tensor& t) { return t.shape().slice(t.rank() - 2, t.rank()); };
    const bool beside = image && size(image) == size(columns[0].map);  // panels have one size
    Heatmap options;
    if (e.located) options.title = located_words(*e.located, static_cast<std::size_t>(row));
    if (e.located && e.located->box) {
        const auto& box = *e.located->box;
        options.box = HeatBox{box.top, box.bottom, box.left, box.right};
    }
    return heat_grid(beside ? image : Tensor(), columns, options);
}

/// A bar chart for each [row, target].
std::vector<Picture> charts(const Explained& e, Index rows) {
    std::vector<Picture> parts;
    for (std::size_t k = 0; k < std::min(e.attribution.f_input.size(), static_cast<std::size_t>(rows)); ++k)
        parts.push_back(paint(share_bars(e, k)));
    return parts;
}

std::vector<Picture> images(const Explained& e, Index rows) {
    std::vector<Picture> parts;
    for (Index row = 0; row < std::min(e.attribution.values.rows(), rows); ++row) parts.push_back(row_picture(e, row));
    return parts;
}

}  // namespace

Tensor row_of(const Tensor& t, Index i) { return reshape(slice(t, 0, i, i + 1), t.shape().slice(1, t.rank())); }

Tensor picture_of(const Explained& e, Index row) {
    if (!is_image(e.subject.row)) return {};
    return red_first(e.subject.ends, row_of(e.rows.x, row));
}

Tensor map_of(const Explained& e, std::size_t k) {
    const auto lanes = static_cast<Index>(e.attribution.f_input.size());
    const Tensor values = row_of(reshape(feature_values(e), Shape{lanes}.joined(value_row(e))), static_cast<Index>(k));
    return is_image(value_row(e)) ? values : tiles(values);
}

Picture stacked(const std::vector<Picture>& parts) {
    Index width = 0, height = 0;
    for (const Picture& part : parts) width = std::max(width, part.width), height += part.height;
    Picture whole = blank(width, height, page(Theme::light).paper);
    Index top = 0;
    for (const Picture& part : parts) paste(whole, part, 0, top), top += part.height;
    return whole;
}

Picture result_picture(const Explained& e, Index rows) {
    return stacked(of_features(e) && !e.subject.feature_names.empty() ? charts(e, rows) : images(e, rows));
}

}  // namespace gradpath::tools

// The two themes are painted from one scale, so switching the theme never changes what is clipped.
#include <gradpath/tools/report/report.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::tools {

Panels heat_panels(const Tensor& image, std::span<const HeatColumn> columns, const Heatmap& options) {
    std::vector<Tensor> maps;
    for (const HeatColumn& column : columns) maps.push_back(column.map);
    Panels row{.bar = true, .scale = heat_scale(maps, options), .kind = options.kind};
    if (image) row.panels.push_back({.title = "input", .light = paint_image(image), .alt = "the input image"});
    Heatmap light = options, dark = options;
    light.theme = Theme::light;
    dark.theme = Theme::dark;
    for (const HeatColumn& column : columns) {
        row.panels.push_back({.title = column.title,
                              .light = paint(column.map, row.scale, light, image),
                              .dark = paint(column.map, row.scale, dark, image),
                              .alt = text("heat map: ", column.title)});
    }
    row.caption = describe(row.scale);
    if (maps[0].rank() == 3 && maps[0].shape()[0] > 1)
        row.caption += text("; sum over ", maps[0].shape()[0], " channels");
    return row;
}

}  // namespace gradpath::tools

#include <gradpath/tools/report/scene.hpp>

#include <cmath>
#include <numbers>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/chart.hpp>
#include <gradpath/tools/report/markup.hpp>
#include <gradpath/tools/report/png.hpp>

namespace gradpath::tools {
namespace {

constexpr double wide = 720, spot_radius = 2.4;

std::string colour_text(const Colour& c) { return text("rgb(", int{c.red}, " ", int{c.green}, " ", int{c.blue}, ")"); }

std::string behind(const Canvas& canvas, const Picture& picture, const char* when) {
    if (picture.pixels.empty()) return "";
    return text("<image class=\"", when, "\" width=\"", coordinate(canvas.width), "\" height=\"",
                coordinate(canvas.height), "\" preserveAspectRatio=\"none\" href=\"data:image/png;base64,",
                base64(encode_png(picture)), "\"/>");
}

std::string draw_line(const Canvas& canvas, const Scene::Line& line) {
    std::string d;
    for (std::size_t k = 0; k < line.x.size(); ++k)
        d += text(k == 0 ? "M" : "L", coordinate(canvas.x(line.x[k])), " ", coordinate(canvas.y(line.y[k])));
    return text("<path class=\"halo\" d=\"", d, "\"/><path class=\"curve s", line.name + 1, "\" d=\"", d, "\"/>");
}

std::string draw_ellipse(const Canvas& canvas, const Scene::Ellipse& e) {
    const double turn = -std::atan2(e.first[1], e.first[0]) * 180 / std::numbers::pi;
    const std::string x = coordinate(canvas.x(e.x)), y = coordinate(canvas.y(e.y));
    return text("<ellipse class=\"ellipse\" cx=\"", x, "\" cy=\"", y, "\" rx=\"",
                coordinate(std::hypot(e.first[0], e.first[1]) * canvas.scale), "\" ry=\"",
                coordinate(std::hypot(e.second[0], e.second[1]) * canvas.scale), "\" transform=\"rotate(",
                coordinate(turn), " ", x, " ", y, ")\"/>");
}

}  // namespace

Canvas::Canvas(const Ground& g)
    : ground(g), scale(wide / (g.right - g.left)), width(wide), height((g.top - g.bottom) * scale) {
    require(g.right > g.left && g.top > g.bottom, "scene: the ground must be wide and high: got ", g.left, " .. ",
            g.right, " by ", g.bottom, " .. ", g.top);
}

std::string open_svg(const Canvas& canvas, const char* role, const std::string& alt) {
    const bool both = !canvas.ground.dark.pixels.empty();
    return text("<svg role=\"", role, "\" viewBox=\"0 0 ", coordinate(canvas.width), " ", coordinate(canvas.height),
                "\"><title>", escape(alt), "</title>", behind(canvas, canvas.ground.light, both ? "by-day" : ""),
                behind(canvas, canvas.ground.dark, "by-night"));
}

std::string draw_spots(const Canvas& canvas, const std::vector<Dot>& spots) {
    std::string out;
    for (const Dot& s : spots)
        out += text("<circle class=\"spot\" style=\"--light:", colour_text(s.light), ";--dark:", colour_text(s.dark),
                    "\" cx=\"", coordinate(canvas.x(s.x)), "\" cy=\"", coordinate(canvas.y(s.y)), "\" r=\"",
                    coordinate(spot_radius), "\"/>");
    return out;
}

std::string svg(const Scene& scene) {
    const Canvas canvas(scene.ground);
    std::string out;
    if (!scene.names.empty()) {
        out += "<ul class=\"legend\">";
        for (std::size_t k = 0; k < scene.names.size(); ++k) out += legend_entry(k, scene.names[k]);
        out += "</ul>";
    }
    out += open_svg(canvas, "img", scene.alt.empty() ? scene.title : scene.alt);
    for (const Scene::Ellipse& ellipse : scene.ellipses) out += draw_ellipse(canvas, ellipse);
    out += draw_spots(canvas, scene.spots);
    for (const Scene::Line& line : scene.lines) {
        require(line.x.size() == line.y.size() && line.name < scene.names.size(),
                "scene: a line needs a name and as many x as y: got name ", line.name, " of ", scene.names.size(), ", ",
                line.x.size(), " and ", line.y.size());
        out += draw_line(canvas, line);
    }
    return out + "</svg>";
}

}  // namespace gradpath::tools

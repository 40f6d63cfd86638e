#include <gradpath/tools/report/drawing.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/markup.hpp>
#include <gradpath/tools/report/style.hpp>

namespace gradpath::tools {
namespace {

std::string title_of(const Drawing& d) { return text("<title>", escape(d.alt.empty() ? d.title : d.alt), "</title>"); }

}  // namespace

std::string svg(const Drawing& d) {
    return text("<svg role=\"img\" viewBox=\"0 0 ", coordinate(d.width), " ", coordinate(d.height), "\">", title_of(d),
                d.marks, "</svg>");
}

std::string svg_file(const Drawing& d) {
    constexpr double heading = 34;
    const std::string width = coordinate(d.width), height = coordinate(d.height + heading);
    return text("<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"drawing\" role=\"img\" viewBox=\"0 ", -heading, " ",
                width, " ", height, "\" width=\"", width, "\" height=\"", height, "\">\n", title_of(d), "\n<style>",
                theme_style, drawing_style, ".drawing { font: 12px var(--sans); }</style>\n",
                "<rect width=\"100%\" height=\"100%\" y=\"", -heading, "\" style=\"fill: var(--paper)\"/>\n",
                svg_label(d.width / 2, -8, d.title, "middle", " class=\"name\""), d.marks, "</svg>\n");
}

}  // namespace gradpath::tools

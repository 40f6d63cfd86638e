#pragma once
// A drawing in lines and words, for a page or as a file of its own.
#include <string>

namespace gradpath::tools {

/// What is drawn, in a box from (0, 0).
struct Drawing {
    std::string title, alt;  ///< alt: what it shows, for those who cannot see it; else the title
    double width = 0, height = 0;
    std::string marks;
};
/// As inline SVG, without its title above.
std::string svg(const Drawing& drawing);
/// As a file, its title above, with a style sheet: light or dark as its reader prefers.
std::string svg_file(const Drawing& drawing);

}  // namespace gradpath::tools

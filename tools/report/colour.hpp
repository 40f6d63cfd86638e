#pragma once
// Colours for signed and for unsigned numbers, computed in CIELAB so that equal steps look equal.
#include <array>
#include <cstdint>

namespace gradpath::tools {

struct Colour {
    std::uint8_t red = 0, green = 0, blue = 0;
    bool operator==(const Colour&) const = default;
};
/// Lightness 0 .. 100, green to red, blue to yellow (CIE 1976, white point D65).
struct Lab {
    double lightness = 0, a = 0, b = 0;
};
Lab to_lab(Colour colour);
/// The nearest sRGB colour; what lies outside of sRGB is cut.
Colour to_colour(const Lab& lab);

enum class Theme { light, dark };

/// Blue for -1, the paper for 0, red for 1; beyond is cut; NaN is the colour of missing().
Colour diverging(double t, Theme theme = Theme::light);
/// The paper for 0, ink for 1; beyond is cut; NaN is the colour of missing().
Colour sequential(double t, Theme theme = Theme::light);
/// A grey picture: black for 0, white for 1, in both themes.
Colour grey(double t);
/// What is shown where a number is NaN or infinite: on neither palette.
Colour missing();
/// The page around a picture: its paper, its ink, softer ink for notes, and lines.
struct Page {
    Colour paper, ink, soft, line;
};
Page page(Theme theme);

}  // namespace gradpath::tools

// Both arms of the diverging palette run on straight lines in CIELAB from neutral paper to end points of one lightness,
// so that equal values of either sign are equally prominent and no step stands out. Blue against red differs along b*
// for eyes without red or green cones, and along a* for eyes without blue cones, so every common deficiency keeps the
// sign. sRGB: IEC 61966-2-1; CIELAB: CIE 15, white point D65.
#include <gradpath/tools/report/colour.hpp>

#include <algorithm>
#include <cmath>

namespace gradpath::tools {
namespace {

constexpr std::array<double, 3> white{0.95047, 1.0, 1.08883};
constexpr double knee = 6.0 / 29.0;  // where the cube root of CIELAB becomes a line

struct Arms {
    Lab negative, zero, positive;
};
constexpr Arms light_arms{{38, 10, -46}, {100, 0, 0}, {38, 58, 34}};
constexpr Arms dark_arms{{70, -8, -40}, {10, 0, 0}, {70, 42, 30}};

double to_linear(std::uint8_t channel) {
    const double c = channel / 255.0;
    return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

std::uint8_t from_linear(double c) {
    const double curved = c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055;
    return static_cast<std::uint8_t>(std::lround(255 * std::clamp(curved, 0.0, 1.0)));
}

double root(double t) { return t > knee * knee * knee ? std::cbrt(t) : t / (3 * knee * knee) + 4.0 / 29.0; }

double cube(double t) { return t > knee ? t * t * t : 3 * knee * knee * (t - 4.0 / 29.0); }

Lab between(const Lab& from, const Lab& to, double t) {
    return {std::lerp(from.lightness, to.lightness, t), std::lerp(from.a, to.a, t), std::lerp(from.b, to.b, t)};
}

}  // namespace

Lab to_lab(Colour colour) {
    const double r = to_linear(colour.red), g = to_linear(colour.green), b = to_linear(colour.blue);
    const double x = root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / white[0]);
    const double y = root((0.2126729 * r + 0.7151522 * g + 0.0721750 * b) / white[1]);
    const double z = root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / white[2]);
    return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

Colour to_colour(const Lab& lab) {
    const double level = (lab.lightness + 16) / 116;
    const double x = white[0] * cube(level + lab.a / 500);
    const double y = white[1] * cube(level);
    const double z = white[2] * cube(level - lab.b / 200);
    return {from_linear(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
            from_linear(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
            from_linear(0.0556434 * x - 0.2040259 * y + 1.0572252 * z)};
}

Colour diverging(double t, Theme theme) {
    if (std::isnan(t)) return missing();
    const Arms& arms = theme == Theme::light ? light_arms : dark_arms;
    return to_colour(between(arms.zero, t < 0 ? arms.negative : arms.positive, std::min(std::abs(t), 1.0)));
}

Colour sequential(double t, Theme theme) {
    if (std::isnan(t)) return missing();
    const double ink = theme == Theme::light ? 10 : 95;
    const double paper = theme == Theme::light ? light_arms.zero.lightness : dark_arms.zero.lightness;
    return to_colour({std::lerp(paper, ink, std::clamp(t, 0.0, 1.0)), 0, 0});
}

Colour grey(double t) {
    if (std::isnan(t)) return missing();
    const auto level = static_cast<std::uint8_t>(std::lround(255 * std::clamp(t, 0.0, 1.0)));
    return {level, level, level};
}

Colour missing() { return {240, 200, 60}; }

Page page(Theme theme) {
    return theme == Theme::light ? Page{{255, 255, 255}, {28, 32, 38}, {91, 100, 114}, {170, 176, 186}}
                                 : Page{{22, 24, 29}, {226, 229, 235}, {152, 161, 175}, {88, 96, 108}};
}

}  // namespace gradpath::tools

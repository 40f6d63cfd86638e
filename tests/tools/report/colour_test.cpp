#include <gradpath/tools/report/colour.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/random.hpp>

using namespace gradpath;
using namespace gradpath::tools;

namespace {

constexpr std::array themes{Theme::light, Theme::dark};
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

double distance(const Lab& a, const Lab& b) {  // CIE 1976: about 2.3 is just noticeable
    return std::hypot(a.lightness - b.lightness, a.a - b.a, a.b - b.b);
}

/// What an eye without one kind of cones sees: Machado, Oliveira & Fernandes 2009, severity 1, on linear sRGB.
using Deficiency = std::array<std::array<double, 3>, 3>;
constexpr std::array<Deficiency, 3> deficiencies{{
    {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
    {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
    {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}},
}};
Colour seen(Colour colour, const Deficiency& eye) {
    const auto linear = [](int c) { return c <= 10 ? c / 255.0 / 12.92 : std::pow((c / 255.0 + 0.055) / 1.055, 2.4); };
    const std::array in{linear(colour.red), linear(colour.green), linear(colour.blue)};
    std::array<std::uint8_t, 3> out{};
    for (std::size_t i = 0; i < 3; ++i) {
        const double c = std::clamp(eye[i][0] * in[0] + eye[i][1] * in[1] + eye[i][2] * in[2], 0.0, 1.0);
        out[i] = static_cast<std::uint8_t>(
            std::lround(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055)));
    }
    return {out[0], out[1], out[2]};
}

}  // namespace

TEST_CASE("zero is neutral paper: white in light, near black in dark") {
    CHECK(diverging(0, Theme::light) == Colour{255, 255, 255});
    for (const Theme theme : themes) {
        const Lab zero = to_lab(diverging(0, theme));
        CHECK(std::hypot(zero.a, zero.b) < 1);
        CHECK(diverging(0, theme) == sequential(0, theme));
    }
    CHECK(to_lab(diverging(0, Theme::dark)).lightness < 12);
}

TEST_CASE("both signs are equally light and lightness falls in even steps from zero") {
    for (const Theme theme : themes) {
        const double from = to_lab(diverging(0, theme)).lightness, to = to_lab(diverging(1, theme)).lightness;
        for (int i = 0; i <= 50; ++i) {
            const double t = i / 50.0, expected = std::lerp(from, to, t);
            CHECK(std::abs(to_lab(diverging(t, theme)).lightness - expected) < 1);
            CHECK(std::abs(to_lab(diverging(-t, theme)).lightness - expected) < 1);
            CHECK(std::abs(to_lab(sequential(t, theme)).lightness - std::lerp(to_lab(sequential(0, theme)).lightness,
                                                                              to_lab(sequential(1, theme)).lightness,
                                                                              t)) < 1);
        }
    }
}

TEST_CASE("the sign can be told with every colour-vision deficiency") {
    for (const Theme theme : themes) {
        for (const double t : {0.25, 0.5, 1.0}) {
            const Colour blue = diverging(-t, theme), red = diverging(t, theme);
            CHECK(distance(to_lab(blue), to_lab(red)) > 60 * t);
            for (const Deficiency& eye : deficiencies) {
                CHECK(distance(to_lab(seen(blue, eye)), to_lab(seen(red, eye))) > 40 * t);
            }
        }
    }
}

TEST_CASE("colours beyond the ends are the ends, and NaN is on no palette") {
    for (const Theme theme : themes) {
        CHECK(diverging(7, theme) == diverging(1, theme));
        CHECK(diverging(-7, theme) == diverging(-1, theme));
        CHECK(sequential(-1, theme) == sequential(0, theme));
        CHECK(diverging(not_a_number, theme) == missing());
        for (int i = -50; i <= 50; ++i) CHECK(distance(to_lab(diverging(i / 50.0, theme)), to_lab(missing())) > 20);
    }
    CHECK(grey(0) == Colour{0, 0, 0});
    CHECK(grey(1) == Colour{255, 255, 255});
}

TEST_CASE("CIELAB and sRGB undo each other") {
    const Indices values = random::integers({300}, 256, 9);
    for (Index i = 0; i < 300; i += 3) {
        const auto channel = [&](Index k) { return static_cast<std::uint8_t>(values[i + k]); };
        const Colour colour{channel(0), channel(1), channel(2)};
        CHECK(to_colour(to_lab(colour)) == colour);
    }
    CHECK(to_lab({255, 255, 255}).lightness == doctest::Approx(100).epsilon(1e-6));
}

// Plain loops over pixels. Everything that is drawn is clipped at the edges, so callers need not care.
#include <gradpath/tools/report/picture.hpp>

#include <algorithm>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/font.hpp>

namespace gradpath::tools {
namespace {

constexpr Index longest_side = 32768;
constexpr Index dots_high = 10;  // seven, two for descenders, one between lines

std::size_t place(const Picture& picture, Index x, Index y) {
    return static_cast<std::size_t>((y * picture.width + x) * picture.channels);
}

/// A piece of a row; both pictures have as many channels, and it lies within both.
void copy_pixels(const Picture& from, Index x, Index y, Index count, Picture& onto, Index to_x, Index to_y) {
    std::copy_n(from.pixels.data() + place(from, x, y), count * from.channels,
                onto.pixels.data() + place(onto, to_x, to_y));
}

Index dots_wide(std::string_view rows) { return static_cast<Index>(std::min(rows.find(' '), rows.size())); }

/// UTF-8 continuation bytes belong to the letter before them.
bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

Picture blank(Index width, Index height, Colour colour) {
    require(width >= 0 && height >= 0 && width <= longest_side && height <= longest_side,
            "picture: a side must be 0 to 32768 pixels: got ", width, " by ", height, "; enlarge less");
    Picture picture{width, height, 3, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3))};
    fill(picture, 0, 0, width, height, colour);
    return picture;
}

Colour pixel(const Picture& picture, Index x, Index y) {
    const std::uint8_t* p = picture.pixels.data() + place(picture, x, y);
    return picture.channels < 3 ? Colour{p[0], p[0], p[0]} : Colour{p[0], p[1], p[2]};
}

void set_pixel(Picture& picture, Index x, Index y, Colour colour) {
    if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return;
    std::uint8_t* p = picture.pixels.data() + place(picture, x, y);
    p[0] = colour.red;
    p[1] = colour.green;
    p[2] = colour.blue;
}

void fill(Picture& picture, Index x, Index y, Index width, Index height, Colour colour) {
    const Index left = std::max<Index>(x, 0), right = std::min(x + width, picture.width), top = std::max<Index>(y, 0),
                bottom = std::min(y + height, picture.height);
    if (left >= right || top >= bottom) return;
    for (Index i = left; i < right; ++i) set_pixel(picture, i, top, colour);
    for (Index j = top + 1; j < bottom; ++j) copy_pixels(picture, left, top, right - left, picture, left, j);
}

void outline(Picture& picture, Index x, Index y, Index width, Index height, Colour colour) {
    fill(picture, x, y, width, 1, colour);
    fill(picture, x, y + height - 1, width, 1, colour);
    fill(picture, x, y, 1, height, colour);
    fill(picture, x + width - 1, y, 1, height, colour);
}

void paste(Picture& onto, const Picture& from, Index x, Index y) {
    const Index left = std::max<Index>(-x, 0), right = std::min(from.width, onto.width - x);
    const Index top = std::max<Index>(-y, 0), bottom = std::min(from.height, onto.height - y);
    for (Index j = top; j < bottom && left < right; ++j)
        copy_pixels(from, left, j, right - left, onto, x + left, y + j);
}

Picture enlarge(const Picture& picture, Index factor) {
    require(factor >= 1, "picture: the factor must be at least 1: got ", factor, "; 1 keeps the size");
    Picture large = blank(picture.width * factor, picture.height * factor, {});
    for (Index y = 0; y < large.height; ++y) {
        if (y % factor > 0) {
            copy_pixels(large, 0, y - 1, large.width, large, 0, y);
            continue;
        }
        for (Index x = 0; x < large.width; ++x) set_pixel(large, x, y, pixel(picture, x / factor, y / factor));
    }
    return large;
}

void draw_text(Picture& picture, Index x, Index y, std::string_view line, Colour colour, Index scale) {
    for (char letter : line) {
        if (continues(letter)) continue;
        const std::string_view rows = glyph(letter);
        const Index wide = dots_wide(rows);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (rows[i] != '#') continue;
            const auto column = static_cast<Index>(i) % (wide + 1), row = static_cast<Index>(i) / (wide + 1);
            fill(picture, x + column * scale, y + row * scale, scale, scale, colour);
        }
        x += (wide + 1) * scale;
    }
}

void draw_lines(Picture& picture, Index x, Index y, const std::vector<std::string>& lines, Colour colour) {
    for (const std::string& line : lines) {
        draw_text(picture, x, y, line, colour);
        y += text_height();
    }
}

Index text_width(std::string_view line, Index scale) {
    Index dots = 0;
    for (char letter : line) dots += continues(letter) ? 0 : dots_wide(glyph(letter)) + 1;
    return std::max<Index>(dots - 1, 0) * scale;
}

Index text_height(Index scale) { return dots_high * scale; }

std::vector<std::string> wrap(std::string_view line, Index width, Index scale) {
    std::vector<std::string> lines;
    while (!line.empty()) {
        const std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(word.size() + 1, line.size()));
        if (word.empty()) continue;
        const bool fits = !lines.empty() && text_width(lines.back() + " " + std::string(word), scale) <= width;
        if (fits) (lines.back() += " ") += word;
        else lines.emplace_back(word);
    }
    return lines;
}

}  // namespace gradpath::tools

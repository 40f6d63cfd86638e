#include <gradpath/tools/report/png.hpp>

#include <doctest/doctest.h>

#include <algorithm>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/tools/report/font.hpp>
#include <gradpath/tools/report/heatmap.hpp>

#include "autodiff/io/folder.hpp"

using namespace gradpath;
using namespace gradpath::tools;

namespace {

bool same_pixels(const Picture& a, const Picture& b) {
    return a.width == b.width && a.height == b.height && a.channels == b.channels && a.pixels == b.pixels;
}

Picture noise(Index width, Index height, Index channels) {
    Picture picture{width, height, channels, {}};
    const Indices values = random::integers({width * height * channels}, 256, 5);
    for (const Index value : values.data()) picture.pixels.push_back(static_cast<std::uint8_t>(value));
    return picture;
}

}  // namespace

TEST_CASE("every printable letter has a glyph of its own, 7 to 9 dots high") {
    std::vector<std::string_view> glyphs;
    for (char c = ' '; c <= '~'; ++c) {
        CAPTURE(c);
        const std::string_view rows = glyph(c);
        const std::size_t wide = rows.find(' ');
        CHECK((rows.size() + 1) % (wide + 1) == 0);
        CHECK((rows.size() + 1) / (wide + 1) >= 7);
        CHECK((rows.size() + 1) / (wide + 1) <= 9);
        CHECK(rows.find_first_not_of("#. ") == std::string_view::npos);
        glyphs.push_back(rows);
    }
    std::ranges::sort(glyphs);
    CHECK(std::ranges::adjacent_find(glyphs) == glyphs.end());
    CHECK(glyph('\x7f') == glyph('\n'));
}

TEST_CASE("text is as wide as it says and breaks at blanks") {
    Picture canvas = blank(200, 40, {255, 255, 255});
    draw_text(canvas, 0, 0, "Wide text", {0, 0, 0});
    Index right = 0;
    for (Index x = 0; x < canvas.width; ++x) {
        for (Index y = 0; y < canvas.height; ++y) right = pixel(canvas, x, y) == Colour{} ? x + 1 : right;
    }
    CHECK(right == text_width("Wide text"));
    CHECK(text_width("") == 0);
    CHECK(text_width("é") == text_width("\x7f"));
    CHECK(wrap("", 100).empty());
    CHECK(wrap("one two", 1000) == std::vector<std::string>{"one two"});
    CHECK(wrap("one  two", 1) == std::vector<std::string>{"one", "two"});
    CHECK_NOTHROW(draw_text(canvas, -50, 35, "beyond the edges of the picture", {0, 0, 0}));
}

TEST_CASE("what is drawn beyond the edges is cut, wherever it lies") {
    const Picture stamp = noise(3, 2, 3);
    for (const Index x : {-4, -1, 0, 2, 4, 9})
        for (const Index y : {-3, -1, 0, 3, 9}) {
            Picture pasted = noise(5, 4, 3), filled = pasted;
            const Picture before = pasted;
            paste(pasted, stamp, x, y);
            fill(filled, x, y, stamp.width, stamp.height, {1, 2, 3});
            for (Index i = 0; i < before.width; ++i)
                for (Index j = 0; j < before.height; ++j) {
                    const bool inside = i >= x && j >= y && i < x + stamp.width && j < y + stamp.height;
                    CHECK(pixel(pasted, i, j) == (inside ? pixel(stamp, i - x, j - y) : pixel(before, i, j)));
                    CHECK(pixel(filled, i, j) == (inside ? Colour{1, 2, 3} : pixel(before, i, j)));
                }
        }
}

TEST_CASE("an enlarged picture is made of squares, and is hardly larger as a file") {
    const Picture small = noise(20, 20, 3), large = enlarge(small, 14);
    CHECK(large.width == 280);
    for (Index i = 0; i < large.width; ++i)
        for (Index j = 0; j < large.height; ++j) CHECK(pixel(large, i, j) == pixel(small, i / 14, j / 14));
    CHECK(encode_png(large).size() < 6 * encode_png(small).size());
}

TEST_CASE("pictures survive the way through a PNG file") {
    for (const Index channels : {1, 2, 3, 4}) {
        for (const Index width : {1, 2, 7, 64}) {
            const Picture picture = noise(width, 5, channels);
            CHECK(same_pixels(decode_png(encode_png(picture)), picture));
        }
    }
    const TempFolder folder;
    const Picture picture = noise(9, 9, 3);
    write_png(folder / "a.png", picture);
    CHECK(same_pixels(read_png(folder / "a.png"), picture));
    CHECK(folder.entries() == 1);
}

TEST_CASE("palettes, 16 bits and low depths are read as 8 bits") {
    // 2 by 1 pixels each, written by hand: signature, IHDR, PLTE where needed, IDAT, IEND.
    const TempFolder folder;
    struct Case {
        const char* name;
        std::string bytes;
        Picture expected;
    };
    const auto chunk = [](const std::string& kind_and_data) {
        std::uint32_t crc = 0xffffffffu;
        for (const char c : kind_and_data) {
            crc ^= static_cast<unsigned char>(c);
            for (int k = 0; k < 8; ++k) crc = crc & 1u ? crc >> 1 ^ 0xedb88320u : crc >> 1;
        }
        const auto word = [](std::uint32_t v) {
            return std::string{static_cast<char>(v >> 24), static_cast<char>(v >> 16), static_cast<char>(v >> 8),
                               static_cast<char>(v)};
        };
        return word(static_cast<std::uint32_t>(kind_and_data.size() - 4)) + kind_and_data + word(~crc);
    };
    const auto stored = [](const std::string& raw) {  // zlib with one stored block
        std::uint32_t a = 1, b = 0;
        for (const char c : raw) {
            a = (a + static_cast<unsigned char>(c)) % 65521;
            b = (b + a) % 65521;
        }
        const auto size = static_cast<unsigned>(raw.size());
        std::string out{'\x78',
                        '\x01',
                        '\x01',
                        static_cast<char>(size),
                        static_cast<char>(size >> 8),
                        static_cast<char>(~size),
                        static_cast<char>(~size >> 8)};
        out += raw;
        for (const std::uint32_t v : {b >> 8, b, a >> 8, a}) out += static_cast<char>(v);
        return out;
    };
    const auto file = [&](char depth, char kind, const std::string& palette, const std::string& raw) {
        const std::string header{'I', 'H', 'D', 'R', 0, 0, 0, 2, 0, 0, 0, 1, depth, kind, 0, 0, 0};
        return "\x89PNG\r\n\x1a\n" + chunk(header) + (palette.empty() ? "" : chunk("PLTE" + palette)) +
               chunk("IDAT" + stored(raw)) + chunk("IEND");
    };
    using namespace std::string_literals;
    const std::vector<Case> cases{
        {"palette", file(8, 3, "\x0a\x14\x1e\xc8\x64\x32"s, "\0\x01\0"s), {2, 1, 3, {200, 100, 50, 10, 20, 30}}},
        {"16 bit grey", file(16, 0, "", "\0\xff\xff\x80\x00"s), {2, 1, 1, {255, 128}}},
        {"1 bit grey", file(1, 0, "", "\0\x40"s), {2, 1, 1, {0, 255}}},
        {"16 bit rgb",
         file(16, 2, "", "\0\0\0\xff\xff\x80\x80\x12\x12\0\0\x01\x01"s),
         {2, 1, 3, {0, 255, 128, 18, 0, 1}}},
    };
    for (const Case& one : cases) {
        CAPTURE(one.name);
        CHECK(same_pixels(decode_png(one.bytes), one.expected));
    }
}

TEST_CASE("malformed PNG files are refused, whatever is wrong with them") {
    CHECK_THROWS_WITH_AS(decode_png("", "a.png"), "png: cannot read a.png: the file ends early; a PNG file is expected",
                         IoError);
    CHECK_THROWS_WITH_AS(decode_png("GIF89a, not a picture of ours", "a.png"),
                         "png: cannot read a.png: Not a PNG file; a PNG file is expected", IoError);
    CHECK_THROWS_AS(read_png("/nowhere/at/all.png"), IoError);
    const Outcome outcome =
        read_damaged(encode_png(noise(12, 9, 3)), [](const std::string& bytes) { decode_png(bytes); });
    CHECK(outcome.refused > 3000);  // a CRC guards every chunk; only bits outside of the critical ones may pass
    CHECK_THROWS_WITH_AS(encode_png({}),
                         "png: pixels must fit the sizes: got 0 by 0 with 3 channels and 0 bytes; sides and channels "
                         "(1 to 4) must be positive",
                         ValueError);
    CHECK_THROWS_AS(encode_png({2, 2, 3, std::vector<std::uint8_t>(11)}), ValueError);
    CHECK_THROWS_AS(blank(40'000, 1, {}), ValueError);
}

TEST_CASE("the same picture gives the same bytes") {
    const Tensor a = random::normal({8, 8}, {.seed = 4});
    CHECK(encode_png(heatmap(a, {.title = "t"})) == encode_png(heatmap(a, {.title = "t"})));
}

// Escaping is done once, where text enters markup. Numbers go through std::to_chars, which knows no locale.
#include <gradpath/tools/report/markup.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/utf8.hpp>

namespace gradpath::tools {
namespace {

std::string_view entity(char c) {
    switch (c) {
        case '&': return "&amp;";
        case '<': return "&lt;";
        case '>': return "&gt;";
        case '"': return "&quot;";
        case '\'': return "&#39;";
        default: return {};
    }
}

}  // namespace

std::string escape(std::string_view words) {
    std::string safe;
    while (!words.empty()) {
        const std::size_t size = io::letter_size(words);
        const char c = words[0];
        const bool dropped =
            size == 1 && ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f);
        if (size == 0) safe += "\xef\xbf\xbd";
        else if (!entity(c).empty()) safe += entity(c);
        else if (!dropped) safe += words.substr(0, size);
        words.remove_prefix(size == 0 ? 1 : size);
    }
    return safe;
}

std::size_t letters(std::string_view words) {
    const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; };
    return static_cast<std::size_t>(std::count_if(words.begin(), words.end(), begins));
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string encoded;
    encoded.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            encoded += i + j <= bytes.size() ? digits[group >> (18 - 6 * j) & 63u] : '=';
        }
    }
    return encoded;
}

std::string coordinate(double value) {
    std::array<char, 400> buffer;
    const double rounded = std::round(value * 100) / 100 + 0.0;  // no -0
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), rounded, std::chars_format::fixed).ptr;
    return {buffer.data(), end};
}

std::string svg_line(double x1, double y1, double x2, double y2, const char* kind) {
    return text("<line class=\"", kind, "\" x1=\"", coordinate(x1), "\" y1=\"", coordinate(y1), "\" x2=\"",
                coordinate(x2), "\" y2=\"", coordinate(y2), "\"/>");
}

std::string svg_label(double x, double y, const std::string& words, const char* anchor, const char* more) {
    return text("<text x=\"", coordinate(x), "\" y=\"", coordinate(y), "\" text-anchor=\"", anchor, "\"", more, ">",
                escape(words), "</text>");
}

double room_for_names(std::size_t letters) {
    constexpr double letter = 7.2;
    return std::clamp(letter * static_cast<double>(letters) + 20, 150.0, 360.0);
}

std::string number_text(double value, int digits) {
    std::array<char, 64> buffer;
    char* const full = buffer.data() + buffer.size();
    std::string shown(buffer.data(), std::to_chars(buffer.data(), full, value, std::chars_format::general, digits).ptr);
    const std::size_t power = shown.find('e');  // 1e-05 reads better as 1e-5, and 1e+20 as 1e20
    if (power == std::string::npos) return shown;
    const bool negative = shown[power + 1] == '-';
    const std::string exponent = shown.substr(shown.find_first_not_of("+-0", power + 1));
    return shown.substr(0, power + 1) + (negative ? "-" : "") + exponent;
}

}  // namespace gradpath::tools

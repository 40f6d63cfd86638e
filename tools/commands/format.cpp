// Widths count letters, not bytes, so that texts in UTF-8 line up.
#include <gradpath/tools/commands/format.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sstream>

#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {
namespace {

std::string printed(const char* format, int precision, double value) {
    std::array<char, 400> text{};
    std::snprintf(text.data(), text.size(), format, precision, value);
    return text.data();
}

bool breaks_line(char c) { return c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::string fixed(double value, int decimals) { return std::isnan(value) ? "-" : printed("%.*f", decimals, value); }

std::string percent(double share) { return std::isnan(share) ? "-" : printed("%.*f", 2, 100 * share) + " %"; }

std::string short_number(double value, int digits) { return std::isnan(value) ? "-" : printed("%.*g", digits, value); }

std::string table_text(const std::vector<std::vector<std::string>>& rows, const std::vector<std::size_t>& left) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()), 0);
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], letters(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - letters(row[i]), ' ');
            const bool flush_left = std::ranges::find(left, i) != left.end();
            line += (i == 0 ? "" : "  ") + (flush_left ? row[i] + pad : pad + row[i]);
            std::ranges::replace_if(line, breaks_line, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
    std::istringstream words(text);
    std::string lines, line;
    for (std::string word; words >> word;) {
        if (!line.empty() && indent + letters(line) + 1 + letters(word) > width) {
            lines += std::string(indent, ' ') + line + "\n";
            line.clear();
        }
        line += (line.empty() ? "" : " ") + word;
    }
    return lines + std::string(indent, ' ') + line + "\n";
}

}  // namespace gradpath::tools

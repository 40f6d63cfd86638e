// Levenshtein's distance by dynamic programming over one row: after letter i of `a`, row[j] is the least number of
// edits from the first i letters of `a` to the first j of `b` (Wagner & Fischer 1974).
#include <gradpath/models/data/nearest.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

namespace gradpath::models {
namespace {

std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j + 1] + 1, row[j] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_name(std::string_view word, std::span<const std::string_view> names) {
    std::string_view best;
    std::size_t fewest = 4;
    for (const std::string_view name : names) {
        const std::size_t count = edits(word, name);
        if (count >= fewest || 3 * count > std::max(word.size(), name.size())) continue;
        fewest = count;
        best = name;
    }
    return std::string(best);
}

}  // namespace gradpath::models

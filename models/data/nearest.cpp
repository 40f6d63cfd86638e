// Levenshtein's distance by dynamic programming over rows, with a swap of neighbours as one edit: after letter i of
// `a`, row[j] is the least number of edits from the first i letters of `a` to the first j of `b`, where no letter is
// edited twice (Wagner & Fischer 1974; Damerau 1964).
#include <gradpath/models/data/nearest.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

namespace gradpath::models {
namespace {

std::size_t edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1), above(b.size() + 1), before(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before.swap(above);
        above.swap(row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({replaced, above[j] + 1, row[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
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

std::string suggestion(std::string_view word, std::span<const std::string_view> names) {
    const std::string near = nearest_name(word, names);
    return near.empty() ? "" : "; did you mean \"" + near + "\"?";
}

std::string suggestion_or_names(std::string_view word, std::span<const std::string_view> names) {
    const std::string near = suggestion(word, names);
    return near.empty() ? "; there are " + name_list(std::vector<std::string>(names.begin(), names.end())) : near;
}

std::string name_list(std::span<const std::string> names, std::string_view between) {
    std::string list;
    for (const std::string& name : names)
        (list += list.empty() ? "" : between) += name.find(',') == name.npos ? name : "\"" + name + "\"";
    return list;
}

}  // namespace gradpath::models

#include <gradpath/attribution/geometry/remedies.hpp>

#include <vector>

namespace gradpath::attribution::geometry {

std::string remedies(std::initializer_list<Remedy> all) {
    std::vector<std::string> open;
    for (const auto& [is_open, words] : all)
        if (is_open) open.emplace_back(words);
    std::string list = open.front();
    for (std::size_t k = 1; k < open.size(); ++k) list += (k + 1 == open.size() ? ", or " : ", ") + open[k];
    return list;
}

}  // namespace gradpath::attribution::geometry

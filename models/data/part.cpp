// The three names of the command line's --split. A file is one set for every seed, so its cut must not know the seed:
// else a model trained under one would be tested under another on rows it was trained on.
#include <gradpath/models/data/part.hpp>

#include <array>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/models/data/nearest.hpp>

namespace gradpath::models {

Part part_named(std::string_view name) {
    constexpr std::array<std::string_view, 3> names{"train", "test", "all"};
    for (std::size_t i = 0; i < names.size(); ++i)
        if (name == names[i]) return static_cast<Part>(i);
    const std::string nearest = nearest_name(name, names);
    throw ValueError(text("data: the split must be train, test or all but is '", name, "'",
                          nearest.empty() ? "" : text("; did you mean ", nearest, "?")));
}

RowSplit file_rows(const Indices& labels) {
    constexpr std::uint64_t order = 0x67726164;  // any constant will do; changing it moves rows between the parts
    return stratified_rows(labels, 0.8, order);
}

DataSet part_of_file(const DataSet& data, Part part) {
    if (part == Part::all) return data;
    const RowSplit rows = file_rows(data.labels);
    return subset(data, part == Part::train ? rows.first : rows.second);
}

}  // namespace gradpath::models

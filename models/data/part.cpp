// The three names of the command line's --split.
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

}  // namespace gradpath::models

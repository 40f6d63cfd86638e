// A known name makes or reads its data set; anything else must be a path that is there. Generated sets are made whole
// and cut by position, so training and test rows never coincide; another seed is another set. A file is one set for
// every seed, so its cut must not know the seed: else a model trained under one would be tested under another on rows
// it was trained on.
#include <gradpath/models/data/load.hpp>

#include <algorithm>
#include <array>
#include <filesystem>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/models/data/nearest.hpp>
#include <gradpath/models/data/shapes.hpp>
#include <gradpath/models/data/two_moons.hpp>

namespace gradpath::models {
namespace {

namespace fs = std::filesystem;

// The first rows are to train on.
DataSet cut_at(Index train_rows, const DataSet& data, Part part) {
    if (part == Part::all) return data;
    return part == Part::train ? subset(data, 0, train_rows) : subset(data, train_rows, data.labels.size());
}

// A random four fifths are: always the same for a number of rows.
DataSet cut_at_random(const DataSet& data, Part part) {
    if (part == Part::all) return data;
    constexpr std::uint64_t order = 0x67726164;  // any constant will do; changing it moves rows between the parts
    Split parts = split(data, 0.8, order);
    return part == Part::train ? parts.first : parts.second;
}

[[noreturn]] void unknown(const std::string& name) {
    require<IoError>(name.find('/') == name.npos && !name.ends_with(".npz"), "data: no such file or folder: ", name);
    constexpr std::array<std::string_view, 3> names{"fashion-mnist", "moons", "shapes"};
    const std::string nearest = nearest_name(name, names);
    throw ValueError(
        text("data: there is no data set '", name, "'", nearest.empty() ? "" : text("; did you mean ", nearest, "?"),
             "; known are fashion-mnist, moons, shapes, a folder of IDX files, and .npz files with x and y"));
}

}  // namespace

DataSet npz_data_set(const std::string& path) {
    const Tensor x = io::read_npz(path, "x", {.integers = DType::float32}).to(DType::float32);
    const Indices y = io::read_npz_indices(path, "y");
    DataSet data{fs::path(path).stem().string(), x, y, {}};
    const Index most = y.size() == 0 ? -1 : *std::max_element(y.data().begin(), y.data().end());
    require<IoError>(most < 1'000'000, "npz: y must hold classes, small whole numbers: ", most, " (", path, ")");
    for (Index i = 0; i <= most; ++i) data.classes.push_back(std::to_string(i));
    try {
        check(data);
    } catch (const Error& error) {
        throw IoError(text(error.what(), " (", path, ")"));
    }
    return data;
}

DataSet load(const std::string& name, const std::string& split_name, std::uint64_t seed) {
    const Part part = part_named(split_name);
    if (name == "fashion-mnist") return fashion_mnist({.part = part});
    if (name == "moons") return cut_at(7500, two_moons({.seed = seed}), part);
    if (name == "shapes") return cut_at(4000, shapes({.rows = 5000, .seed = seed}).data, part);
    if (fs::is_directory(name)) return idx_folder(name, part);
    if (!fs::exists(name)) unknown(name);
    require<IoError>(name.ends_with(".npz"), "data: a file must be an .npz with x and y: ", name);
    return cut_at_random(npz_data_set(name), part);
}

}  // namespace gradpath::models

// A known name makes or reads its data set; anything else must be a path that is there. Generated sets are made whole
// and cut by position, so training and test rows never coincide; another seed is another set.
#include <gradpath/models/data/load.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <span>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/models/data/cifar10.hpp>
#include <gradpath/models/data/circles.hpp>
#include <gradpath/models/data/csv_data.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/models/data/image_folder.hpp>
#include <gradpath/models/data/nearest.hpp>
#include <gradpath/models/data/shapes.hpp>
#include <gradpath/models/data/spirals.hpp>
#include <gradpath/models/data/two_moons.hpp>

namespace gradpath::models {
namespace {

namespace fs = std::filesystem;

// The first rows are to train on.
DataSet cut_at(Index train_rows, const DataSet& data, Part part) {
    if (part == Part::all) return data;
    return part == Part::train ? subset(data, 0, train_rows) : subset(data, train_rows, data.labels.size());
}

bool is_cifar10_file(const std::string& name) { return name.ends_with(".bin") || name.ends_with(".bin.gz"); }
bool is_file_name(const std::string& name) { return name.ends_with(".npz") || is_csv(name) || is_cifar10_file(name); }

[[noreturn]] void unknown(const std::string& name) {
    require<IoError>(name.find('/') == name.npos && !is_file_name(name), "data: no such file or folder: ", name);
    constexpr std::array<std::string_view, 5> names{"circles", "fashion-mnist", "moons", "shapes", "spirals"};
    throw ValueError(text("data: there is no data set \"", name,
                          "\": there are circles, fashion-mnist, moons, shapes, spirals, and files and folders",
                          suggestion(name, names)));
}

bool is_idx_folder(const fs::path& folder) {
    const fs::directory_iterator files(folder);
    return std::any_of(begin(files), end(files), [](const fs::directory_entry& file) {
        return file.path().filename().string().find("-ubyte") != std::string::npos;
    });
}

DataSet load_folder(const std::string& name, Part part) {
    if (is_idx_folder(name)) return idx_folder(name, part);
    if (is_cifar10_folder(name)) return cifar10(name, part);
    require<IoError>(
        is_image_folder(name),
        "data: a folder must hold IDX files, CIFAR-10's batches, or folders of PNG images by class: ", name);
    return image_folder(name, part);
}

// Files of tables are held to the same.
void require_finite(const Tensor& x, const std::string& path) {
    const Index row = x.rows() == 0 ? 1 : std::max<Index>(x.size() / x.rows(), 1);
    const std::span<const float> numbers = x.data<float>();
    const auto bad = std::ranges::find_if(numbers, [](float number) { return !std::isfinite(number); });
    require<IoError>(bad == numbers.end(), "npz: x must be finite and fit float32: row ", (bad - numbers.begin()) / row,
                     " (from 0) does not (", path, ")");
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
    require_finite(x, path);
    return data;
}

DataSet load(const std::string& name, const std::string& split_name, std::uint64_t seed, const ReadTable& table) {
    const Part part = part_named(split_name);
    if (name == "fashion-mnist") return fashion_mnist({.part = part});
    if (name == "circles") return cut_at(7500, circles({.seed = seed}), part);
    if (name == "moons") return cut_at(7500, two_moons({.seed = seed}), part);
    if (name == "spirals") return cut_at(7500, spirals({.seed = seed}), part);
    if (name == "shapes") return cut_at(4000, shapes({.rows = 5000, .seed = seed}).data, part);
    if (fs::is_directory(name)) return load_folder(name, part);
    if (!fs::exists(name)) unknown(name);
    require<IoError>(is_file_name(name),
                     "data: a file must be a .csv, an .npz with x and y, or a .bin of CIFAR-10: ", name);
    if (is_csv(name)) return csv_data_set(name, part, table);
    return is_cifar10_file(name) ? cifar10(name, part) : part_of_file(npz_data_set(name), part);
}

}  // namespace gradpath::models

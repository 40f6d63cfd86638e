// Images are decoded first and become numbers when it is known whether one of them has colours. All of the folder are
// read for every part, so that the parts agree in size and channels.
#include <gradpath/models/data/image_folder.hpp>

#include <algorithm>

#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/autodiff/io/utf8.hpp>
#include <gradpath/models/data/png.hpp>

namespace gradpath::models {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

struct Images {
    Names classes, files;
    std::vector<Pixels> pixels;
    std::vector<Index> labels;
};

bool is_png(const fs::path& file) { return file.extension() == ".png" || file.extension() == ".PNG"; }

bool has_png(const fs::path& folder) {
    if (!fs::is_directory(folder)) return false;
    const fs::directory_iterator files(folder);
    return std::any_of(begin(files), end(files), [](const fs::directory_entry& file) { return is_png(file.path()); });
}

/// The folders in a folder that hold PNG files, in order of name.
Names class_folders(const fs::path& folder) {
    Names names;
    if (!fs::is_directory(folder)) return names;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
        if (has_png(entry.path())) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
}

bool is_parted(const fs::path& folder) {
    return !class_folders(folder / "train").empty() && !class_folders(folder / "test").empty();
}

void check_size(const Images& images, const Pixels& next, const std::string& file) {
    if (images.pixels.empty()) return;
    const Pixels& first = images.pixels[0];
    io::Fault{"images", file}.unless(next.width == first.width && next.height == first.height,
                                     "images must have one size: ", first.width, " by ", first.height, " in ",
                                     images.files[0], ", here ", next.width, " by ", next.height);
}

void append(Images& images, const fs::path& folder) {
    for (const std::string& name : class_folders(folder)) {
        const io::Fault fault{"images", (folder / name).string()};
        fault.unless(io::is_utf8(name), "the name of a class must be UTF-8");
        const auto known = std::ranges::find(images.classes, name);
        fault.unless(known != images.classes.end(), "a class to test must be one to train: \"", name, "\"");
        std::vector<fs::path> files;
        for (const fs::directory_entry& entry : fs::directory_iterator(folder / name))
            if (is_png(entry.path())) files.push_back(entry.path());
        std::ranges::sort(files);
        for (const fs::path& file : files) {
            Pixels next = read_png(file);
            check_size(images, next, file.string());
            images.pixels.push_back(std::move(next));
            images.files.push_back(file.string());
            images.labels.push_back(known - images.classes.begin());
        }
    }
}

DataSet data_set(const fs::path& folder, const Images& images) {
    const Pixels& first = images.pixels[0];
    const bool coloured = std::ranges::any_of(images.pixels, [](const Pixels& p) { return p.channels >= 3; });
    const Index rows = static_cast<Index>(images.pixels.size()), channels = coloured ? 3 : 1;
    std::vector<float> x;
    x.reserve(static_cast<std::size_t>(rows * channels * first.width * first.height));
    for (const Pixels& image : images.pixels) {
        const Tensor numbers = planes(image, channels);
        for (const double value : numbers.data<double>()) x.push_back(static_cast<float>(value));
    }
    return {folder.filename().string(), Tensor({rows, channels, first.height, first.width}, x),
            Indices({rows}, images.labels), images.classes};
}

}  // namespace

bool is_image_folder(const fs::path& folder) { return is_parted(folder) || !class_folders(folder).empty(); }

DataSet image_folder(const fs::path& folder, Part part) {
    const bool parted = is_parted(folder);
    Images images;
    const fs::path training = parted ? folder / "train" : folder;
    images.classes = class_folders(training);
    io::Fault{"images", folder.string()}.unless(!images.classes.empty(), "the folder must hold folders of PNG images");
    append(images, training);
    const auto rows = static_cast<Index>(images.labels.size());
    if (!parted) return part_of_file(data_set(folder, images), part);
    append(images, folder / "test");
    const DataSet all = data_set(folder, images);
    if (part == Part::all) return all;
    return part == Part::train ? subset(all, 0, rows) : subset(all, rows, all.labels.size());
}

}  // namespace gradpath::models

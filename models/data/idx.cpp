// An IDX file is two zero bytes, a type (8 for unsigned bytes), the number of axes, their lengths as big-endian 32-bit
// numbers, and the bytes. The lengths are checked against the bytes that are there before anything is taken for them.
// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section on file formats.
#include <gradpath/models/data/idx.hpp>

#include <algorithm>

#include <gradpath/autodiff/io/element.hpp>
#include <gradpath/autodiff/io/file.hpp>

namespace gradpath::models {
namespace {

namespace fs = std::filesystem;

struct Files {
    Idx images, labels;
};

// The file of this name, or of this name with .gz.
fs::path present(const fs::path& folder, const std::string& name) {
    for (const fs::path& path : {folder / name, folder / (name + ".gz")})
        if (fs::exists(path)) return path;
    throw IoError(text("idx: the folder must hold ", name, " or ", name, ".gz (", folder.string(), ")"));
}

Files read_files(const fs::path& folder, const std::string& prefix) {
    const fs::path images = present(folder, prefix + "-images-idx3-ubyte"),
                   labels = present(folder, prefix + "-labels-idx1-ubyte");
    Files files{read_idx(images), read_idx(labels)};
    require<IoError>(files.images.shape.rank() == 3, "idx: images must have three axes: shape ", files.images.shape,
                     " (", images.string(), ")");
    require<IoError>(files.labels.shape == Shape{files.images.shape[0]},
                     "idx: there must be one label per image: images ", files.images.shape, ", labels ",
                     files.labels.shape, " (", labels.string(), ")");
    return files;
}

std::vector<std::string> numbered_classes(const fs::path& folder) {
    int most = -1;
    for (const std::string prefix : {"train", "t10k"})
        for (const char label : read_idx(present(folder, prefix + "-labels-idx1-ubyte")).bytes)
            most = std::max(most, int{static_cast<unsigned char>(label)});
    std::vector<std::string> classes;
    for (int i = 0; i <= most; ++i) classes.push_back(std::to_string(i));
    return classes;
}

DataSet data_set(const fs::path& folder, const Files& files, const std::vector<std::string>& classes) {
    const Shape& shape = files.images.shape;
    std::vector<float> pixels(files.images.bytes.size());
    std::transform(files.images.bytes.begin(), files.images.bytes.end(), pixels.begin(),
                   [](char byte) { return static_cast<float>(static_cast<unsigned char>(byte)) / 255.0f; });
    std::vector<Index> labels;
    for (const char label : files.labels.bytes) {
        labels.push_back(static_cast<unsigned char>(label));
        require<IoError>(static_cast<std::size_t>(labels.back()) < classes.size(), "idx: image ", labels.size() - 1,
                         " has label ", labels.back(), " but there are ", classes.size(), " classes (", folder.string(),
                         ")");
    }
    return {folder.filename().string(), Tensor({shape[0], 1, shape[1], shape[2]}, pixels), Indices({shape[0]}, labels),
            classes};
}

}  // namespace

Idx read_idx(const fs::path& path) {
    std::string bytes = io::read_gz(path);
    const io::Fault fault{"idx", path.string()};
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    fault.unless(bytes.size() >= 4 && byte(0) == 0 && byte(1) == 0,
                 "not an IDX file: it does not begin with two zero bytes");
    fault.unless(byte(2) == 8, "the numbers must be unsigned bytes (type 8): type ", int{byte(2)});
    const std::size_t rank = byte(3), begin = 4 + 4 * rank;
    fault.unless(rank >= 1 && rank <= static_cast<std::size_t>(Shape::max_rank),
                 "there must be one to eight axes: ", rank);
    fault.unless(bytes.size() >= begin, "the header ends early: it needs ", begin, " bytes, present ", bytes.size());
    std::vector<Index> lengths;
    for (std::size_t i = 4; i < begin; i += 4)
        lengths.push_back(Index{byte(i)} << 24 | Index{byte(i + 1)} << 16 | Index{byte(i + 2)} << 8 |
                          Index{byte(i + 3)});
    const Shape shape = io::checked_shape(fault, lengths, io::Element::u8);
    const auto needed = static_cast<std::size_t>(shape.size()), there = bytes.size() - begin;
    fault.unless(there >= needed, "the numbers end early: shape ", shape, " needs ", needed, " bytes, present ", there);
    fault.unless(there == needed, "bytes follow the numbers: shape ", shape, " needs ", needed, " bytes, present ",
                 there);
    bytes.erase(0, begin);
    return {shape, std::move(bytes)};
}

DataSet idx_folder(const fs::path& folder, Part part, std::vector<std::string> classes) {
    if (classes.empty()) classes = numbered_classes(folder);
    if (part != Part::all) return data_set(folder, read_files(folder, part == Part::train ? "train" : "t10k"), classes);
    Files both = read_files(folder, "train");
    const Files test = read_files(folder, "t10k");
    require<IoError>(both.images.shape.slice(1, 3) == test.images.shape.slice(1, 3),
                     "idx: training and test images differ in size: ", both.images.shape, " and ", test.images.shape,
                     " (", folder.string(), ")");
    const Index rows = both.images.shape[0] + test.images.shape[0];
    both = {{both.images.shape.with(0, rows), both.images.bytes + test.images.bytes},
            {{rows}, both.labels.bytes + test.labels.bytes}};
    return data_set(folder, both, classes);
}

}  // namespace gradpath::models

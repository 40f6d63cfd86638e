// All records of a part are read as one string of bytes, each file checked before.
#include <gradpath/models/data/cifar10.hpp>

#include <algorithm>

#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/utf8.hpp>

namespace gradpath::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t pixels = 3 * 32 * 32, record = 1 + pixels;

/// The files of the folder that are named so, with or without .gz, in order.
std::vector<fs::path> files_named(const fs::path& folder, std::string_view beginning) {
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (name.starts_with(beginning) && (name.ends_with(".bin") || name.ends_with(".bin.gz")))
            found.push_back(entry.path());
    }
    std::ranges::sort(found);
    return found;
}

std::vector<std::string> class_names(const fs::path& folder) {
    const fs::path file = folder / "batches.meta.txt";
    if (!fs::exists(file))
        return {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
    std::vector<std::string> names;
    std::string name;
    const std::string written = io::read_file(file);
    io::Fault{"cifar10", file.string()}.unless(io::is_utf8(written), "the names of the classes must be UTF-8");
    for (const char letter : written + "\n") {
        if (letter != '\n') name += letter == '\r' ? "" : std::string(1, letter);
        else if (!name.empty()) names.push_back(std::move(name)), name.clear();
    }
    return names;
}

void append_records(std::string& bytes, const fs::path& file, std::size_t classes) {
    const io::Fault fault{"cifar10", file.string()};
    const std::string more = io::read_gz(file);
    fault.unless(more.size() % record == 0, "records are ", record, " bytes: ", more.size(), " bytes end within one");
    for (std::size_t first = 0; first < more.size(); first += record) {
        const auto label = static_cast<unsigned char>(more[first]);
        fault.unless(label < classes, "image ", first / record, " has label ", int{label}, " but there are ", classes,
                     " classes");
    }
    bytes += more;
}

std::vector<fs::path> parts(const fs::path& folder, Part part) {
    std::vector<fs::path> files;
    for (const auto& [wanted, beginning] : {std::pair{Part::train, "data_batch"}, {Part::test, "test_batch"}}) {
        if (part != wanted && part != Part::all) continue;
        const std::vector<fs::path> found = files_named(folder, beginning);
        io::Fault{"cifar10", folder.string()}.unless(!found.empty(), "the folder must hold ", beginning,
                                                     wanted == Part::train ? "_1.bin .." : ".bin");
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

}  // namespace

bool is_cifar10_folder(const fs::path& folder) {
    return !files_named(folder, "data_batch").empty() || !files_named(folder, "test_batch").empty();
}

DataSet cifar10(const fs::path& path, Part part) {
    const bool folder = fs::is_directory(path);
    const std::vector<std::string> classes = class_names(folder ? path : path.parent_path());
    std::string bytes;
    for (const fs::path& file : folder ? parts(path, part) : std::vector{path})
        append_records(bytes, file, classes.size());
    const std::size_t rows = bytes.size() / record;
    std::vector<float> x(rows * pixels);
    std::vector<Index> labels;
    for (std::size_t row = 0; row < rows; ++row) {
        labels.push_back(static_cast<unsigned char>(bytes[row * record]));
        for (std::size_t i = 0; i < pixels; ++i)
            x[row * pixels + i] = static_cast<float>(static_cast<unsigned char>(bytes[row * record + 1 + i])) / 255.0f;
    }
    const auto count = static_cast<Index>(rows);
    const DataSet data{path.filename().string(), Tensor({count, 3, 32, 32}, x), Indices({count}, labels), classes};
    return folder ? data : part_of_file(data, part);
}

}  // namespace gradpath::models

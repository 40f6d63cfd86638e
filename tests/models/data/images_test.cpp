// Images from files: CIFAR-10's records and folders of PNG, written here and, where they are, the real ones.
#include <doctest/doctest.h>

#include <algorithm>

#include <png.h>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/models/data/cifar10.hpp>
#include <gradpath/models/data/image_folder.hpp>
#include <gradpath/models/data/load.hpp>
#include <gradpath/models/data/png.hpp>

#include "../scratch.hpp"
#include "support/real_data.hpp"

using namespace gradpath;
using namespace gradpath::models;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

std::string record(int label, int level) {
    return std::string(1, static_cast<char>(label)) + std::string(3072, static_cast<char>(level));
}

/// An image of one level: 1 to 4 channels.
void write_png(const fs::path& path, unsigned width, unsigned height, unsigned channels, int level) {
    constexpr png_uint_32 formats[] = {PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA};
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = formats[channels - 1];
    const std::string pixels(std::size_t{width} * height * channels, static_cast<char>(level));
    fs::create_directories(path.parent_path());
    REQUIRE(png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0, nullptr) != 0);
}

std::string message(const fs::path& folder, Part part = Part::all) {
    try {
        load(folder.string(), part == Part::all ? "all" : "train");
    } catch (const IoError& error) {
        return error.what();
    }
    return "read";
}

}  // namespace

TEST_CASE("a folder of CIFAR-10's batches has its training rows in order of name and the names of its classes") {
    const Scratch folder;
    io::write_file(folder / "data_batch_2.bin", record(2, 255));
    io::write_file(folder / "data_batch_1.bin", record(1, 0) + record(0, 51));
    io::write_file(folder / "test_batch.bin", record(9, 102));
    const std::string name = (folder / "").string();
    const DataSet train = load(name), test = load(name, "test"), all = load(name, "all");
    CHECK(train.x.shape() == Shape{3, 3, 32, 32});
    CHECK(std::ranges::equal(train.labels.data(), std::vector<Index>{1, 0, 2}));
    CHECK(train.x.at(3072) == static_cast<double>(51 / 255.0f));
    CHECK(train.x.at(2 * 3072) == 1);
    CHECK(train.classes[9] == "truck");
    CHECK(test.labels[0] == 9);
    CHECK(all.x.rows() == 4);
    io::write_file(folder / "batches.meta.txt", "a\nb\r\nc\n\n");
    CHECK(cifar10(name, Part::train).classes == Names{"a", "b", "c"});
    CHECK(message(name) == "cifar10: image 0 has label 9 but there are 3 classes (" + name + "test_batch.bin)");
    io::write_file(folder / "batches.meta.txt", "caf\xe9\n");
    CHECK(message(name) == "cifar10: the names of the classes must be UTF-8 (" + name + "batches.meta.txt)");
}

TEST_CASE("records that are cut and parts that are missing are refused") {
    const Scratch folder;
    const std::string name = (folder / "x").string();
    fs::create_directories(name);
    io::write_file(folder / "x/data_batch_1.bin", record(1, 0) + "more");
    CHECK(message(name, Part::train) ==
          "cifar10: records are 3073 bytes: 3077 bytes end within one (" + name + "/data_batch_1.bin)");
    io::write_file(folder / "x/data_batch_1.bin", record(1, 0));
    CHECK(message(name) == "cifar10: the folder must hold test_batch.bin (" + name + ")");
}

TEST_CASE("a single file of records is cut like any file, and the real ones have a thousand images") {
    if (!have_real_data("cifar10")) return;
    const fs::path file = real_data("cifar10/train1000_lossless.bin.gz");
    const DataSet all = load(file.string(), "all");
    CHECK(all.x.shape() == Shape{1000, 3, 32, 32});
    CHECK(all.classes[static_cast<std::size_t>(all.labels[0])] == "frog");
    CHECK(all.classes[static_cast<std::size_t>(all.labels[1])] == "truck");
    CHECK(load(file.string()).x.rows() == 800);
    const DataSet test = load(real_data("cifar10/test1000_from_jpeg.bin.gz").string(), "test");
    CHECK(test.x.rows() == 200);
    for (Index k = 0; k < 10; ++k) CHECK(std::ranges::count(test.labels.data(), k) == 20);
}

TEST_CASE("a folder of folders of images has a class for each, grey if all of them are") {
    const Scratch folder;
    for (int i = 0; i < 5; ++i) {
        write_png(folder / ("dog/" + std::to_string(i) + ".png"), 3, 2, 1, 51);
        write_png(folder / ("cat/" + std::to_string(i) + ".PNG"), 3, 2, 2, 255);
    }
    io::write_file(folder / "dog/notes.txt", "other files are left alone");
    const std::string name = (folder / "").string();
    const DataSet all = load(name, "all");
    CHECK(all.classes == Names{"cat", "dog"});
    REQUIRE(all.x.shape() == Shape{10, 1, 2, 3});
    CHECK(all.x.at(0) == 1);
    CHECK(all.x.at(59) == static_cast<double>(static_cast<float>(51 / 255.0)));
    CHECK(load(name, "train").x.rows() == 8);
    CHECK(std::ranges::count(load(name, "test").labels.data(), 0) == 1);
    write_png(folder / "cat/colour.png", 3, 2, 3, 255);
    CHECK(load(name, "all").x.shape() == Shape{11, 3, 2, 3});
    write_png(folder / "caf\xe9/1.png", 3, 2, 3, 255);
    CHECK(message(name) == "images: the name of a class must be UTF-8 (" + name + "caf\xe9)");
}

TEST_CASE("folders train and test are the parts, and agree in classes, size and channels") {
    const Scratch folder;
    const std::string name = (folder / "set").string();
    write_png(folder / "set/train/a/1.png", 4, 4, 3, 0);
    write_png(folder / "set/train/b/1.png", 4, 4, 3, 255);
    write_png(folder / "set/test/b/1.png", 4, 4, 1, 255);
    const DataSet train = load(name), test = load(name, "test");
    CHECK(train.x.shape() == Shape{2, 3, 4, 4});
    CHECK(test.x.shape() == Shape{1, 3, 4, 4});
    CHECK(test.labels[0] == 1);
    CHECK(load(name, "all").x.rows() == 3);
    write_png(folder / "set/test/c/1.png", 4, 4, 1, 255);
    CHECK(message(name) == "images: a class to test must be one to train: \"c\" (" + name + "/test/c)");
    write_png(folder / "set/train/b/2.png", 4, 5, 3, 255);
    CHECK(message(name) == "images: images must have one size: 4 by 4 in " + name + "/train/a/1.png, here 4 by 5 (" +
                               name + "/train/b/2.png)");
    io::write_file(folder / "set/train/a/0.png", "hello, hello");
    CHECK(message(name) == "png: cannot read " + name + "/train/a/0.png: Not a PNG file; a PNG file is expected");
}

TEST_CASE("planes are grey by luma, colours by repetition, alpha dropped") {
    const Pixels grey{2, 1, 1, {0, 255}}, colour{1, 1, 4, {255, 0, 51, 7}};
    CHECK(same_bits(planes(grey, 3), Tensor({3, 1, 2}, {0, 1, 0, 1, 0, 1}, DType::float64)));
    CHECK(planes(colour, 3).at(2) == 0.2);
    CHECK(planes(colour, 1).item() == doctest::Approx(0.2126 + 0.0722 * 0.2));
    CHECK_THROWS_WITH_AS(planes(grey, 2), "planes: there are pictures of 1 or 3 channels: got 2", ValueError);
}

// Data sets from files. The real ones are read where they are, Fashion-MNIST where Debian puts it.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/models/data/load.hpp>

#include "support/folder.hpp"
#include "support/real_data.hpp"

using namespace gradpath;
using namespace gradpath::models;
using tests::TempFolder;
namespace fs = std::filesystem;

namespace {

std::string idx(const std::vector<unsigned>& lengths, const std::string& bytes) {
    std::string file{0, 0, 8, static_cast<char>(lengths.size())};
    for (const unsigned n : lengths)
        for (const int shift : {24, 16, 8, 0}) file += static_cast<char>(n >> shift & 255);
    return file + bytes;
}

// Two training images and one test image of 2 x 3.
void write_tiny(const fs::path& folder) {
    io::write_file(folder / "train-images-idx3-ubyte",
                   idx({2, 2, 3}, std::string("\x00\x33\xff\x66\x01\x02\x03\x04\x05\x06\x07\x08", 12)));
    io::write_file(folder / "train-labels-idx1-ubyte", idx({2}, std::string("\x02\x00", 2)));
    io::write_file(folder / "t10k-images-idx3-ubyte", idx({1, 2, 3}, "\xff\xff\xff\xff\xff\xff"));
    io::write_file(folder / "t10k-labels-idx1-ubyte", idx({1}, "\x03"));
}

std::string message(const std::string& bytes) {
    const TempFolder folder;
    io::write_file(folder.path / "x", bytes);
    try {
        read_idx(folder.path / "x");
    } catch (const IoError& error) {
        const std::string what = error.what(), name = " (" + (folder.path / "x").string() + ")";
        REQUIRE(what.ends_with(name));
        return what.substr(0, what.size() - name.size());
    }
    return "";
}

double label_share(const DataSet& data, Index label) {
    return static_cast<double>(std::ranges::count(data.labels.data(), label)) / static_cast<double>(data.labels.size());
}

}  // namespace

TEST_CASE("a folder of idx files becomes images in [0, 1] with classes up to its largest label") {
    const TempFolder folder;
    write_tiny(folder.path);
    const DataSet train = load(folder.path.string());
    REQUIRE(train.x.shape() == Shape{2, 1, 2, 3});
    CHECK(train.x.at(1) == static_cast<double>(51 / 255.0f));
    CHECK(train.x.at(2) == 1);
    CHECK(train.labels[0] == 2);
    CHECK(train.classes == std::vector<std::string>{"0", "1", "2", "3"});
    CHECK(load(folder.path.string(), "test").labels[0] == 3);
    const DataSet all = load(folder.path.string(), "all");
    CHECK(all.x.shape() == Shape{3, 1, 2, 3});
    CHECK(all.x.at(12) == 1);
    CHECK(all.labels[2] == 3);
}

TEST_CASE("a folder that does not fit together is refused") {
    const TempFolder folder;
    const std::string name = folder.path.string();
    CHECK_THROWS_WITH_AS(
        load(name),
        ("data: a folder must hold IDX files, CIFAR-10's batches, or folders of PNG images by class: " + name).c_str(),
        IoError);
    CHECK_THROWS_WITH_AS(
        idx_folder(name, Part::train),
        ("idx: the folder must hold train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz (" + name + ")").c_str(),
        IoError);
    write_tiny(folder.path);
    CHECK_THROWS_WITH_AS(idx_folder(name, Part::test, {"a", "b"}),
                         ("idx: image 0 has label 3 but there are 2 classes (" + name + ")").c_str(), IoError);
    io::write_file(folder.path / "train-labels-idx1-ubyte", idx({3}, "abc"));
    CHECK_THROWS_WITH_AS(
        load(name),
        ("idx: there must be one label per image: images (2, 2, 3), labels (3,) (" + name + "/train-labels-idx1-ubyte)")
            .c_str(),
        IoError);
    io::write_file(folder.path / "t10k-images-idx3-ubyte", idx({1, 6}, "abcdef"));
    CHECK_THROWS_WITH_AS(
        load(name, "test"),
        ("idx: images must have three axes: shape (1, 6) (" + name + "/t10k-images-idx3-ubyte)").c_str(), IoError);
}

TEST_CASE("training and test images of different sizes cannot be joined") {
    const TempFolder folder;
    write_tiny(folder.path);
    io::write_file(folder.path / "t10k-images-idx3-ubyte", idx({1, 3, 2}, "abcdef"));
    CHECK_THROWS_WITH_AS(
        load(folder.path.string(), "all"),
        ("idx: training and test images differ in size: (2, 2, 3) and (1, 3, 2) (" + folder.path.string() + ")")
            .c_str(),
        IoError);
}

TEST_CASE("a malformed idx file is refused with the rule it breaks") {
    CHECK(message(idx({2}, "ab")) == "");
    CHECK(message(idx({0, 5}, "")) == "");
    CHECK(message("") == "idx: not an IDX file: it does not begin with two zero bytes");
    CHECK(message("PK\3\4") == "idx: not an IDX file: it does not begin with two zero bytes");
    CHECK(message(std::string("\0\0\x0d\1\0\0\0\0", 8)) == "idx: the numbers must be unsigned bytes (type 8): type 13");
    CHECK(message(std::string("\0\0\x08\0", 4)) == "idx: there must be one to eight axes: 0");
    CHECK(message(idx(std::vector<unsigned>(9, 1), "a")) == "idx: there must be one to eight axes: 9");
    CHECK(message(std::string("\0\0\x08\2\0\0\0\1", 8)) == "idx: the header ends early: it needs 12 bytes, present 8");
    CHECK(message(idx({3}, "ab")) == "idx: the numbers end early: shape (3,) needs 3 bytes, present 2");
    CHECK(message(idx({1}, "ab")) == "idx: bytes follow the numbers: shape (1,) needs 1 bytes, present 2");
    CHECK(message(idx({4294967295u, 4294967295u}, "")) == "idx: the shape's size overflows");
}

TEST_CASE("an npz file with x and y is a data set, four fifths to train on") {
    const TempFolder folder;
    const std::string path = (folder / "points.npz").string();
    const std::string x_only = (folder.path / "x.npz").string();
    const std::vector<io::NamedTensor> x{{"x", Tensor({5, 1}, {0, 10, 20, 30, 40}, DType::float64)}};
    const auto write = [&](const Indices& y) { io::write_npz(path, x, std::vector<io::NamedIndices>{{"y", y}}); };
    write({0, 1, 2, 1, 0});
    const DataSet train = load(path, "train", 1), test = load(path, "test", 1), all = load(path, "all");
    CHECK(all.name == "points");
    CHECK(all.x.dtype() == DType::float32);
    CHECK(all.classes == std::vector<std::string>{"0", "1", "2"});
    CHECK(train.x.rows() == 4);
    REQUIRE(test.x.rows() == 1);
    CHECK(test.labels[0] == all.labels[static_cast<Index>(test.x.item()) / 10]);
    CHECK(std::ranges::count(train.x.data<float>(), test.x.item<float>()) == 0);

    write({0, 1});
    CHECK_THROWS_WITH_AS(
        load(path), ("points: there must be one label per row: x has shape (5, 1), labels (2,) (" + path + ")").c_str(),
        IoError);
    write({0, 1, -1, 0, 0});
    CHECK_THROWS_WITH_AS(load(path), ("points: row 2 has label -1 but there are 2 classes (" + path + ")").c_str(),
                         IoError);
    write({0, 1'000'000, 0, 0, 0});
    CHECK_THROWS_WITH_AS(load(path), ("npz: y must hold classes, small whole numbers: 1000000 (" + path + ")").c_str(),
                         IoError);
    io::write_npz(path, std::vector<io::NamedTensor>{x[0], {"y", arange(5)}});
    CHECK_THROWS_WITH_AS(
        load(path),
        ("npy: positions must be integers but the file holds floating-point numbers (" + path + ": y)").c_str(),
        IoError);
    io::write_npz(x_only, std::vector<io::NamedTensor>{{"x", arange(3)}});
    CHECK_THROWS_WITH_AS(load(x_only), ("npz: no array named 'y'; there are: x (" + x_only + ")").c_str(), IoError);
}

TEST_CASE("an npz file with a number that is none, or none in float32, is refused by its row") {
    const TempFolder folder;
    const std::string path = (folder / "points.npz").string();
    for (const double bad : {std::nan(""), HUGE_VAL, -1e39}) {
        const Tensor x({3, 2}, {0, 1, 2, 3, bad, 5}, DType::float64);
        io::write_npz(path, std::vector<io::NamedTensor>{{"x", x}}, std::vector<io::NamedIndices>{{"y", {0, 1, 0}}});
        CHECK_THROWS_WITH_AS(load(path),
                             ("npz: x must be finite and fit float32: row 2 (from 0) does not (" + path + ")").c_str(),
                             IoError);
    }
}

TEST_CASE("the training and test rows of a file are the same for every seed, so no seed tests on training rows") {
    const TempFolder folder;
    const std::string path = (folder / "points.npz").string();
    const Indices labels({200}, std::vector<Index>(200));
    io::write_npz(path, std::vector<io::NamedTensor>{{"x", reshape(arange(200), {200, 1})}},
                  std::vector<io::NamedIndices>{{"y", labels}});
    const DataSet train = load(path, "train", 1), test = load(path, "test", 0);
    CHECK(same_bits(train.x, load(path, "train", 0).x));
    CHECK(same_bits(test.x, load(path, "test", 12345).x));
    std::vector<float> rows(train.x.data<float>().begin(), train.x.data<float>().end());
    CHECK_FALSE(std::ranges::is_sorted(rows));  // drawn at random, as files are often sorted by class
    rows.insert(rows.end(), test.x.data<float>().begin(), test.x.data<float>().end());
    std::ranges::sort(rows);
    CHECK(std::ranges::equal(rows, arange(200).data<float>()));
}

TEST_CASE("generated sets are cut so that training and test rows never coincide") {
    const DataSet train = load("moons", "train", 3), test = load("moons", "test", 3), all = load("moons", "all", 3);
    CHECK(train.x.rows() == 7500);
    CHECK(test.x.rows() == 2500);
    CHECK(same_bits(train.x, subset(all, 0, 7500).x));
    CHECK(same_bits(test.x, subset(all, 7500, 10'000).x));
    for (const char* name : {"circles", "spirals"}) {
        CHECK(load(name, "train").x.rows() == 7500);
        CHECK(load(name, "test").x.rows() == 2500);
    }
    CHECK(load("shapes", "train").x.rows() == 4000);
    CHECK(load("shapes", "test").x.rows() == 1000);
}

TEST_CASE("a name that is not known suggests the nearest, and a path that is not there is said to be missing") {
    const std::string known = ": there are circles, fashion-mnist, moons, shapes, spirals, and files and folders";
    CHECK_THROWS_WITH_AS(load("moon"),
                         ("data: there is no data set \"moon\"" + known + "; did you mean \"moons\"?").c_str(),
                         ValueError);
    CHECK_THROWS_WITH_AS(load("imagenet"), ("data: there is no data set \"imagenet\"" + known).c_str(), ValueError);
    CHECK_THROWS_WITH_AS(load("none.csv"), "data: no such file or folder: none.csv", IoError);
    CHECK_THROWS_WITH_AS(load("no/such"), "data: no such file or folder: no/such", IoError);
    CHECK_THROWS_WITH_AS(load("none.npz"), "data: no such file or folder: none.npz", IoError);
    CHECK_THROWS_WITH_AS(load("moons", "trainn"),
                         "data: the split must be train, test or all but is 'trainn'; did you mean train?", ValueError);
    const TempFolder folder;
    io::write_file(folder.path / "x.txt", "hello");
    CHECK_THROWS_WITH_AS(load((folder.path / "x.txt").string()),
                         ("data: a file must be a .csv, an .npz with x and y, or a .bin of CIFAR-10: " +
                          (folder.path / "x.txt").string())
                             .c_str(),
                         IoError);
}

TEST_CASE("fashion-mnist that is not installed names the package") {
    CHECK_THROWS_WITH_AS(
        fashion_mnist({.folder = "/nowhere"}),
        "fashion-mnist: the data are not in /nowhere; install the Debian package dataset-fashion-mnist", IoError);
}

TEST_CASE("fashion-mnist has 60,000 and 10,000 images, a tenth of each class, and its published statistics") {
    if (!fs::is_directory(FashionMnist{}.folder)) {
        MESSAGE("skipped: dataset-fashion-mnist is not installed");
        return;
    }
    const DataSet train = load("fashion-mnist"), test = load("fashion-mnist", "test");
    CHECK(train.x.shape() == Shape{60'000, 1, 28, 28});
    CHECK(test.x.shape() == Shape{10'000, 1, 28, 28});
    for (Index label = 0; label < 10; ++label) CHECK(label_share(train, label) == 0.1);
    CHECK(train.classes[9] == "ankle boot");
    CHECK(train.labels[0] == 9);  // the boot on the first page of every tutorial
    const Normalisation statistics = channel_statistics(train.x);
    CHECK(statistics.mean[0] == doctest::Approx(0.2860).epsilon(1e-3));
    CHECK(statistics.sd[0] == doctest::Approx(0.3530).epsilon(1e-3));
}

TEST_CASE("mnist has its published statistics and begins with a five") {
    if (!have_real_data("mnist")) return;
    const DataSet train = load(real_data("mnist").string()), all = load(real_data("mnist").string(), "all");
    CHECK(train.name == "mnist");
    CHECK(train.x.shape() == Shape{60'000, 1, 28, 28});
    CHECK(all.x.rows() == 70'000);
    CHECK(train.labels[0] == 5);
    CHECK(all.labels[60'000] == 7);
    const Normalisation statistics = channel_statistics(train.x);
    CHECK(statistics.mean[0] == doctest::Approx(0.1307).epsilon(1e-3));
    CHECK(statistics.sd[0] == doctest::Approx(0.3081).epsilon(1e-3));
}

#include <doctest/doctest.h>

#include <cstring>
#include <map>

#include <stdlib.h>
#include <time.h>
#include <zip.h>

#include <gradpath/autodiff/io/npz.hpp>

#include "folder.hpp"

using namespace gradpath;
using namespace gradpath::io;

namespace {

struct RawEntry {
    std::string name, bytes;
    bool compress = false;
    bool encrypt = false;
};

// A zip archive with arbitrary entries, as somebody else might make one.
void write_zip(const std::filesystem::path& path, const std::vector<RawEntry>& entries) {
    zip_t* archive = ::zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    REQUIRE(archive != nullptr);
    for (const auto& [name, bytes, compress, encrypt] : entries) {
        zip_source_t* source = ::zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
        const auto i = static_cast<zip_uint64_t>(::zip_file_add(archive, name.c_str(), source, 0));
        ::zip_set_file_compression(archive, i, compress ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 9);
        if (encrypt) ::zip_file_set_encryption(archive, i, ZIP_EM_AES_128, "secret");
    }
    REQUIRE(::zip_close(archive) == 0);
}

// Overwrites the 32-bit number `offset` bytes behind the first `signature`.
std::string patched(std::string bytes, const char* signature, std::size_t offset, std::uint32_t number) {
    const std::size_t at = bytes.find(std::string(signature, 4));
    REQUIRE(at != bytes.npos);
    std::memcpy(bytes.data() + at + offset, &number, 4);
    return bytes;
}

std::string npy_bytes(const Tensor& x) { return npy_header(x) + std::string(bytes_of(x)); }

// The message of the IoError that reading gives, with the folder's name taken out; empty if it succeeds.
std::string message(const TempFolder& folder, const std::string& bytes, const ReadNpz& options = {}) {
    write_file(folder / "x.npz", bytes);
    try {
        read_npz(folder / "x.npz", options);
    } catch (const IoError& error) {
        std::string what = error.what();
        const std::string prefix = folder.path.string() + "/";
        if (const std::size_t at = what.find(prefix); at != what.npos) what.erase(at, prefix.size());
        return what;
    }
    return "";
}

std::vector<NamedTensor> sample() {
    return {{"values", random::normal({5, 3}, {.seed = 1})},
            {"layer.0/b", random::normal({2}, {.dtype = DType::float64})},
            {"none", zeros({0})}};
}

}  // namespace

TEST_CASE("an npz file gives back names in order, shapes and bits, stored or deflated") {
    const TempFolder folder;
    for (const bool compress : {false, true}) {
        write_npz(folder / "x.npz", sample(), {compress});
        const std::vector<NamedTensor> back = read_npz(folder / "x.npz");
        REQUIRE(back.size() == 3);
        for (std::size_t i = 0; i < 3; ++i) {
            CHECK(back[i].name == sample()[i].name);
            CHECK(same_bits(back[i].value, sample()[i].value));
        }
        CHECK(npz_names(folder / "x.npz") == std::vector<std::string>{"values", "layer.0/b", "none"});
        CHECK(same_bits(read_npz(folder / "x.npz", "values"), sample()[0].value));
    }
    write_npz(folder / "x.npz", std::vector<NamedTensor>{{"zeros", zeros({100'000})}}, {.compress = true});
    CHECK(std::filesystem::file_size(folder / "x.npz") < 2000);
    CHECK(read_npz(folder / "x.npz")[0].value.size() == 100'000);
    CHECK(folder.entries() == 1);
}

TEST_CASE("an archive of nothing is read") {
    const TempFolder folder;
    write_npz(folder / "x.npz", {});
    CHECK(read_npz(folder / "x.npz").empty());
}

TEST_CASE("equal tensors give equal bytes in every time zone, dated on the first day of zip") {
    const TempFolder folder;
    const char* before = ::getenv("TZ");
    const std::string zone = before != nullptr ? before : "";
    std::string bytes;
    for (const char* there : {"UTC", "Asia/Tokyo", "America/Los_Angeles"}) {
        ::setenv("TZ", there, 1);
        ::tzset();
        write_npz(folder / "x.npz", sample());
        if (bytes.empty()) bytes = read_file(folder / "x.npz");
        CHECK(read_file(folder / "x.npz") == bytes);
    }
    before != nullptr ? ::setenv("TZ", zone.c_str(), 1) : ::unsetenv("TZ");
    ::tzset();
    CHECK(bytes.substr(10, 4) == std::string("\x00\x00\x21\x00", 4));  // midnight, 1980-01-01
}

TEST_CASE("integer arrays become positions, or tensors by choice") {
    const TempFolder folder;
    const Indices labels{4, 0, 2};
    write_zip(folder / "x.npz", {{"y.npy", npy_header(labels) + std::string(bytes_of(labels))}});
    CHECK(read_npz_indices(folder / "x.npz", "y")[2] == 2);
    CHECK(read_npz(folder / "x.npz", {.integers = DType::float64})[0].value.at(0) == 4);
    CHECK_THROWS_AS(read_npz(folder / "x.npz"), IoError);
}

TEST_CASE("a malformed archive is refused with the rule it breaks") {
    const TempFolder folder;
    const auto zipped = [&](const std::vector<RawEntry>& entries) {
        write_zip(folder / "made.zip", entries);
        return read_file(folder / "made.zip");
    };
    const std::string good = npy_bytes(ones({4})), whole = zipped({{"a.npy", good}});
    CHECK(message(folder, whole) == "");
    CHECK(message(folder, "") == "npz: not a sound zip archive: the file is empty (x.npz)");
    CHECK(message(folder, good) == "npz: not a sound zip archive: Not a zip archive (x.npz)");
    CHECK(message(folder, whole.substr(0, whole.size() - 1)).starts_with("npz: not a sound zip archive: "));
    CHECK(message(folder, whole.substr(1)).starts_with("npz: not a sound zip archive: "));
    CHECK(message(folder, whole + "trailing").starts_with("npz: not a sound zip archive: "));
    CHECK(message(folder, zipped({{"readme.txt", "hello"}})) ==
          "npz: every entry must be an .npy file: 'readme.txt' (x.npz)");
    CHECK(message(folder, zipped({{".npy", good}})) == "npz: every entry must be an .npy file: '.npy' (x.npz)");
    CHECK(message(folder, zipped({{"a.npy", "hello"}})) ==
          "npy: not an npy file: it does not begin with \\x93NUMPY (x.npz: a)");
    CHECK(message(folder, zipped({{"a.npy", ""}})) ==
          "npy: not an npy file: it does not begin with \\x93NUMPY (x.npz: a)");
    CHECK(message(folder, zipped({{"a.npy", good.substr(0, 100)}})) ==
          "npz: the npy header ends early: it needs 128 bytes, present 100 (x.npz: a)");
    CHECK(message(folder, zipped({{"a.npy", good.substr(0, 140)}})) ==
          "npz: the entry's size is not what its npy header says: 140 and 144 (x.npz: a)");
    CHECK(message(folder, zipped({{"a.npy", good + "x", true}})) ==
          "npz: the entry's size is not what its npy header says: 145 and 144 (x.npz: a)");
    CHECK(message(folder, zipped({{"a.npy", good, false, true}})) == "npz: the entry is encrypted: a (x.npz)");
    CHECK(message(folder, whole, {.max_bytes = 143}) == "npz: the arrays unpack to more than 143 bytes (x.npz)");
    std::string twice = zipped({{"a.npy", good}, {"b.npy", good}});
    for (std::size_t at = 0; (at = twice.find("b.npy", at)) != twice.npos;) twice[at] = 'a';
    CHECK(message(folder, twice) == "npz: not a sound zip archive: File already exists (x.npz)");
    std::string damaged = whole;
    damaged[damaged.find("NUMPY") + 130] ^= 1;
    CHECK(message(folder, damaged) == "npz: the entry's bytes are damaged: CRC error (x.npz: a)");
}

TEST_CASE("sizes that lie are refused before memory is taken for them") {
    const TempFolder folder;
    std::string header = npy_header(zeros({1}));
    const std::size_t shape = header.find("(1,)");
    header.replace(shape, 4, "(288230376151711744,)");
    header.erase(header.size() - 18, 17);
    REQUIRE(header.size() == 128);
    write_zip(folder / "made.zip", {{"a.npy", header, true}});
    CHECK(message(folder, read_file(folder / "made.zip")) ==
          "npz: the entry's size is not what its npy header says: 128 and 1152921504606847104 (x.npz: a)");

    write_zip(folder / "made.zip", {{"a.npy", npy_bytes(zeros({1000})), true}});
    const std::string zip = read_file(folder / "made.zip");
    std::uint32_t packed = 0;
    std::memcpy(&packed, zip.data() + 18, 4);
    const std::string lie = patched(patched(zip, "PK\1\2", 24, 0xfffffff0), "PK\3\4", 22, 0xfffffff0);
    CHECK(message(folder, lie) == "npz: the entry's size is a lie: a claims 4294967280 bytes from " +
                                      std::to_string(packed) + " packed ones (x.npz)");
    const std::string method = patched(patched(zip, "PK\1\2", 8, 12 << 16), "PK\3\4", 6, 12 << 16);
    CHECK(message(folder, method) == "npz: entries must be stored or deflated: a has zip method 12 (x.npz)");
}

TEST_CASE("all arrays are read, each as what it is") {
    const TempFolder folder;
    write_npz(folder / "x.npz", std::vector<NamedTensor>{{"a", Tensor({2}, {1, 2})}, {"b", ones({1}, DType::float64)}},
              std::vector<NamedIndices>{{"c", Indices{4, 5}}});
    const NpzArrays arrays = read_npz_arrays(folder / "x.npz");
    REQUIRE(arrays.tensors.size() == 2);
    CHECK(arrays.tensors[1].value.dtype() == DType::float64);
    REQUIRE(arrays.indices.size() == 1);
    CHECK(arrays.indices[0].name == "c");
    CHECK(arrays.indices[0].value[1] == 5);
}

TEST_CASE("asking for an array that is not there lists those that are") {
    const TempFolder folder;
    write_npz(folder / "x.npz", sample());
    const std::string expected =
        "npz: no array named 'x'; there are: values, layer.0/b, none (" + (folder / "x.npz").string() + ")";
    CHECK_THROWS_WITH_AS(read_npz(folder / "x.npz", std::string("x")), expected.c_str(), IoError);
}

TEST_CASE("what cannot be an entry is refused, and no file appears") {
    const TempFolder folder;
    const auto check = [&](const std::vector<NamedTensor>& tensors, const char* text) {
        CHECK_THROWS_WITH_AS(write_npz(folder / "x.npz", tensors), text, ValueError);
    };
    check({{"", ones({1})}}, "npz: a name must not be empty or hold a zero byte");
    check({{std::string("a\0b", 3), ones({1})}}, "npz: a name must not be empty or hold a zero byte");
    check({{"a", ones({1})}, {"a", ones({1})}}, "npz: a name occurs twice: a");
    check({{"a", Tensor()}}, "npz: the tensor is empty: a");
    CHECK(folder.entries() == 0);
}

TEST_CASE("a damaged npz file is read or refused, never worse") {
    const TempFolder folder;
    for (const bool compress : {false, true}) {
        write_npz(folder / "good.npz", sample(), {compress});
        const Outcome outcome = read_damaged(read_file(folder / "good.npz"), [&](const std::string& bytes) {
            put(folder / "x.npz", bytes);
            read_npz(folder / "x.npz");
        });
        CHECK(outcome.refused > 2000);
    }
}

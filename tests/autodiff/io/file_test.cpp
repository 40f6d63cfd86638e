#include <doctest/doctest.h>

#include <array>
#include <thread>

#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <gradpath/autodiff/error.hpp>

#include "folder.hpp"

using namespace gradpath;
using namespace gradpath::io;
namespace fs = std::filesystem;

namespace {

// One gzip member.
std::string gzip(const std::string& bytes) {
    z_stream z{};
    REQUIRE(::deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string packed(::deflateBound(&z, bytes.size()), '\0');
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    z.avail_in = static_cast<uInt>(bytes.size());
    z.next_out = reinterpret_cast<Bytef*>(packed.data());
    z.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(::deflate(&z, Z_FINISH) == Z_STREAM_END);
    packed.resize(z.total_out);
    ::deflateEnd(&z);
    return packed;
}

}  // namespace

TEST_CASE("what is written is read back, empty files included, and nothing else is left in the folder") {
    const TempFolder folder;
    const std::string bytes("a\0b\n", 4);
    write_file(folder / "x", bytes);
    CHECK(read_file(folder / "x") == bytes);
    write_file(folder / "x", "");
    CHECK(read_file(folder / "x").empty());
    const std::array<std::string_view, 3> parts{"one", "", "two"};
    write_file(folder / "x", parts);
    CHECK(read_file(folder / "x") == "onetwo");
    CHECK(folder.entries() == 1);
}

TEST_CASE("a file written anew keeps its mode, and a symbolic link stays a link") {
    const TempFolder folder;
    write_file(folder / "x", "old");
    fs::permissions(folder / "x", fs::perms::owner_read | fs::perms::owner_write | fs::perms::group_read);
    fs::create_symlink("x", folder / "link");
    write_file(folder / "link", "new");
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(read_file(folder / "x") == "new");
    CHECK((fs::status(folder / "x").permissions() & fs::perms::all) == static_cast<fs::perms>(0640));
}

TEST_CASE("a failed write throws IoError, leaves the old file, and leaves nothing behind") {
    const TempFolder folder;
    fs::create_directory(folder / "sub");
    CHECK_THROWS_WITH_AS(write_file(folder / "sub", "x"),
                         ("write: not a regular file: " + (folder / "sub").string()).c_str(), IoError);
    CHECK_THROWS_WITH_AS(
        write_file(folder / "none" / "x", "x"),
        ("write: cannot create a file beside " + (folder / "none/x").string() + ": No such file or directory").c_str(),
        IoError);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_WITH_AS(write_file(folder / "pipe", "x"),
                         ("write: not a regular file: " + (folder / "pipe").string()).c_str(), IoError);
    CHECK(folder.entries() == 2);
}

TEST_CASE("writers that race leave one whole file") {
    const TempFolder folder;
    const std::string a(100'000, 'a'), b(70'000, 'b');
    std::thread other([&] {
        for (int i = 0; i < 20; ++i) write_file(folder / "x", a);
    });
    for (int i = 0; i < 20; ++i) write_file(folder / "x", b);
    other.join();
    const std::string last = read_file(folder / "x");
    CHECK((last == a || last == b));
    CHECK(folder.entries() == 1);
}

TEST_CASE("reading says what is wrong with a file") {
    const TempFolder folder;
    const auto name = [&](const char* file) { return (folder / file).string(); };
    write_file(folder / "x", "0123456789");
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_WITH_AS(read_file(folder / "y"),
                         ("read: cannot open " + name("y") + ": No such file or directory").c_str(), IoError);
    CHECK_THROWS_WITH_AS(read_file(folder.path), ("read: not a regular file: " + folder.path.string()).c_str(),
                         IoError);
    CHECK_THROWS_WITH_AS(read_file(folder / "pipe"), ("read: not a regular file: " + name("pipe")).c_str(), IoError);
    CHECK_THROWS_WITH_AS(read_file(folder / "x", {.max_bytes = 9}),
                         ("read: the file is larger than 9 bytes: 10: " + name("x")).c_str(), IoError);
}

TEST_CASE("gzip is unpacked, plain bytes pass, and concatenated members join") {
    const TempFolder folder;
    const std::string bytes(1'000'000, 'q');
    write_file(folder / "x", bytes);
    CHECK(read_gz(folder / "x") == bytes);
    write_file(folder / "x", gzip(bytes));
    CHECK(read_gz(folder / "x") == bytes);
    write_file(folder / "x", gzip("one") + gzip("") + gzip("two"));
    CHECK(read_gz(folder / "x") == "onetwo");
}

TEST_CASE("gzip that is cut, damaged, followed by other bytes, or too large is refused") {
    const TempFolder folder;
    const std::string name = (folder / "x").string(), packed = gzip(std::string(5000, 'q'));
    const auto message = [&](const std::string& bytes) -> std::string {
        write_file(folder / "x", bytes);
        try {
            read_gz(folder / "x", {.max_bytes = 5000});
        } catch (const IoError& error) {
            return error.what();
        }
        return "";
    };
    CHECK(message(packed) == "");
    CHECK(message(packed.substr(0, packed.size() - 1)) == "gzip: the file ends early: " + name);
    CHECK(message(packed + "x") == "gzip: the file ends early: " + name);
    CHECK(message(packed + "excess") == "gzip: the data are damaged: incorrect header check: " + name);
    std::string wrong = packed;
    wrong[packed.size() - 6] = static_cast<char>(~wrong[packed.size() - 6]);  // in the CRC-32
    CHECK(message(wrong) == "gzip: the data are damaged: incorrect data check: " + name);
    CHECK(message(gzip(std::string(5001, 'q'))) == "gzip: unpacks to more than 5000 bytes: " + name);
    const Outcome outcome = read_damaged(packed, [&](const std::string& bytes) {
        put(folder / "x", bytes);
        read_gz(folder / "x");
    });
    CHECK(outcome.refused > 2000);
}

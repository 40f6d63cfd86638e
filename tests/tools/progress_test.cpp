// What the progress line says, and how the program ends when nobody reads it.
#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <sstream>

#include <gradpath/tools/commands/progress.hpp>

#include "program.hpp"

namespace {

using gradpath::tools::Progress;

/// What a call draws on stderr.
template <class F>
std::string drawn(const F& f) {
    std::ostringstream caught;
    std::streambuf* before = std::cerr.rdbuf(caught.rdbuf());
    f();
    std::cerr.rdbuf(before);
    return caught.str();
}

}  // namespace

TEST_CASE("progress without a known end counts what is done") {
    CHECK(drawn([] { Progress(Progress::Style::redraw, "rows").tell("path", 64, 0); }) == "\r\x1b[Kpath 64 rows\n");
    CHECK(drawn([] { Progress(Progress::Style::redraw, "rows").tell("path", 5, 10); }) == "\r\x1b[Kpath  50 %\n");
    CHECK(drawn([] { Progress(Progress::Style::silent, "rows").tell("path", 64, 0); }).empty());
}

TEST_CASE("a reader that goes ends the program without a word") {
    const program::Folder folder;
    const std::string there = folder.path().string();
    const std::string line = "{ sleep 0.3; '" + program::path().string() + "' methods 2> '" + there +
                             "/err'; echo $? > '" + there + "/code'; } | true";
    REQUIRE(std::system(line.c_str()) == 0);
    for (int i = 0; i < 100 && program::read(folder / "code").empty(); ++i) REQUIRE(std::system("sleep 0.05") == 0);
    CHECK(program::read(folder / "code") == std::to_string(128 + SIGPIPE) + "\n");
    CHECK(program::read(folder / "err").empty());
}

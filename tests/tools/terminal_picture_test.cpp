// Bars and maps of letters, and where explain shows them.
#include <gradpath/tools/commands/terminal_picture.hpp>

#include <algorithm>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/saved.hpp>

#include "answers.hpp"

using namespace gradpath;
using namespace gradpath::tools;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("bars go to both sides of zero, the largest fills its side, and halves are shown") {
    CHECK(bars_text({{"a", 2}, {"long", -1}, {"none", 0}}, 15, false) ==
          "a         │████\n"
          "long    ██│    \n"
          "none      │    \n");
    CHECK(bars_text({{"a", 8}, {"b", 1}, {"c", -3}}, 12, false) ==
          "a      │████\n"
          "b      │▌   \n"
          "c    ▐█│    \n");
    const std::string red_and_blue = bars_text({{"a", 1}, {"b", -1}}, 20, true);
    CHECK(has(red_and_blue, "\x1b[31m█"));
    CHECK(has(red_and_blue, "█\x1b[0m│"));
    CHECK(bars_text({{"a", 0}}, 12, false) == "a      │    \n");
    CHECK(bars_text({{"a", 1}}, 7, false).empty());  // no room
    CHECK(bars_text({}, 40, false).empty());
}

TEST_CASE("a map shows two rows in a line, in colours or as shades of its sizes") {
    const Tensor map({3, 2}, {1, 0, -1, 0, 0.5, 0}, DType::float64);
    CHECK(map_text(map, 80, false).starts_with("█ \n░ \n"));
    CHECK(has(map_text(map, 80, false), "shades are sizes; up to ±1; "));
    const std::string coloured = map_text(map, 100, true);
    CHECK(lines_in(coloured) == 3);
    CHECK(has(coloured, "▀\x1b[0m\n"));
    CHECK(has(coloured, "red for, blue against; up to ±1; "));
    CHECK(map_text(reshape(concat({map * 0.25, map * 0.75}, 0), {2, 3, 2}), 80, false) == map_text(map, 80, false));
    CHECK(map_text(map, 1, false).empty());  // no room
    CHECK(map_text(zeros({2, 2}), 80, false).starts_with("  \n"));
}

TEST_CASE("a result is drawn where it is read on a terminal, and nowhere else") {
    if (!program::have_terminal()) {
        MESSAGE("skipped: no pseudo-terminals");
        return;
    }
    const program::Folder folder;
    models::save_model(folder / "net.safetensors",
                       models::make("lenet-small", {{"size", "32"}, {"classes", "2"}}, {.seed = 1}));
    const std::string points = "explain expr:x1-2*x2 --input 1,1 --method gradient",
                      picture = "explain net.safetensors --input data:shapes:test:0 --method gradient";
    const auto on_terminal = [&](const std::string& line, const std::string& variable) {
        return program::run_on_terminal(line, folder.path(), 80, variable).out;
    };
    CHECK(has(on_terminal(points, "GRADPATH_TEST=1"), "\x1b[34m"));
    CHECK(has(on_terminal(points, "NO_COLOR=1"), "│███"));
    CHECK_FALSE(has(on_terminal(points, "NO_COLOR=1"), "\x1b[3"));
    CHECK_FALSE(has(on_terminal(points, "TERM=dumb"), "│"));
    CHECK_FALSE(has(on_terminal(points + " --quiet", "GRADPATH_TEST=1"), "│"));
    CHECK(has(on_terminal(picture, "GRADPATH_TEST=1"), "▀"));
    CHECK_FALSE(has(program::fine(picture, folder).out, "▀"));
}

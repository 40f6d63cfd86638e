// Curves as text, and training on a real terminal: a small terminal of our own plays what the program sends, so that
// what a person sees at the end is what is compared.
#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <regex>
#include <sstream>

#include <gradpath/tools/commands/curves.hpp>

#include "program.hpp"

namespace {

using namespace gradpath;
using tools::Curve;
using tools::curves_text;

std::size_t letters(const std::string& line) {
    return static_cast<std::size_t>(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }));
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

std::string without_colours(const std::string& text) {
    return std::regex_replace(text, std::regex("\x1b\\[\\d+m"), "");
}

/// The lines that a terminal shows after these bytes.
class Screen {
public:
    explicit Screen(const std::string& bytes) {
        for (std::size_t i = 0; i < bytes.size();) i += play(bytes, i);
    }
    const std::vector<std::string>& lines() const { return lines_; }

private:
    /// How many bytes were played.
    std::size_t play(const std::string& bytes, std::size_t at) {
        static const std::regex escape("\x1b\\[(\\d*)([A-Za-z])");
        std::smatch match;
        const std::string rest = bytes.substr(at, 12);
        if (std::regex_search(rest, match, escape, std::regex_constants::match_continuous)) {
            if (match[2] == "A") row_ -= static_cast<std::size_t>(std::stoi(match[1]));
            if (match[2] == "K" || match[2] == "J") lines_[row_].resize(column_);
            if (match[2] == "J") lines_.resize(row_ + 1);
            return static_cast<std::size_t>(match.length());
        }
        if (bytes[at] == '\r') column_ = 0;
        else if (bytes[at] == '\n') {
            if (++row_ == lines_.size()) lines_.emplace_back();
        } else {
            lines_[row_].resize(column_);
            lines_[row_] += bytes[at];
            ++column_;
        }
        return 1;
    }

    std::vector<std::string> lines_{""};
    std::size_t row_ = 0, column_ = 0;  // column in bytes: only ever reset to 0 or moved by writing
};

const std::string command =
    "train --model mlp --data moons --set widths=2-8-2 --epochs 2 --batch 16 --seed 1 --validation 0.1 --out run ";

std::vector<std::string> screen_of(int columns, const std::string& more = "",
                                   const std::string& variable = "GRADPATH_TEST=1") {
    const program::Folder folder;
    const program::Outcome outcome = program::run_on_terminal(command + more, folder.path(), columns, variable);
    CHECK(outcome.exit == 0);
    return Screen(outcome.out).lines();
}

bool has_braille(const std::string& line) { return line.find("\xE2\xA0") != line.npos; }

/// Is there a terminal to look at? If not, the test says so and should return.
bool on_terminal() {
    if (program::have_terminal()) return true;
    MESSAGE("skipped: no pseudo-terminal can be had here");
    return false;
}

}  // namespace

TEST_CASE("a curve keeps its course in few points however long it grows") {
    Curve curve(8);
    for (int i = 0; i < 7; ++i) curve.add(i);
    CHECK(curve.points() == std::vector<double>{0, 1, 2, 3, 4, 5, 6});
    curve.add(7);
    CHECK(curve.points() == std::vector<double>{0.5, 2.5, 4.5, 6.5});
    curve.add(8);
    CHECK(curve.points() == std::vector<double>{0.5, 2.5, 4.5, 6.5, 8});
    curve.add(3, 1000);
    CHECK(curve.points().size() <= 8);
    CHECK(curve.points().back() == 3);
}

TEST_CASE("a rising line climbs dot by dot, its ends are named") {
    const std::vector<double> climb{0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 11, 11, 11};
    const std::vector<std::string> lines = lines_of(curves_text({{"loss 1", climb}}, 18, false));
    REQUIRE(lines.size() == 4);
    CHECK(lines[0] == "        loss 1");
    CHECK(lines[1] == "     11 ⠀⠀⠀⠀⠀⠀⡠⠊⠉⠉");
    CHECK(lines[2] == "        ⠀⠀⠀⠀⡠⠊⠀⠀⠀⠀");
    CHECK(lines[3] == "      0 ⣀⣀⡠⠊⠀⠀⠀⠀⠀⠀");
}

TEST_CASE("a steep fall is drawn without gaps, a level line in the middle") {
    const std::vector<std::string> fall = lines_of(curves_text({{"x", {1, 0}}}, 18, false));
    CHECK(fall[1] == "      1 ⠉⠉⠉⠉⠉⡆⠀⠀⠀⠀");
    CHECK(fall[2] == "        ⠀⠀⠀⠀⠀⡇⠀⠀⠀⠀");
    CHECK(fall[3] == "      0 ⠀⠀⠀⠀⠀⣇⣀⣀⣀⣀");
    const std::vector<std::string> level = lines_of(curves_text({{"x", {5}}}, 18, false));
    CHECK(level[2] == "        ⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤");
}

TEST_CASE("panels stand side by side where there is room, else the last ones go") {
    const std::vector<tools::CurvePanel> panels{{"loss 0.5", {1, 0.5}}, {"accuracy 50.00 %", {20, 50}}};
    for (Index width = 1; width <= 160; ++width) {
        CAPTURE(width);
        const std::string text = curves_text(panels, width, false);
        CHECK((text.find("accuracy") != text.npos) == (width >= 39));
        CHECK((text.find("loss") != text.npos) == (width >= 18));
        for (const std::string& line : lines_of(text)) CHECK(letters(line) <= static_cast<std::size_t>(width));
        CHECK(without_colours(curves_text(panels, width, true)) == text);
    }
    CHECK(curves_text({{"loss", {}}}, 80, false).empty());
    CHECK(curves_text({}, 80, false).empty());
    CHECK(curves_text({{"loss", {}}, {"accuracy", {1}}}, 80, false).find("loss") == std::string::npos);
}

TEST_CASE("the curves of a run show each step's own loss, and go on where a run was cut") {
    nn::TrainState state{.loss_sum = 6, .rows_done = 4, .correct = 1};
    state.history = {{2, 0.5, 0, 0}};
    state.batch = 1;
    tools::TrainingCurves curves(state, 2);  // so far: 2, 2, 1.5
    const auto tell = [&](Index batch, Index rows, double loss, double accuracy) {
        curves.add({.epoch = 1,
                    .epochs = 2,
                    .batch = batch,
                    .batches = 2,
                    .rows = rows,
                    .loss = loss,
                    .accuracy = accuracy,
                    .rate = 1,
                    .state = state});
    };
    tell(2, 8, 1, 0.5);  // of its 4 rows: (8 - 6) / 4 = 0.5 and (4 - 1) / 4
    const std::string text = curves.text(100, false);
    CHECK(text.find("loss 1.0000") != text.npos);
    CHECK(text.find("accuracy 50.00 %") != text.npos);
    CHECK(lines_of(text)[1].starts_with("      2 "));
    CHECK(lines_of(text)[3].starts_with("    0.5 "));
    CHECK(lines_of(text)[1].find("     75 ") != std::string::npos);
    CHECK(lines_of(text)[3].find("     25 ") != std::string::npos);
}

TEST_CASE("a run without labels has one curve") {
    nn::TrainState state{};
    tools::TrainingCurves curves(state, 1);
    curves.add({.epoch = 0,
                .epochs = 1,
                .batch = 1,
                .batches = 1,
                .rows = 4,
                .loss = 1,
                .accuracy = std::numeric_limits<double>::quiet_NaN(),
                .rate = 1,
                .state = state});
    CHECK(curves.text(100, false).find("accuracy") == std::string::npos);
}

TEST_CASE("on a terminal training shows its curves, below one line per epoch, and leaves them above the result") {
    if (!on_terminal()) return;
    const std::vector<std::string> lines = screen_of(100);
    REQUIRE(lines.size() == 12);  // 2 epochs, 4 lines of curves, 5 of the result, and the end
    CHECK(lines[0].starts_with("epoch 1/2 done: loss "));
    CHECK(lines[1].starts_with("epoch 2/2 done: loss "));
    CHECK(lines[2].find("loss ") != std::string::npos);
    CHECK(lines[2].find("accuracy ") != std::string::npos);
    for (std::size_t line : {3u, 4u, 5u}) CHECK(has_braille(lines[line]));
    CHECK(lines[6] == "model          run/model.safetensors");
}

TEST_CASE("a narrow terminal has one curve or none, a quiet run and a pipe have none") {
    if (!on_terminal()) return;
    CHECK(has_braille(screen_of(30)[3]));
    CHECK(screen_of(30)[2].find("accuracy") == std::string::npos);
    for (const std::vector<std::string>& lines :
         {screen_of(16), screen_of(100, "--quiet"), screen_of(100, "", "TERM=dumb")})
        for (const std::string& line : lines) CHECK_FALSE(has_braille(line));
    const program::Folder folder;
    CHECK_FALSE(has_braille(program::run(command, folder.path()).err));
}

TEST_CASE("curves are coloured, unless NO_COLOR says no") {
    if (!on_terminal()) return;
    const program::Folder folder;
    const auto sent = [&](const std::string& variable) {
        return program::run_on_terminal(command, folder.path(), 100, variable).out;
    };
    CHECK(sent("GRADPATH_TEST=1").find("\x1b[33m") != std::string::npos);
    CHECK(sent("NO_COLOR=1").find("\x1b[33m") == std::string::npos);
}

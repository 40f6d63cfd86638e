// The rate is what was done since the stage began over the time it took; the time left follows from it. The cursor
// waits at the end of what was drawn, so drawing anew begins by going up as many lines as there are below the first.
#include <gradpath/tools/commands/progress.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::tools {
namespace {

constexpr std::chrono::milliseconds between_redraws{100};
constexpr std::chrono::seconds worth_a_line{1};    // stages that are over sooner need no words
constexpr std::chrono::seconds between_lines{10};  // where no end is known
constexpr Index fewest_lines = 8;                  // of a terminal, for lines below the line
constexpr double first_estimate = 0.5;             // seconds: before, a rate says nothing

bool set_and_not_empty(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

bool is_terminal(int file) {
    const char* term = std::getenv("TERM");
    return isatty(file) == 1 && !(term != nullptr && std::string_view(term) == "dumb");
}

}  // namespace

bool stderr_is_terminal() { return is_terminal(STDERR_FILENO); }
bool stderr_takes_colour() { return stderr_is_terminal() && !set_and_not_empty("NO_COLOR"); }
bool stdout_is_terminal() { return is_terminal(STDOUT_FILENO); }
bool stdout_takes_colour() { return stdout_is_terminal() && !set_and_not_empty("NO_COLOR"); }

TerminalSize stderr_size() {
    winsize size{};
    const bool told = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    return told ? TerminalSize{size.ws_col, size.ws_row} : TerminalSize{80, 24};
}

std::string duration_text(double seconds) {
    const long whole = static_cast<long>(seconds + 0.5);
    std::array<char, 32> text{};
    if (whole < 3600) std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
    else std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    return text.data();
}

Progress::Style Progress::style(bool quiet) {
    return quiet ? Style::silent : stderr_is_terminal() ? Style::redraw : Style::lines;
}

Progress::Progress(Style style, std::string unit) : style_(style), unit_(std::move(unit)) {}

Progress::~Progress() { end_line(); }

void Progress::end_line() {
    if (open_) std::cerr << (drawn_below_ > 0 ? text("\x1b[", drawn_below_, "A\r\x1b[J") : "\n") << std::flush;
    open_ = false;
    drawn_below_ = 0;
}

std::string Progress::lines_below(const TerminalSize& terminal) const {
    return below_ && terminal.lines >= fewest_lines ? below_(terminal.columns - 1) : "";
}

void Progress::leave_below() {
    end_line();
    if (style_ == Style::redraw) std::cerr << lines_below(stderr_size()) << std::flush;
}

void Progress::redraw(const std::string& line) {
    const TerminalSize terminal = stderr_size();
    std::string below = lines_below(terminal);
    if (!below.empty()) below = "\n" + below.substr(0, below.size() - 1);
    const std::string home = drawn_below_ > 0 ? text("\x1b[", drawn_below_, "A\r\x1b[J") : "\r\x1b[K";
    std::cerr << home << line.substr(0, static_cast<std::size_t>(terminal.columns - 1)) << below << std::flush;
    drawn_below_ = std::ranges::count(below, '\n');
    open_ = true;
}

std::string Progress::line(Index done, Index total, std::string_view note) const {
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const double rate = seconds > 0 ? static_cast<double>(done - already_) / seconds : 0;
    std::array<char, 160> text{};
    std::snprintf(text.data(), text.size(), "%3.0f %%", 100 * static_cast<double>(done) / static_cast<double>(total));
    std::string words = stage_ + " " + (total > 0 ? text.data() : std::to_string(done) + " " + unit_);
    if (rate > 0 && seconds > first_estimate) {
        std::snprintf(text.data(), text.size(), "  %.0f %s/s", rate, unit_.c_str());
        words += text.data();
        if (done < total) words += "  " + duration_text(static_cast<double>(total - done) / rate) + " left";
    }
    if (!note.empty()) words.append("  ").append(note);
    return words;
}

void Progress::tell(std::string_view stage, Index done, Index total, std::string_view note, Index already) {
    if (style_ == Style::silent) return;
    const Clock::time_point now = Clock::now();
    if (stage != stage_) {
        end_line();
        stage_ = stage;
        already_ = already;
        tenths_ = total <= 0 || done < total ? 0 : -1;  // the start itself is no news
        start_ = now;
        drawn_ = {};
    }
    if (style_ == Style::redraw) {
        if ((total <= 0 || done < total) && now - drawn_ < between_redraws) return;
        drawn_ = now;
        return redraw(line(done, total, note));
    }
    const Index tenths = total > 0 ? 10 * done / total : (now - start_) / between_lines;
    if (tenths <= tenths_ || now - start_ < worth_a_line) return;
    tenths_ = tenths;
    std::cerr << line(done, total, note) + "\n";
}

}  // namespace gradpath::tools

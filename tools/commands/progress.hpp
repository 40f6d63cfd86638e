#pragma once
// Progress on stderr: how far, how fast, how long still. A line that is drawn over on a terminal, else one per ten
// percent.
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::tools {

/// Is stderr a terminal that can redraw a line? Not with TERM=dumb.
bool stderr_is_terminal();
/// May stderr be coloured? On a terminal without NO_COLOR.
bool stderr_takes_colour();
/// Is what is printed read on a terminal, and may it be coloured there?
bool stdout_is_terminal();
bool stdout_takes_colour();
/// Columns and lines of the terminal on stderr; 80 and 24 where it does not say.
struct TerminalSize {
    Index columns, lines;
};
TerminalSize stderr_size();
/// 0:07, 12:34, 1:02:03
std::string duration_text(double seconds);

class Progress {
public:
    enum class Style { silent, lines, redraw };
    static Style style(bool quiet);

    /// `unit` is what is counted: "rows".
    Progress(Style style, std::string unit);
    ~Progress();  ///< leaves the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// A new stage begins where the name changes. total 0: unknown; what is done and the rate are shown. `already`
    /// was done before the clock started. `note` stands at the end.
    void tell(std::string_view stage, Index done, Index total, std::string_view note = {}, Index already = 0);
    /// Lines to draw below the line on a terminal, made anew each time for its width; each ends in '\n'. They go when
    /// the line is ended.
    void draw_below(std::function<std::string(Index width)> below) { below_ = std::move(below); }
    /// Draws them once more, to stay, where they are drawn at all.
    void leave_below();
    /// Ends the line, so that other words may follow.
    void end_line();

private:
    std::string line(Index done, Index total, std::string_view note) const;
    std::string lines_below(const TerminalSize& terminal) const;
    void redraw(const std::string& line);

    using Clock = std::chrono::steady_clock;
    Style style_;
    std::string unit_, stage_;
    Index already_ = 0, tenths_ = -1;
    Clock::time_point start_, drawn_;
    bool open_ = false;  ///< a line was drawn and not ended
    std::function<std::string(Index width)> below_ = {};
    Index drawn_below_ = 0;  ///< lines
};

}  // namespace gradpath::tools

// From a number to another: each bar begins where the one above it ended, so what the eye adds up is the sum.
#include <gradpath/tools/report/waterfall.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {
namespace {

constexpr double wide = 720, row = 28, numbers = 76, thick = 16;

/// Where a row of the drawing begins and ends, in data.
struct Stretch {
    std::string name, number;
    double from, to;
};

std::vector<Stretch> stretches_of(const Waterfall& w) {
    std::vector<Stretch> list{{w.from_name, number_text(w.from), w.from, w.from}};
    double at = w.from;
    for (const Waterfall::Step& step : w.steps) {
        require(std::isfinite(step.change), "waterfall: a step must be finite: \"", step.name, "\" is ", step.change);
        list.push_back({step.name, (step.change < 0 ? "" : "+") + number_text(step.change), at, at + step.change});
        at += step.change;
    }
    list.push_back({w.to_name, number_text(at), at, at});
    return list;
}

}  // namespace

Drawing drawing_of(const Waterfall& w) {
    require(std::isfinite(w.from), "waterfall: it must begin with a finite number: got ", w.from);
    const std::vector<Stretch> list = stretches_of(w);
    double low = w.from, high = w.from;
    std::size_t longest = 0;
    for (const Stretch& s : list) {
        low = std::min(low, s.to);
        high = std::max(high, s.to);
        longest = std::max(longest, letters(s.name));
    }
    const double names = room_for_names(longest), span = high > low ? high - low : 1;
    const auto at = [&](double value) { return names + (value - low) / span * (wide - names - numbers); };
    std::string out;
    for (std::size_t k = 0; k < list.size(); ++k) {
        const Stretch& s = list[k];
        const double middle = row * (static_cast<double>(k) + 0.5);
        const bool end = k == 0 || k + 1 == list.size();
        out += svg_label(names - 14, middle + 4, s.name, "end", " class=\"name\"");
        out += svg_label(wide, middle + 4, s.number, "end", " class=\"figure\"");
        if (end) out += svg_line(at(s.to), middle - thick / 2, at(s.to), middle + thick / 2, "error");
        else
            out +=
                text("<rect class=\"", s.to < s.from ? "negative" : "positive", "\" x=\"",
                     coordinate(at(std::min(s.from, s.to))), "\" y=\"", coordinate(middle - thick / 2), "\" width=\"",
                     coordinate(std::abs(at(s.to) - at(s.from))), "\" height=\"", coordinate(thick), "\"/>");
        if (k + 1 < list.size())
            out += svg_line(at(s.to), middle + thick / 2, at(s.to), middle + row - thick / 2, "axis");
    }
    return {w.title, w.alt, wide, row * static_cast<double>(list.size()), out};
}

}  // namespace gradpath::tools

// A chart is drawn in a box of 720 by 320 units that the page scales. An axis maps a number or its logarithm to units;
// its ends are those of the data, widened a little, and its labels are round numbers.
#include <gradpath/tools/report/chart.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {
namespace {

constexpr double wide = 720, tall = 320;
constexpr double left = 80, right = 16, top = 14, bottom = 46;
constexpr double name_row = 20;  // of the names below a chart in a file
constexpr std::size_t series_colours = 6;

struct Axis {
    bool log = false;
    double low = 0, high = 1;  // in data, or in powers of ten
    double from = 0, to = 1;   // in units

    bool shows(double value) const { return std::isfinite(value) && (!log || value > 0); }
    double scaled(double value) const { return log ? std::log10(value) : value; }
    double at(double value) const { return std::lerp(from, to, (scaled(value) - low) / (high - low)); }
};

Axis fit(bool log, double from, double to, const std::vector<const std::vector<double>*>& data, double slack) {
    Axis axis{log, std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(), from, to};
    for (const auto* values : data) {
        for (double value : *values) {
            if (!axis.shows(value)) continue;
            axis.low = std::min(axis.low, axis.scaled(value));
            axis.high = std::max(axis.high, axis.scaled(value));
        }
    }
    if (axis.low > axis.high) axis.low = 0, axis.high = 1;
    if (axis.low == axis.high) axis.low -= 0.5, axis.high += 0.5;
    const double more = slack * (axis.high - axis.low);
    axis.low -= more;
    axis.high += more;
    return axis;
}

std::vector<double> tick_values(const Axis& axis) {
    if (!axis.log) return round_ticks(axis.low, axis.high);
    std::vector<double> ticks;
    const double step = std::max(1.0, std::ceil((axis.high - axis.low) / 7));
    for (double power = std::ceil(axis.low); power <= axis.high; power += step) ticks.push_back(std::pow(10, power));
    return ticks.size() >= 2 ? ticks : std::vector{std::pow(10, axis.low), std::pow(10, axis.high)};
}

std::string axes(const Chart& chart, const Axis& x, const Axis& y) {
    std::string out;
    for (double value : tick_values(y)) {
        out += svg_line(left, y.at(value), wide - right, y.at(value), "grid");
        out += svg_label(left - 8, y.at(value) + 4, number_text(value), "end");
    }
    for (double value : tick_values(x)) {
        out += svg_line(x.at(value), tall - bottom, x.at(value), tall - bottom + 5, "axis");
        out += svg_label(x.at(value), tall - bottom + 19, number_text(value), "middle");
    }
    out += svg_line(left, tall - bottom, wide - right, tall - bottom, "axis");
    out += svg_label((left + wide - right) / 2, tall - 6, chart.x_label, "middle", " class=\"name\"");
    const std::string turned =
        text(" class=\"name\" transform=\"rotate(-90 14 ", coordinate((top + tall - bottom) / 2), ")\"");
    return out + svg_label(14, (top + tall - bottom) / 2, chart.y_label, "middle", turned.c_str());
}

/// One polyline for each stretch without gaps.
std::string path(const std::vector<double>& xs, const std::vector<double>& ys, const Axis& x, const Axis& y) {
    std::string out;
    bool pen_down = false;
    for (std::size_t i = 0; i < xs.size(); ++i) {
        const bool shown = x.shows(xs[i]) && y.shows(ys[i]);
        if (shown) out += text(pen_down ? " L" : " M", coordinate(x.at(xs[i])), " ", coordinate(y.at(ys[i])));
        pen_down = shown;
    }
    return out;
}

std::string band(const Chart::Curve& curve, const Axis& x, const Axis& y) {
    std::string there, back;
    for (std::size_t i = 0; i < curve.low.size(); ++i) {
        if (!x.shows(curve.x[i]) || !y.shows(curve.low[i]) || !y.shows(curve.high[i])) continue;
        there += text(there.empty() ? "M" : " L", coordinate(x.at(curve.x[i])), " ", coordinate(y.at(curve.high[i])));
        back = text(" L", coordinate(x.at(curve.x[i])), " ", coordinate(y.at(curve.low[i]))) + back;
    }
    return there.empty() ? "" : there + back + " Z";
}

std::string draw_curve(const Chart::Curve& curve, std::size_t index, const Axis& x, const Axis& y) {
    const std::string kind = text("s", index % series_colours + 1);
    std::string out;
    if (const std::string area = band(curve, x, y); !area.empty())
        out += text("<path class=\"band ", kind, "\" d=\"", area, "\"/>");
    out += text("<path class=\"curve ", kind, "\" d=\"", path(curve.x, curve.y, x, y), "\"/>");
    if (curve.x.size() > 16) return out;
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
        if (!x.shows(curve.x[i]) || !y.shows(curve.y[i])) continue;
        out += text("<circle class=\"dot ", kind, "\" cx=\"", coordinate(x.at(curve.x[i])), "\" cy=\"",
                    coordinate(y.at(curve.y[i])), "\" r=\"2.6\"/>");
    }
    return out;
}

std::string legend(const Chart& chart) {
    if (chart.curves.size() < 2) return "";
    std::string out = "<ul class=\"legend\">";
    for (std::size_t i = 0; i < chart.curves.size(); ++i) out += legend_entry(i, chart.curves[i].name);
    return out + "</ul>";
}

}  // namespace

std::vector<double> round_ticks(double low, double high, int count) {
    if (!(high > low) || count < 1) return {low};
    const double rough = (high - low) / count;
    const double power = std::pow(10, std::floor(std::log10(rough)));
    const double above = rough / power;  // 1 .. 10; the nearest of 1, 2, 5 and 10 on a logarithmic scale
    const double step = power * (above < std::sqrt(2) ? 1 : above < std::sqrt(10) ? 2 : above < std::sqrt(50) ? 5 : 10);
    std::vector<double> ticks;
    for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
        ticks.push_back(k * step + 0.0);  // 0, never -0
    return ticks;
}

namespace {

std::string body(const Chart& chart) {
    std::vector<const std::vector<double>*> xs, ys;
    for (const Chart::Curve& curve : chart.curves) {
        require(curve.y.size() == curve.x.size() && curve.low.size() == curve.high.size() &&
                    (curve.low.empty() || curve.low.size() == curve.x.size()),
                "chart: x, y and the band must have one length: got ", curve.x.size(), ", ", curve.y.size(), ", ",
                curve.low.size(), " and ", curve.high.size(), " for \"", curve.name, "\"; write NaN for a gap");
        xs.push_back(&curve.x);
        ys.insert(ys.end(), {&curve.y, &curve.low, &curve.high});
    }
    const Axis x = fit(chart.log_x, left, wide - right, xs, 0);
    const Axis y = fit(chart.log_y, tall - bottom, top, ys, 0.05);
    std::string out = axes(chart, x, y);
    for (std::size_t i = 0; i < chart.curves.size(); ++i) out += draw_curve(chart.curves[i], i, x, y);
    return out;
}

/// A line for each curve below the chart: how it is drawn, and its name.
std::string names_below(const Chart& chart) {
    std::string out;
    for (std::size_t i = 0; i < chart.curves.size(); ++i) {
        const double y = tall + name_row * (static_cast<double>(i) + 0.5);
        out += svg_line(left, y, left + 28, y, text("curve s", i % series_colours + 1).c_str());
        out += svg_label(left + 38, y + 4, chart.curves[i].name, "start", " class=\"name\"");
    }
    return out;
}

}  // namespace

std::string legend_entry(std::size_t index, const std::string& name) {
    return text("<li><svg aria-hidden=\"true\" viewBox=\"0 0 28 8\"><path class=\"curve s", index % series_colours + 1,
                "\" d=\"M1 4 L27 4\"/></svg>", escape(name), "</li>");
}

std::string svg(const Chart& chart) {
    return legend(chart) + svg(Drawing{chart.title, chart.alt, wide, tall, body(chart)});
}

std::string svg_file(const Chart& chart) {
    const double height = tall + name_row * (static_cast<double>(chart.curves.size()) + 0.5);
    return svg_file(Drawing{chart.title, chart.alt, wide, height, body(chart) + names_below(chart)});
}

Drawing drawing_of(const Bars& bars) {
    constexpr double row = 30, numbers = 76, thick = 16;
    std::size_t longest = 0;
    for (const Bars::Bar& bar : bars.bars) longest = std::max(longest, letters(bar.name));
    const double names = room_for_names(longest);
    const double height = row * static_cast<double>(bars.bars.size()) + 8;
    double low = 0, highest = 0;
    for (const Bars::Bar& bar : bars.bars) {
        if (!std::isfinite(bar.value) || !std::isfinite(bar.error)) continue;
        low = std::min(low, bar.value - bar.error);
        highest = std::max(highest, bar.value + bar.error);
    }
    const double span = highest > low ? highest - low : 1;
    const auto at = [&](double value) { return names + (value - low) / span * (wide - names - numbers); };
    std::string out;
    for (std::size_t i = 0; i < bars.bars.size(); ++i) {
        const Bars::Bar& bar = bars.bars[i];
        const double middle = row * (static_cast<double>(i) + 0.5) + 4;
        out += svg_label(names - 14, middle + 4, bar.name, "end", " class=\"name\"");
        out += svg_label(wide, middle + 4, number_text(bar.value), "end", " class=\"figure\"");
        if (!std::isfinite(bar.value)) continue;
        out += text("<rect class=\"", bar.value < 0 ? "negative" : "positive", "\" x=\"",
                    coordinate(at(std::min(bar.value, 0.0))), "\" y=\"", coordinate(middle - thick / 2), "\" width=\"",
                    coordinate(std::abs(at(bar.value) - at(0))), "\" height=\"", coordinate(thick), "\" rx=\"1.5\"/>");
        if (bar.error > 0)
            out += svg_line(at(bar.value - bar.error), middle, at(bar.value + bar.error), middle, "error");
    }
    return {bars.title, bars.alt, wide, height, out + svg_line(at(0), 0, at(0), height, "axis")};
}

}  // namespace gradpath::tools

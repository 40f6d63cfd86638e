// From left to right: names, set flush right, the bars, their numbers. Below, the scale with the numbers of its ends.
#include <gradpath/tools/report/bars.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {
namespace {

using Words = std::vector<std::string>;

constexpr Index margin = 16, gap = 10;  // pixels
constexpr Index half = 150;             // of the bars' width: the longest bar
constexpr Index line_height = 24, thick = 14;
constexpr Index widest_name = 420;

std::vector<Bars::Bar> shown(const Bars& bars) {
    std::vector<std::size_t> order(bars.bars.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (order.size() > most_bars) {
        const auto size = [&](std::size_t i) {
            const double value = std::abs(bars.bars[i].value);
            return std::isnan(value) ? std::numeric_limits<double>::infinity() : value;
        };
        std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
        order.resize(most_bars);
        std::ranges::sort(order);
    }
    std::vector<Bars::Bar> list;
    for (const std::size_t i : order) list.push_back(bars.bars[i]);
    return list;
}

double limit_of(const std::vector<Bars::Bar>& bars) {
    double limit = 0;
    for (const Bars::Bar& bar : bars) {
        const double reach = std::abs(bar.value) + std::abs(bar.error);
        if (std::isfinite(reach)) limit = std::max(limit, reach);
    }
    return limit;
}

/// As much of the name as there is room for.
std::string fitted(const std::string& name) {
    if (text_width(name) <= widest_name) return name;
    std::string cut;
    for (const char letter : name) {
        if (text_width(cut + letter + "..") > widest_name) break;
        cut += letter;
    }
    return cut + "..";
}

struct Layout {
    Index names = 0, zero = 0, numbers = 0, wide = 0, top = 0, bottom = 0;
    double limit = 0;
    Index at(double value) const {
        return zero + (limit > 0 ? static_cast<Index>(std::lround(value / limit * static_cast<double>(half))) : 0);
    }
};

Layout layout(const std::vector<Bars::Bar>& bars, Index head) {
    Layout plan;
    Index widest = 0;
    for (const Bars::Bar& bar : bars) {
        plan.names = std::max(plan.names, text_width(fitted(bar.name)));
        widest = std::max(widest, text_width(number_text(bar.value, 4)));
    }
    plan.names += margin;
    plan.zero = plan.names + gap + half;
    plan.numbers = plan.zero + half + gap;
    plan.wide = plan.numbers + widest + margin;
    plan.top = margin + head;
    plan.bottom = plan.top + static_cast<Index>(bars.size()) * line_height;
    plan.limit = limit_of(bars);
    return plan;
}

void draw_bar(Picture& sheet, const Bars::Bar& bar, Index y, const Layout& plan, Theme theme) {
    const Page colours = page(theme);
    const std::string name = fitted(bar.name);
    const Index middle = y + line_height / 2, text_y = middle - 8;
    draw_text(sheet, plan.names - text_width(name), text_y, name, colours.ink);
    draw_text(sheet, plan.numbers, text_y, number_text(bar.value, 4), colours.ink);
    if (!std::isfinite(bar.value)) return fill(sheet, plan.zero - half, middle - 2, 2 * half, 4, missing());
    const Index end = plan.at(bar.value);
    const Colour colour = diverging(bar.value < 0 ? -1 : 1, theme);
    fill(sheet, std::min(plan.zero, end), middle - thick / 2, std::abs(end - plan.zero), thick, colour);
    if (!(bar.error > 0) || !std::isfinite(bar.error)) return;
    const Index low = plan.at(bar.value - bar.error), high = plan.at(bar.value + bar.error);
    fill(sheet, low, middle, high - low + 1, 1, colours.ink);
    for (const Index x : {low, high}) fill(sheet, x, middle - 3, 1, 7, colours.ink);
}

void draw_scale(Picture& sheet, const Layout& plan, Theme theme) {
    const Page colours = page(theme);
    fill(sheet, plan.zero, plan.top, 1, plan.bottom - plan.top + 5, colours.line);
    fill(sheet, plan.zero - half, plan.bottom, 2 * half + 1, 1, colours.line);
    for (const double t : {-1.0, 0.0, 1.0}) {
        if (plan.limit == 0 && t != 0) continue;
        const Index x = plan.zero + static_cast<Index>(t * static_cast<double>(half));
        const std::string number = number_text(t * plan.limit, 3);
        fill(sheet, x, plan.bottom, 1, 5, colours.line);
        draw_text(sheet, x - text_width(number) / 2, plan.bottom + 8, number, colours.soft);
    }
}

}  // namespace

Picture paint(const Bars& bars, Theme theme) {
    const Page colours = page(theme);
    const std::vector<Bars::Bar> list = shown(bars);
    const Index wide = layout(list, 0).wide - 2 * margin;
    const Words title = wrap(bars.title, wide);
    std::string note = bars.caption;
    if (list.size() < bars.bars.size())
        note += text(note.empty() ? "" : "; ", "the ", list.size(), " largest of ", bars.bars.size());
    const Words notes = wrap(note, wide);
    const auto height = [](const Words& words) { return static_cast<Index>(words.size()) * text_height(); };

    const Layout plan = layout(list, height(title) + (title.empty() ? 0 : gap));
    const Index notes_y = plan.bottom + 8 + text_height() + 4;
    Picture sheet = blank(plan.wide, notes_y + height(notes) + margin, colours.paper);
    draw_lines(sheet, margin, margin, title, colours.ink);
    for (std::size_t i = 0; i < list.size(); ++i)
        draw_bar(sheet, list[i], plan.top + static_cast<Index>(i) * line_height, plan, theme);
    draw_scale(sheet, plan, theme);
    draw_lines(sheet, margin, notes_y, notes, colours.soft);
    return sheet;
}

}  // namespace gradpath::tools

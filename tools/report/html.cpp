// A function per kind of block, each returning markup; std::visit picks. All text passes escape() on its way in. The
// content security policy forbids every fetch, and every script but our own by its hash, so a browser would refuse what
// this file promises not to ask for.
#include <gradpath/tools/report/html.hpp>

#include <algorithm>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/tools/report/chart.hpp>
#include <gradpath/tools/report/markup.hpp>
#include <gradpath/tools/report/playground.hpp>
#include <gradpath/tools/report/png.hpp>
#include <gradpath/tools/report/scene.hpp>
#include <gradpath/tools/report/script.hpp>
#include <gradpath/tools/report/style.hpp>
#include <gradpath/tools/report/waterfall.hpp>

namespace gradpath::tools {
namespace {

constexpr Index large_picture = 256;  // pixels: wider ones are drawings, not a pixel per number

/// <name>escaped words</name>, or nothing for no words.
std::string element(const char* name, const std::string& words) {
    return words.empty() ? "" : text("<", name, ">", escape(words), "</", name, ">\n");
}

std::string block(const Text& block) {
    std::string out;
    for (const std::string& paragraph : block.paragraphs) out += element("p", paragraph);
    return out;
}

std::string block(const Facts& block) {
    std::string out = "<dl class=\"facts\">\n";
    for (const Facts::Fact& fact : block.facts) {
        out +=
            text("<div>", element("dt", fact.label), element("dd", fact.value), element("dd", fact.note), "</div>\n");
    }
    return out + "</dl>\n";
}

/// A number and its ±, or its ends in brackets, may stand on two lines, but neither is broken.
std::string number(const std::string& words) {
    const auto mark = std::min(words.find(" ±"), words.find(" ("));
    if (mark == words.npos) return text(" class=\"n\">", escape(words));
    return text(" class=\"n two\"><span>", escape(words.substr(0, mark)), "</span> <span>",
                escape(words.substr(mark + 1)), "</span>");
}

std::string cell(const Table::Column& column, const char* tag, const char* scope, const std::string& words) {
    return text("<", tag, scope, column.numbers ? number(words) : ">" + escape(words), "</", tag, ">");
}

/// What scrolls sideways where it is narrow can be reached by keys, so it needs a name.
std::string scrolling(const std::string& name, const std::string& inside) {
    return text("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"", escape(name), "\">", inside,
                "</div>\n");
}

std::string caption(const std::string& words) {
    return words.empty() ? "" : text("<p class=\"caption\">", escape(words), "</p>\n");
}

std::string block(const Table& block) {
    constexpr std::size_t many = 8;
    std::string out = text("<table", block.sorts ? " class=\"sorts\"" : "", ">\n<thead><tr>");
    for (const Table::Column& column : block.columns) out += cell(column, "th", " scope=\"col\"", column.title);
    out += "</tr></thead>\n<tbody>\n";
    for (const std::vector<std::string>& row : block.rows) {
        require(row.size() == block.columns.size(), "report: a row must have one text per column: got ", row.size(),
                " for ", block.columns.size(), " columns of \"", block.caption, "\"; write an empty text for nothing");
        out += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) {
            out += i == 0 ? cell(block.columns[i], "th", " scope=\"row\"", row[i])
                          : cell(block.columns[i], "td", "", row[i]);
        }
        out += "</tr>\n";
    }
    out += "</tbody>\n</table>";
    return text("<div class=\"card", block.columns.size() > many ? " wide" : "", "\">", caption(block.caption),
                scrolling(block.caption.empty() ? "table" : block.caption, out), "</div>\n");
}

std::string data_uri(const Picture& picture) { return "data:image/png;base64," + base64(encode_png(picture)); }

std::string image(const Picture& picture, const std::string& alt, const char* when) {
    return text("<img", when, " src=\"", data_uri(picture), "\" width=\"", picture.width, "\" height=\"",
                picture.height, "\" alt=\"", escape(alt), "\">");
}

/// Both are in the page and one is hidden, for what is fetched by theme does not change in time to be printed.
std::string image(const Panels::Panel& panel) {
    if (panel.dark.pixels.empty()) return image(panel.light, panel.alt, "");
    return image(panel.light, panel.alt, " class=\"by-day\"") + image(panel.dark, panel.alt, " class=\"by-night\"");
}

std::string gradient(HeatKind kind, Theme theme) {
    constexpr int stops = 16;
    std::string out = "linear-gradient(to right";
    for (int i = 0; i <= stops; ++i) {
        const double share = static_cast<double>(i) / stops;
        const Colour c = heat_colour(kind == HeatKind::absolute ? share : 2 * share - 1, kind, theme);
        out += text(", rgb(", int{c.red}, " ", int{c.green}, " ", int{c.blue}, ")");
    }
    return out + ")";
}

std::string colour_bar(const Panels& block) {
    const bool absolute = block.kind == HeatKind::absolute;
    std::string out = text("<div class=\"bar\"><i style=\"--light: ", gradient(block.kind, Theme::light),
                           "; --dark: ", gradient(block.kind, Theme::dark), "\"></i><ol aria-label=\"colour bar, ",
                           absolute ? "paper to ink" : "blue to red", "\">");
    for (double t : absolute ? std::vector{0.0, 0.5, 1.0} : std::vector{-1.0, -0.5, 0.0, 0.5, 1.0}) {
        out += text("<li>", number_text(t * block.scale.limit, 3), "</li>");
    }
    return out + "</ol></div>\n";
}

std::string block(const Panels& block) {
    const bool large =
        std::ranges::any_of(block.panels, [](const Panels::Panel& p) { return p.light.width > large_picture; });
    const char* heading = block.title.empty() ? "h3" : "h4";
    std::string out =
        text("<figure>\n", element("h3", block.title), "<ul class=\"panels", large ? " large" : "", "\">\n");
    for (const Panels::Panel& panel : block.panels) {
        out += text("<li>", element(heading, panel.title), image(panel), element("p", panel.note), "</li>\n");
    }
    return out + "</ul>\n" + (block.bar ? colour_bar(block) : "") + element("figcaption", block.caption) +
           "</figure>\n";
}

std::string drawing(const std::string& title, const std::string& picture, const std::string& caption) {
    return text("<figure class=\"drawing\">\n", element("h3", title),
                scrolling(title.empty() ? "drawing" : title, picture), element("figcaption", caption), "</figure>\n");
}
std::string block(const Chart& block) { return drawing(block.title, svg(block), block.caption); }
std::string block(const Bars& block) { return drawing(block.title, svg(drawing_of(block)), block.caption); }
std::string block(const Waterfall& block) { return drawing(block.title, svg(drawing_of(block)), block.caption); }
std::string block(const Scene& block) { return drawing(block.title, svg(block), block.caption); }
std::string block(const Playground& block) {
    return text("<figure>\n", element("h3", block.title), playground(block), element("figcaption", block.caption),
                "</figure>\n");
}

/// The scripts that the blocks of a report need.
std::vector<std::string_view> scripts_of(const Report& report) {
    const auto needs = [&](auto wanted) {
        return std::ranges::any_of(report.sections,
                                   [&](const Section& section) { return std::ranges::any_of(section.blocks, wanted); });
    };
    const auto sorts = [](const Block& b) { return std::holds_alternative<Table>(b) && std::get<Table>(b).sorts; };
    std::vector<std::string_view> scripts;
    if (needs([](const Block& b) { return std::holds_alternative<Playground>(b); }))
        scripts.push_back(playground_script());
    if (needs(sorts)) scripts.push_back(sorting_script());
    return scripts;
}

std::string policy(const std::vector<std::string_view>& scripts) {
    std::string out = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    if (!scripts.empty()) out += "; script-src";
    for (const std::string_view script : scripts) out += " '" + script_hash(script) + "'";
    return out;
}

std::string footer(const Report& report) {
    if (report.provenance.empty()) return "";
    std::string out = "<footer>\n<h2>How this was made</h2>\n<dl>\n";
    for (const auto& [name, value] : report.provenance) {
        const bool wide = value.size() > 32;  // a command line wants the width of the page
        out += text(wide ? "<div class=\"wide\">" : "<div>", element("dt", name), element("dd", value), "</div>\n");
    }
    return out + "</dl>\n</footer>\n";
}

}  // namespace

std::string html(const Report& report) {
    const std::vector<std::string_view> scripts = scripts_of(report);
    std::string out = text(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"",
        policy(scripts),
        "\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"gradpath\">\n<title>",
        escape(report.title), "</title>\n<style>", theme_style, page_style, drawing_style, scene_style,
        "</style>\n</head>\n<body>\n<main>\n<header>\n", element("h1", report.title), element("p", report.subtitle),
        "</header>\n");
    for (const Section& section : report.sections) {
        out += "<section>\n" + element("h2", section.title);
        for (const Block& part : section.blocks) out += std::visit([](const auto& kind) { return block(kind); }, part);
        out += "</section>\n";
    }
    out += footer(report) + "</main>\n";
    for (const std::string_view script : scripts) out += text("<script>", script, "</script>\n");
    return out + "</body>\n</html>\n";
}

void write_html(const std::filesystem::path& path, const Report& report) { io::write_file(path, html(report)); }

}  // namespace gradpath::tools

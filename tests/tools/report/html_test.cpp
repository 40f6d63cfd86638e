#include <gradpath/tools/report/html.hpp>

#include <doctest/doctest.h>

#include <limits>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/tools/report/chart.hpp>
#include <gradpath/tools/report/markup.hpp>

#include "autodiff/io/folder.hpp"

using namespace gradpath;
using namespace gradpath::tools;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Report sample() {
    const Tensor image = random::uniform({8, 8}, 0, 1, {.seed = 1});
    const HeatColumn column{"a <method>", random::normal({8, 8}, {.seed = 2})};
    return {.title = "T & <title>",
            .subtitle = "\"quoted\"",
            .sections = {{"First", {Text{{"one", "two"}}, Facts{{{"steps", "64", "midpoint"}}}}},
                         {"Second",
                          {Table{"caption", {{"name"}, {"value", true}}, {{"x1", "16"}, {"x2", "48"}}},
                           heat_panels(image, std::span(&column, 1)),
                           Chart{"loss",
                                 "epoch",
                                 "nats",
                                 "loss falls",
                                 {{"train", {1, 2, 3}, {3, not_a_number, 1}}, {"test", {1, 2}, {4, 2}}}},
                           Bars{"bars", "two bars", {{"x1", 2, 0.5}, {"x2", -1}}}}}},
            .provenance = {{"seed", "1"}, {"command", std::string(40, 'c')}}};
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

}  // namespace

TEST_CASE("text is escaped where it enters markup") {
    CHECK(escape("a<b>&\"c\"'d'") == "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
    CHECK(escape("tab\there\nand \x01\x1b\x7f bell") == "tab\there\nand  bell");
    CHECK(escape("é × 𝛼") == "é × 𝛼");
    CHECK(escape("\xff\xc3|\xe2\x82|\xc0\x80|\xed\xa0\x80") ==
          "\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd|"
          "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(escape("") == "");
    CHECK(letters("é × 𝛼") == 5);
}

TEST_CASE("base64 agrees with RFC 4648") {
    CHECK(base64("") == "");
    CHECK(base64("f") == "Zg==");
    CHECK(base64("fo") == "Zm8=");
    CHECK(base64("foo") == "Zm9v");
    CHECK(base64("foob") == "Zm9vYg==");
    CHECK(base64("fooba") == "Zm9vYmE=");
    CHECK(base64("foobar") == "Zm9vYmFy");
    CHECK(base64("\xff\xfe\xfd") == "//79");
}

TEST_CASE("numbers are written for people") {
    CHECK(number_text(0) == "0");
    CHECK(number_text(1e-5) == "1e-5");
    CHECK(number_text(2.5e20) == "2.5e20");
    CHECK(number_text(-0.0123456) == "-0.01235");
    CHECK(number_text(1.0 / 3, 2) == "0.33");
    CHECK(number_text(not_a_number) == "nan");
    CHECK(coordinate(1.005) == "1");
    CHECK(coordinate(-0.001) == "0");
    CHECK(coordinate(123456.789) == "123456.79");
}

TEST_CASE("ticks are round numbers inside of the range") {
    CHECK(round_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
    CHECK(round_ticks(1, 1) == std::vector<double>{1});
    for (const double scale : {1e-9, 0.3, 7.0, 1e12}) {
        const std::vector<double> ticks = round_ticks(-0.37 * scale, 0.91 * scale);
        CHECK(ticks.size() >= 3);
        CHECK(ticks.size() <= 9);
        CHECK(ticks.front() >= -0.37 * scale);
        CHECK(ticks.back() <= 0.91 * scale);
    }
}

TEST_CASE("a chart draws every curve, leaves gaps at NaN and survives having nothing to show") {
    const Chart chart{
        "t",
        "x",
        "y",
        "",
        {{"a", {1, 2, 3, 4, 5}, {1, 2, not_a_number, 4, 5}, {0, 1, 2, 3, 4}, {2, 3, 4, 5, 6}}, {"b", {1}, {2}}}};
    const std::string drawn = svg(chart);
    CHECK(count(drawn, "<path class=\"curve") == 4);  // two curves and their legend
    CHECK(count(drawn, "<path class=\"band") == 1);
    const std::string::size_type path = drawn.find("curve s1\" d=\" M");
    REQUIRE(path != std::string::npos);
    CHECK(count(drawn.substr(path, drawn.find("/>", path) - path), " M") == 2);
    CHECK(count(drawn, "nan") == 0);
    CHECK(count(svg(Chart{}), "<svg") == 1);
    CHECK(count(svg(Chart{"t", "x", "y", "", {{"a", {1, 2}, {0, -1}}}, true, true}), "inf") == 0);
    CHECK(count(svg(drawing_of(Bars{"t", "", {{"x1", 0}, {"x2", not_a_number}}})), "<rect") == 1);
    CHECK_THROWS_WITH_AS(
        svg(Chart{"t", "", "", "", {{"a", {1, 2}, {1}}}}),
        "chart: x, y and the band must have one length: got 2, 1, 0 and 0 for \"a\"; write NaN for a gap", ValueError);
}

TEST_CASE("bars start at zero and their lengths are proportional to the numbers") {
    const std::string drawn = svg(drawing_of(Bars{"t", "", {{"a", 2}, {"b", -1}}}));
    std::vector<double> widths;
    for (std::size_t at = drawn.find("width=\""); at != std::string::npos; at = drawn.find("width=\"", at + 1)) {
        widths.push_back(std::stod(drawn.substr(at + 7)));
    }
    REQUIRE(widths.size() == 2);
    CHECK(widths[0] == doctest::Approx(2 * widths[1]).epsilon(1e-3));
    CHECK(drawn.find("class=\"positive\"") < drawn.find("class=\"negative\""));
}

TEST_CASE("the same report gives the same bytes") { CHECK(html(sample()) == html(sample())); }

TEST_CASE("a report needs nothing from anywhere") {
    const std::string page = html(sample());
    for (const char* forbidden :
         {"http://", "https://", "//cdn", "<script", "<link", "@import", "url(", "<iframe", "javascript:"}) {
        CAPTURE(forbidden);
        CHECK(page.find(forbidden) == std::string::npos);
    }
    CHECK(page.find("default-src 'none'; style-src 'unsafe-inline'; img-src data:") != std::string::npos);
    CHECK(count(page, "src=\"") == count(page, "src=\"data:image/png;base64,"));
}

TEST_CASE("a report escapes every text, has headings in order, and describes its pictures") {
    const std::string page = html(sample());
    CHECK(page.find("<title>T &amp; &lt;title&gt;</title>") != std::string::npos);
    CHECK(page.find("<h1>T &amp; &lt;title&gt;</h1>") != std::string::npos);
    CHECK(page.find("a &lt;method&gt;") != std::string::npos);
    CHECK(page.find("<method>") == std::string::npos);
    CHECK(count(page, "<h1>") == 1);
    CHECK(count(page, "<h2>") == 3);
    CHECK(count(page, "<img ") == count(page, " alt=\""));
    CHECK(count(page, " alt=\"\"") == 0);
    CHECK(count(page, "<svg role=\"img\"") == count(page, "<title>") - 1);
    CHECK(page.find("<th scope=\"row\">x1</th><td class=\"n\">16</td>") != std::string::npos);
    for (const char* tag : {"section", "figure", "div", "table", "tr", "ul", "li", "dl", "svg", "main", "p", "h3"}) {
        CAPTURE(tag);
        const std::string opened = std::string("<") + tag;
        CHECK(count(page, opened + ">") + count(page, opened + " ") == count(page, std::string("</") + tag + ">"));
    }
    CHECK_THROWS_WITH_AS(
        html({.sections = {{"s", {Table{"c", {{"a"}, {"b"}}, {{"1"}}}}}}}),
        "report: a row must have one text per column: got 1 for 2 columns of \"c\"; write an empty text for nothing",
        ValueError);
}

TEST_CASE("a report is light and dark, with both pictures of each heat map") {
    const std::string page = html(sample());
    CHECK(count(page, "<img class=\"by-night\"") == 1);
    CHECK(page.find("@media screen and (prefers-color-scheme: dark)") != std::string::npos);
    CHECK(page.find("@media print") != std::string::npos);
    CHECK(page.find("--light: linear-gradient(to right, rgb(") != std::string::npos);
}

TEST_CASE("a report file holds the page, and an empty report is a page too") {
    const TempFolder folder;
    write_html(folder / "report.html", sample());
    CHECK(io::read_file(folder / "report.html") == html(sample()));
    CHECK(folder.entries() == 1);
    CHECK_THROWS_AS(write_html(folder.path / "no" / "where.html", {}), IoError);
    CHECK(html({}).starts_with("<!DOCTYPE html>"));
}

TEST_CASE("a chart as a file brings its style, its title and the names of its curves") {
    const std::string file = svg_file({"a <title>", "x", "y", "", {{"one", {1, 2}, {0, -1}}, {"two", {1}, {3}}}});
    CHECK(file.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    CHECK(count(file, "<svg") == 1);
    for (const char* words : {"a &lt;title&gt;", ">one</text>", ">two</text>", "prefers-color-scheme: dark"})
        CHECK_MESSAGE(file.find(words) != std::string::npos, words);
}

TEST_CASE("bars as a file bring their style and title, too") {
    const std::string file = svg_file(drawing_of(Bars{"a <title>", "what it shows", {{"x1", 2}, {"x2", -1}}}));
    CHECK(file.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    for (const char* words : {">a &lt;title&gt;</text>", "<title>what it shows</title>", ">x2</text>", "--negative: #"})
        CHECK_MESSAGE(file.find(words) != std::string::npos, words);
}

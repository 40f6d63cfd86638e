#pragma once
// Report: what a command has to show, as plain data. Commands fill it, writers write it; neither does the other's work.
#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gradpath/tools/report/heatmap.hpp>

namespace gradpath::tools {

struct Text {
    std::vector<std::string> paragraphs;
};

/// Headline figures: few, large, each with a label and, if needed, a line of explanation.
struct Facts {
    struct Fact {
        std::string label, value, note = {};
    };
    std::vector<Fact> facts;
};

struct Table {
    struct Column {
        std::string title;
        bool numbers = false;  ///< set flush right in figures of equal width
    };
    std::string caption;
    std::vector<Column> columns;
    std::vector<std::vector<std::string>> rows;  ///< one text per column; the first names the row
    bool sorts = false;                          ///< by a click on a heading, or by keys
};

/// Small pictures in a row, a pixel per number; the page enlarges them. `bar` adds a colour bar that holds for all.
struct Panels {
    struct Panel {
        std::string title;
        Picture light, dark = {};  ///< without a dark one, the light one serves both
        std::string alt;           ///< what the picture shows, for those who cannot see it
        std::string note = {};
    };
    std::string caption;
    std::vector<Panel> panels;
    bool bar = false;
    HeatScale scale = {};
    HeatKind kind = HeatKind::heat;
    std::string title = {};
};

/// Lines over a common axis; NaN interrupts a line. `low` and `high`, if given, are a band around it.
struct Chart {
    struct Curve {
        std::string name;
        std::vector<double> x, y, low = {}, high = {};
    };
    std::string title, x_label, y_label, alt;
    std::vector<Curve> curves;
    bool log_x = false, log_y = false;  ///< numbers that are not positive are left out there
    std::string caption = {};
};

/// Signed horizontal bars from a common zero, with error bars where an error is given.
struct Bars {
    struct Bar {
        std::string name;
        double value = 0, error = 0;
    };
    std::string title, alt;
    std::vector<Bar> bars;
    std::string caption = {};
};

/// From one number to another in steps, each a bar that begins where the one before it ended.
struct Waterfall {
    struct Step {
        std::string name;
        double change;
    };
    std::string title, alt;
    std::string from_name;
    double from = 0;
    std::vector<Step> steps;
    std::string to_name;  ///< of what it comes to
    std::string caption = {};
};

/// A rectangle of the plane, x to the right and y upwards, and what lies behind it, stretched over it.
struct Ground {
    double left = 0, right = 1, bottom = 0, top = 1;
    Picture light, dark = {};  ///< without a dark one, the light one serves both
};
struct Dot {
    double x, y;
    Colour light, dark;
};

/// Spots, lines and ellipses on a piece of the plane.
struct Scene {
    struct Line {
        std::size_t name;  ///< position in `names`; lines of one name look alike
        std::vector<double> x, y;
    };
    struct Ellipse {
        double x, y;
        std::array<double, 2> first, second;  ///< half axes, at right angles
    };
    std::string title, alt;
    Ground ground;
    std::vector<std::string> names = {};  ///< of lines, at most six
    std::vector<Line> lines = {};
    std::vector<Ellipse> ellipses = {};
    std::vector<Dot> spots = {};
    std::string caption = {};
};

/// A scene with two handles, the input and the baseline, which the reader moves over grids of places: by pointer, touch
/// or arrow keys. It shows both ways between them and what each makes of the model's answer, all of it computed before.
struct Playground {
    struct Grid {
        Index columns, rows;  ///< evenly over the ground, its edges among them; the first row is the bottom
        Index start = 0;      ///< where the handle is at first, row · columns + column
    };
    /// What goes with a place of the input and one of the baseline.
    struct Answer {
        std::vector<double> x, y;           ///< corners of the curve, `corners` of them
        std::array<double, 2> line, curve;  ///< shares of both features along the straight line and the curve
        double change;                      ///< F(input) - F(baseline), which both must sum to
        double line_length, curve_length;   ///< in the metric
    };
    std::string title, alt;
    Ground ground;
    std::vector<Dot> spots = {};
    Grid inputs, baselines;
    Index corners;
    std::vector<Answer> answers;  ///< of every input for the first baseline, then for the second, ..
    std::string caption = {};
};

using Block = std::variant<Text, Facts, Table, Panels, Chart, Bars, Waterfall, Scene, Playground>;

struct Section {
    std::string title;
    std::vector<Block> blocks;
};

struct Report {
    std::string title, subtitle;
    std::vector<Section> sections;
    std::vector<std::pair<std::string, std::string>> provenance;  ///< name and value: model, seed, dtype, version, ...
};

/// The image (if any) and the columns under one shared scale, in light and dark, with a colour bar.
Panels heat_panels(const Tensor& image, std::span<const HeatColumn> columns, const Heatmap& options = {});

}  // namespace gradpath::tools

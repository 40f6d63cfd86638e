// Diagrams of graphs: which boxes there are is asked of small functions, where they stand is a law on random graphs.
#include <gradpath/tools/report/diagram.hpp>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/expr.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/nn.hpp>
#include <gradpath/tools/report/layered.hpp>

using namespace gradpath;
using namespace gradpath::tools;

namespace {

/// One box per text: "title: line, line".
std::vector<std::string> told(const Diagram& diagram) {
    std::vector<std::string> all;
    for (const Diagram::Box& box : diagram.boxes) {
        std::string words = box.title + ":";
        for (const std::string& line : box.lines) words += " " + line;
        all.push_back(words);
    }
    return all;
}

Diagram of_formula(const std::string& formula) {
    const models::Formula f = models::parse_formula(formula);
    return diagram(record(f, zeros({1, f.inputs})), formula);
}

/// A convolution, and a block that adds what goes in to what comes out.
struct Block {
    nn::Conv2d conv{2, 2, {.kernel = 3, .padding = 1}};
    Tensor operator()(const Tensor& x) const { return relu(x + nn::named("conv", conv, x)); }
    static void visit(auto& self, auto&& f) { f("conv", self.conv); }
};
const nn::Sequential& residual() {
    static const nn::Sequential net{nn::Conv2d(1, 2, {.kernel = 3, .stride = 2}), Block{}, Block{}};
    return net;
}
template <class M>
std::vector<ParameterCount> counts(const M& model) {
    std::vector<ParameterCount> list;
    for (const nn::Parameter& p : nn::parameters(model)) list.push_back({p.name, p.value.size()});
    return list;
}

/// Tags that close what they opened, quoted attributes, escaped text: what an XML parser asks of our SVG.
bool is_well_formed(const std::string& xml) {
    static const std::regex tag(R"rx(<(/?)([a-zA-Z]+)((?: [a-zA-Z:-]+="[^"<&]*")*)(/?)>)rx");
    static const std::regex bare(R"(&(?!amp;|lt;|gt;|quot;|#39;)|<)");
    std::vector<std::string> open;
    auto at = xml.begin();
    for (std::smatch m; std::regex_search(at, xml.end(), m, tag); at = m.suffix().first) {
        if (std::regex_search(m.prefix().str(), bare)) return false;
        if (m[1].length() > 0) {
            if (open.empty() || open.back() != m[2]) return false;
            open.pop_back();
        } else if (m[4].length() == 0) {
            open.push_back(m[2]);
        }
    }
    return open.empty() && at != xml.begin() && std::string(at, xml.end()) == "\n";
}

struct Case {
    std::vector<Extent> boxes;
    std::vector<Diagram::Arrow> arrows;
};
Case random_case() {
    Case c;
    const auto count = *rc::gen::inRange<std::size_t>(1, 14);
    for (std::size_t i = 0; i < count; ++i)
        c.boxes.push_back(
            {static_cast<double>(*rc::gen::inRange(10, 200)), static_cast<double>(*rc::gen::inRange(10, 90))});
    for (std::size_t to = 1; to < count; ++to)
        for (std::size_t from = 0; from < to; ++from)
            if (*rc::gen::inRange(0, 4) == 0) c.arrows.push_back({from, to});
    return c;
}

/// Is the spot inside the box, by more than a hair?
bool inside(const Spot& spot, const Spot& box, const Extent& size) {
    constexpr double hair = 1e-6;
    return spot.x > box.x + hair && spot.x < box.x + size.width - hair && spot.y > box.y + hair &&
           spot.y < box.y + size.height - hair;
}

/// Part t of the way from one spot to the next, as the picture draws it: even ones straight, odd ones as a Bézier curve
/// whose handles are half way down.
Spot between(const Spot& a, const Spot& b, bool curved, double t) {
    if (!curved) return {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)};
    const double u = 1 - t, middle = (a.y + b.y) / 2;
    return {(u * u * u + 3 * u * u * t) * a.x + (3 * u * t * t + t * t * t) * b.x,
            u * u * u * a.y + 3 * u * t * middle + t * t * t * b.y};
}

}  // namespace

TEST_CASE("a layer is one box with its ops, the shape that comes out and its parameters") {
    const models::Model lenet = models::make("lenet5");
    const Diagram drawn = diagram(record(lenet, zeros({1, 1, 28, 28})), "lenet5", counts(lenet));
    const std::vector<std::string> boxes = told(drawn);
    REQUIRE(boxes.size() == 14);
    CHECK(boxes[0] == "input: (1, 28, 28)");
    CHECK(boxes[1] == "conv1: conv2d 5×5 padding 2, add → (6, 28, 28) 156 parameters");
    CHECK(boxes[2] == "relu1: relu → (6, 28, 28)");
    CHECK(boxes[3] == "pool1: max_pool2d 2×2 → (6, 14, 14)");
    CHECK(boxes[7] == ": reshape → (400)");
    CHECK(boxes[8] == "dense1: matmul, add → (120) 48120 parameters");
    CHECK(boxes[13] == "output: (10)");
    CHECK(drawn.arrows.size() == 13);
    CHECK(drawn.boxes[1].kind == Diagram::Kind::parameters);
    CHECK(drawn.boxes[2].kind == Diagram::Kind::step);
}

TEST_CASE("every architecture can be drawn, and its boxes hold all its parameters") {
    for (const std::string& name : models::architectures()) {
        CAPTURE(name);
        const models::Model model = models::make(name);
        const Diagram drawn = diagram(record(model, zeros(Shape{1}.joined(model.input))), name, counts(model));
        Index total = 0;
        for (const Diagram::Box& box : drawn.boxes)
            if (box.kind == Diagram::Kind::parameters) total += std::stoll(box.lines.back());
        CHECK(total == nn::count(model));
        CHECK(is_well_formed(svg(drawn)));
    }
}

TEST_CASE("branches and merges stay: a block that adds its input has two arrows into the sum") {
    const Diagram drawn = diagram(record(residual(), zeros({1, 1, 9, 9})), "residual", counts(residual()));
    CHECK(told(drawn) == std::vector<std::string>{"input: (1, 9, 9)",                                             //
                                                  "0: conv2d 3×3 stride 2, add → (2, 4, 4) 20 parameters",        //
                                                  "1.conv: conv2d 3×3 padding 1, add → (2, 4, 4) 38 parameters",  //
                                                  "1: add, relu → (2, 4, 4)",                                     //
                                                  "2.conv: conv2d 3×3 padding 1, add → (2, 4, 4) 38 parameters",  //
                                                  "2: add, relu → (2, 4, 4)",                                     //
                                                  "output: (2, 4, 4)"});
    CHECK(drawn.arrows == std::vector<Diagram::Arrow>{{0, 1}, {1, 2}, {1, 3}, {2, 3}, {3, 4}, {3, 5}, {4, 5}, {5, 6}});
}

TEST_CASE("a formula shows its features, its numbers, and each of its ops") {
    const Diagram drawn = of_formula("(x1+x2)^3 - 2*x2");
    CHECK(told(drawn) == std::vector<std::string>{"input: (2)", ": slice x1", ": slice x2", ": add", ": mul", ": mul",
                                                  ": mul(2, ·)", ": sub", "output:"});
    CHECK(told(of_formula("3")) == std::vector<std::string>{"input: (0)", "output:"});
    CHECK(of_formula("3").arrows.empty());
    CHECK(told(of_formula("x1, x2")).back() == "output: (2)");
}

TEST_CASE("what a box tells is short: ops beyond two lines are counted, sizes that differ are both told") {
    const auto f = [](const Tensor& x) {
        const TapPath path("deep");
        Tensor y = max_pool2d(conv2d(x, ones({2, 1, 1, 3}), {.stride = {1, 2}, .dilation = 2, .groups = 2}),
                              {.kernel = {2, 1}});
        for (int i = 0; i < 20; ++i) y = sin(y);
        return y;
    };
    CHECK(told(diagram(record(f, zeros({1, 2, 4, 9})), "deep"))[1] ==
          "deep: conv2d 1×3 stride 1×2 dilation 2 groups 2 max_pool2d 2×1, sin, sin, sin, sin, sin and 15 more → (2, "
          "2, 3)");
}

TEST_CASE("a tap names what it stands behind, a second visit is a box of its own, a mixed row has no shape") {
    const auto f = [](const Tensor& x) {
        const Tensor y = tap("hidden", tanh(x));
        const Tensor z = nn::named("twice", nn::relu, nn::named("twice", nn::relu, y));
        return sum(z * slice(z, 0, 0, 1));
    };
    CHECK(told(diagram(record(f, zeros({3, 2})), "taps")) ==
          std::vector<std::string>{"input: (2)", "hidden: tanh → (2)", "twice: relu → (2)", "twice: relu → (2)",
                                   ": slice 0 .. 0 → (2)", ": mul → (2)", ": sum", "output:"});
}

TEST_CASE("boxes do not overlap, arrows lead down, join what they should, and touch no other box: on any graph") {
    const bool law = rc::check([] {
        const Case c = random_case();
        const Layout layout = layered(c.boxes, c.arrows);
        RC_ASSERT(layout.boxes.size() == c.boxes.size());
        for (std::size_t i = 0; i < c.boxes.size(); ++i) {
            const Spot& a = layout.boxes[i];
            RC_ASSERT(a.x >= 0);
            RC_ASSERT(a.y >= 0);
            RC_ASSERT(a.x + c.boxes[i].width <= layout.whole.width);
            RC_ASSERT(a.y + c.boxes[i].height <= layout.whole.height);
            for (std::size_t j = 0; j < i; ++j) {
                const Spot& b = layout.boxes[j];
                RC_ASSERT(a.x + c.boxes[i].width < b.x || b.x + c.boxes[j].width < a.x ||
                          a.y + c.boxes[i].height < b.y || b.y + c.boxes[j].height < a.y);
            }
        }
        RC_ASSERT(layout.routes.size() == c.arrows.size());
        for (std::size_t k = 0; k < c.arrows.size(); ++k) {
            const std::vector<Spot>& route = layout.routes[k];
            const auto [from, to] = c.arrows[k];
            RC_ASSERT(route.size() % 2 == 0);
            RC_ASSERT(std::abs(route.front().y - layout.boxes[from].y - c.boxes[from].height) < 1e-9);
            RC_ASSERT(std::abs(route.front().x - layout.boxes[from].x - c.boxes[from].width / 2) < 1e-9);
            RC_ASSERT(std::abs(route.back().y - layout.boxes[to].y) < 1e-9);
            RC_ASSERT(std::abs(route.back().x - layout.boxes[to].x - c.boxes[to].width / 2) < 1e-9);
            for (std::size_t p = 1; p < route.size(); ++p) {
                RC_ASSERT(route[p].y >= route[p - 1].y);
                RC_ASSERT(p % 2 == 0 || route[p].x == route[p - 1].x);
                for (int step = 0; step <= 10; ++step) {
                    const Spot spot = between(route[p - 1], route[p], p % 2 == 0, step / 10.0);
                    for (std::size_t i = 0; i < c.boxes.size(); ++i)
                        RC_ASSERT(!inside(spot, layout.boxes[i], c.boxes[i]));
                }
            }
        }
    });
    CHECK(law);
}

TEST_CASE("the layout is calm: a chain is one straight line, and an arrow that skips a layer leaves it straight") {
    const std::vector<Extent> boxes{{80, 20}, {120, 40}, {60, 20}, {100, 30}};
    const std::vector<Diagram::Arrow> arrows{{0, 1}, {1, 2}, {2, 3}, {0, 3}};
    const Layout layout = layered(boxes, arrows);
    for (std::size_t i = 0; i < boxes.size(); ++i)
        CHECK(layout.boxes[i].x + boxes[i].width / 2 == doctest::Approx(layout.boxes[0].x + 40).epsilon(1e-3));
    CHECK(layout.routes[3].size() == 8);
    CHECK(layout.routes[3][2].x == doctest::Approx(layout.routes[3][5].x).epsilon(1e-3));
    CHECK(layered({}, {}).boxes.empty());
    // a - d and b - c cross in the order given; sorted by medians nothing does
    const Layout crossed = layered(std::vector<Extent>(4, {50, 20}), std::vector<Diagram::Arrow>{{0, 3}, {1, 2}});
    CHECK((crossed.boxes[0].x < crossed.boxes[1].x) == (crossed.boxes[3].x < crossed.boxes[2].x));
}

TEST_CASE("the main line stays in one column past blocks with boxes on their shortcuts; operands stand to both sides") {
    std::vector<Diagram::Arrow> arrows;
    constexpr std::size_t blocks = 4;  // 0 -> 1 -> 2 -> 4 and 0 -> 3 -> 4, and so on from 4
    for (std::size_t first = 0; first < 4 * blocks; first += 4)
        for (const auto& [from, to] : {std::pair{0, 1}, {1, 2}, {0, 3}, {2, 4}, {3, 4}})
            arrows.push_back({first + static_cast<std::size_t>(from), first + static_cast<std::size_t>(to)});
    const std::vector<Extent> boxes(4 * blocks + 1, {100, 30});
    const Layout layout = layered(boxes, arrows);
    for (std::size_t i = 0; i < boxes.size(); ++i)
        CHECK((std::abs(layout.boxes[i].x - layout.boxes[0].x) < 0.01) == (i % 4 != 3));
    CHECK(layout.whole.width < 300);
    const Layout sum = layered(std::vector<Extent>(4, {50, 20}), std::vector<Diagram::Arrow>{{0, 2}, {1, 2}, {2, 3}});
    CHECK(sum.boxes[2].x == doctest::Approx((sum.boxes[0].x + sum.boxes[1].x) / 2));
    CHECK(sum.boxes[3].x == doctest::Approx(sum.boxes[2].x));
}

TEST_CASE("the picture is well-formed XML, light and dark, and needs nothing from anywhere") {
    Diagram drawn{.title = "a < b & \"c\"", .boxes = {{"<in>", {"&"}}, {"", {"'x'"}}}, .arrows = {{0, 1}}};
    const std::string picture = svg(drawn);
    CHECK(is_well_formed(picture));
    CHECK(picture.find("<title>a &lt; b &amp; &quot;c&quot;</title>") != std::string::npos);
    CHECK(picture.find("@media (prefers-color-scheme: dark)") != std::string::npos);
    for (const char* forbidden : {"https://", "url(", "@import", "<script", "href"})
        CHECK(picture.find(forbidden) == std::string::npos);
    CHECK(svg(drawn) == picture);
    CHECK(is_well_formed(svg({})));
    CHECK_FALSE(is_well_formed("<svg><g></svg>\n"));
    CHECK_FALSE(is_well_formed("<svg>a & b</svg>\n"));
    drawn.title = std::string(500, 'x');
    CHECK(svg(drawn).find("class=\"title\"") != std::string::npos);
    CHECK(svg(drawn).find(">" + std::string(71, 'x') + "…<") != std::string::npos);
}

TEST_CASE("DOT says the same, quoted for Graphviz") {
    const Diagram drawn{.title = "say \"hi\\\"",
                        .boxes = {{"input", {"(2)"}, Diagram::Kind::input},
                                  {"dense", {"matmul", "4 parameters"}, Diagram::Kind::parameters},
                                  {"", {"sin"}}},
                        .arrows = {{0, 1}, {1, 2}}};
    CHECK(dot(drawn) ==
          "digraph \"say \\\"hi\\\\\\\"\" {\n"
          "  label=\"say \\\"hi\\\\\\\"\";\n"
          "  labelloc=t;\n"
          "  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n"
          "  b0 [label=\"input\\n(2)\", style=\"rounded,bold\"];\n"
          "  b1 [label=\"dense\\nmatmul\\n4 parameters\", style=\"rounded,filled\", fillcolor=\"#e8f0f9\"];\n"
          "  b2 [label=\"sin\"];\n"
          "  b0 -> b1;\n"
          "  b1 -> b2;\n"
          "}\n");
}

TEST_CASE("an arrow that does not lead on is refused") {
    const Diagram back{.boxes = {{"a"}, {"b"}}, .arrows = {{1, 0}}};
    const char* message =
        "diagram: an arrow must lead from an earlier box to a later one: it leads from 1 to 0 of 2; put the boxes in "
        "topological order";
    CHECK_THROWS_WITH_AS(svg(back), message, ValueError);
    CHECK_THROWS_WITH_AS(dot(back), message, ValueError);
    CHECK_THROWS_AS(svg({.boxes = {{"a"}}, .arrows = {{0, 1}}}), ValueError);
}

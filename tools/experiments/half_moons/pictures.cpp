#include <gradpath/tools/experiments/half_moons/pictures.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/geometry/curvature.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools::half_moons {
namespace {

namespace geometry = attribution::geometry;

constexpr double strength = 0.55;      // of the colours behind
constexpr Index across = 180;          // pixels of the ground
constexpr Index points_shown = 700;    // of those that are explained
constexpr double largest_axis = 0.14;  // of an ellipse, in the units of the plane
constexpr double epsilon = 0.05;       // of the pullback whose ellipses are shown
constexpr Index ways_of_class = 7;
constexpr double full_colour = 0.95;  // quantile of the sizes

/// Centres of columns × rows cells of a ground, [columns · rows, 2].
Tensor cells(const Ground& g, Index columns, Index rows) {
    std::vector<double> at;
    for (Index v = 0; v < rows; ++v)
        for (Index u = 0; u < columns; ++u) {
            at.push_back(g.left + (g.right - g.left) * (static_cast<double>(u) + 0.5) / static_cast<double>(columns));
            at.push_back(g.top - (g.top - g.bottom) * (static_cast<double>(v) + 0.5) / static_cast<double>(rows));
        }
    return Tensor({columns * rows, 2}, std::span<const double>(at));
}

Scene scene(const Function& f, std::string title, std::string alt, std::string caption) {
    return {.title = std::move(title), .alt = std::move(alt), .ground = ground_of(f), .caption = std::move(caption)};
}

Scene surface(const Subject& s) {
    Scene shown = scene(s.f, "The model and its metric", "ellipses of steps of one length over the model's surface",
                        "Colour: the class that the model believes in. Ellipses: steps that change log p of class 1 by "
                        "as much, by the pullback metric with a small price for all steps: long where the model hardly "
                        "looks, flat across the border.");
    const NoRecording plain;
    const Tensor at = cells(shown.ground, 21, 14);
    const geometry::Spectrum spectrum =
        geometry::spectrum(geometry::regularised(geometry::pullback(log_probability(s.f, 1)), epsilon * epsilon), at);
    for (Index k = 0; k < at.rows(); ++k) {
        const auto axis = [&](Index i) {
            const double half = largest_axis * epsilon / std::sqrt(spectrum.values.at(2 * k + i));
            return std::array{half * spectrum.vectors.at(4 * k + i), half * spectrum.vectors.at(4 * k + 2 + i)};
        };
        shown.ellipses.push_back({at.at(2 * k), at.at(2 * k + 1), axis(0), axis(1)});
    }
    return shown;
}

Scene ways(const Subject& s) {
    Scene shown =
        scene(s.f, "Straight lines and geodesics", "straight and bent ways from one baseline to several points",
              "From the baseline (-0.5, -0.5): the lines of Integrated Gradients and the shortest ways over "
              "neighbouring points in the conformal metric of log p.");
    shown.names = {"straight line", "geodesic over neighbours"};
    const std::vector<Tensor> geodesics = geodesic_ways(s);
    std::array<Index, 2> drawn{};
    for (Index r = 0; r < s.x.rows(); ++r) {
        const auto row = static_cast<std::size_t>(r);
        if (drawn[static_cast<std::size_t>(s.predicted[row])]++ >= ways_of_class) continue;
        shown.lines.push_back({0, {s.baseline.at(0), s.x.at(2 * r)}, {s.baseline.at(1), s.x.at(2 * r + 1)}});
        Scene::Line line{1, {}, {}};
        for (Index k = 0; k < geodesics[row].rows(); ++k) {
            line.x.push_back(geodesics[row].at(2 * k));
            line.y.push_back(geodesics[row].at(2 * k + 1));
        }
        shown.lines.push_back(std::move(line));
    }
    return shown;
}

Scene sizes(const Subject& s, const std::string& name, const Tensor& values) {
    const std::vector<double> all = attribution::quality::sizes_of(values);
    std::vector<double> sorted = all;
    std::ranges::sort(sorted);
    const double most = sorted[static_cast<std::size_t>(full_colour * static_cast<double>(sorted.size() - 1))];
    Scene shown = scene(s.f, name, "points coloured by the size of their attribution",
                        text("Points: the darker, the larger the sum of |A|; full colour from ", short_number(most, 3),
                             ". Those beyond the border should be dark and those before it light."));
    for (Index r = 0; r < std::min(points_shown, s.x.rows()); ++r) {
        const double t = all[static_cast<std::size_t>(r)] / most;
        shown.spots.push_back(
            {s.x.at(2 * r), s.x.at(2 * r + 1), sequential(t, Theme::light), sequential(t, Theme::dark)});
    }
    return shown;
}

}  // namespace

Ground ground_of(const Function& f) {
    const NoRecording plain;
    Ground ground{.left = -1.6, .right = 2.6, .bottom = -1.15, .top = 1.65, .light = {}};
    const Index down = across * 2 / 3;
    const Tensor y = f(cells(ground, across, down));
    for (const Theme theme : {Theme::light, Theme::dark}) {
        Picture& picture = theme == Theme::light ? ground.light : ground.dark;
        picture = blank(across, down, page(theme).paper);
        for (Index k = 0; k < across * down; ++k) {
            const double belief = std::tanh((y.at(2 * k + 1) - y.at(2 * k)) / 2);  // 2 p - 1
            set_pixel(picture, k % across, k / across, diverging(strength * belief, theme));
        }
    }
    return ground;
}

Section pictures(const Trained& trained) {
    const Subject s = as_trained(trained);
    return {text("One network, noise ", short_number(trained.plan.noise), ", seen whole"),
            {surface(s), ways(s), sizes(s, "Integrated Gradients", straight_values(s)),
             sizes(s, "Geodesic Integrated Gradients", by_neighbours(s).values)}};
}

}  // namespace gradpath::tools::half_moons

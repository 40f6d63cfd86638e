// Each as in the paper's code where it has it, with windows and patches of smaller images.
#include <gradpath/tools/experiments/image_methods.hpp>

#include <gradpath/attribution/coalition/kernel_shap.hpp>
#include <gradpath/attribution/coalition/removal.hpp>
#include <gradpath/attribution/geometry/geodesic_ig.hpp>
#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/gradient/smooth.hpp>
#include <gradpath/attribution/path/expected_gradients.hpp>
#include <gradpath/attribution/path/guided_ig.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::tools::masked_images {
namespace {

using attribution::geometry::Variational;

constexpr Index steps = 50;  // on a path, as in the paper's code
constexpr double beta = 0.1, rate = 0.01;
constexpr Index iterations = 200, quick_iterations = 10;
constexpr std::uint64_t drawn = 78;  // stream of what is random here

template <class Options>
Options ask(const Subject& s) {
    return options_for<Options>(s.question);
}

Tensor integrated(const Subject& s, const Tensor& x) {
    auto o = ask<attribution::IntegratedGradients>(s);
    o.quadrature = {.steps = steps};
    return attribution::integrated_gradients(s.f, x, o).values;
}
Tensor product(const Subject& s) {
    return attribution::input_x_gradient(s.f, s.x, ask<attribution::InputXGradient>(s)).values;
}
Tensor gradient_shap(const Subject& s) {
    auto o = ask<attribution::ExpectedGradients>(s);
    o.samples = steps;
    return attribution::expected_gradients(s.f, s.x, o).values;
}
Tensor straight(const Subject& s) { return integrated(s, s.x); }
Tensor smooth(const Subject& s) {
    auto o = ask<attribution::IntegratedGradients>(s);
    o.quadrature = {.steps = 20};
    const auto method = [&](const Tensor& x) { return attribution::integrated_gradients(s.f, x, o); };
    return attribution::smooth_squared(method, s.x, {.samples = 10, .seed = o.seed}).values;
}
Tensor random_numbers(const Subject& s) { return random::normal(s.x.shape(), {s.question.seed, drawn, s.x.dtype()}); }
Tensor kernel_shap(const Subject& s) {
    auto o = ask<attribution::KernelShap>(s);
    o.groups = attribution::parse_groups("patches:4x4");
    o.sampling.samples = 256;
    return attribution::kernel_shap(s.f, s.x, o).values;
}
Tensor occlusion(const Subject& s) {
    auto o = ask<attribution::Occlusion>(s);
    o.window = {5, 5}, o.stride = {2, 2};
    return attribution::occlusion(s.f, s.x, o).values;
}
Tensor augmented_occlusion(const Subject& s) {
    auto o = ask<attribution::Occlusion>(s);
    o.window = {5, 5}, o.stride = {2, 2};
    o.baseline = attribution::baseline::Samples{other_images(s)};
    return attribution::occlusion(s.f, s.x, o).values;
}
Tensor guided(const Subject& s) {
    auto o = ask<attribution::GuidedIg>(s);
    o.stage = {.kind = attribution::Stage::probability};
    o.steps = steps, o.fraction = 0.5, o.distance = 1.0;
    return attribution::guided_ig(s.f, s.x, o).values;
}
Tensor variational(const Subject& s, Variational v) {
    auto o = ask<attribution::GeodesicIgSvi>(s);
    v.points = s.quick ? 12 : steps;
    v.beta = beta, v.rate = rate, v.respace = false;
    v.iterations = s.quick ? quick_iterations : iterations;
    o.variational = v;
    o.quadrature = {.steps = 1};
    return attribution::geodesic_ig_svi(s.f, s.x, o).values;
}

const Method all[] = {
    {"input-x-gradient", 0.21, 1.28, product},
    {"gradient-shap", 0.18, 1.15, gradient_shap},
    {"integrated-gradients", 0.21, 1.25, straight},
    {"smooth-grad-squared", not_there, not_there, smooth, "of integrated-gradients"},
    {"random", 0.16, 0.86, random_numbers},
    {"kernel-shap", 0.16, 0.94, kernel_shap, "patches of 4x4"},
    {"occlusion", 0.19, 1.16, occlusion, "window 5x5"},
    {"augmented-occlusion", 0.19, 1.15, augmented_occlusion, "by 10 other images"},
    {"guided-ig", 0.20, 1.18, guided, "of the probability, unbounded"},
    {"geodesic-ig-svi", 0.27, 1.44, [](const Subject& s) { return variational(s, {}); }},
    {"geodesic-ig-svi, paper's sign", not_there, not_there,
     [](const Subject& s) { return variational(s, {.paper_sign = true}); }, "E1: steep places are sought"},
    {"geodesic-ig-svi, paper's sum", not_there, not_there,
     [](const Subject& s) { return variational(s, {.paper_form = true}); }, "E2: no path integral"},
    {"geodesic-ig-svi, carried over", not_there, not_there,
     [](const Subject& s) { return variational(s, {.carry_over = 1}); },
     "E5: an image starts where the last one ended"},
    {"geodesic-ig-svi, as published", not_there, not_there,
     [](const Subject& s) { return variational(s, {.paper = true}); }, "E1, E2, E3, norms over rows of pixels"},
};

}  // namespace

Tensor other_images(const Subject& s) {
    return gather(s.test.x, random::integers({10}, s.test.x.rows(), s.question.seed, drawn));
}

std::span<const Method> methods() { return all; }

}  // namespace gradpath::tools::masked_images

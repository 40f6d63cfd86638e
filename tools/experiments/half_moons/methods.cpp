// The competitors of the table, with the settings of the paper's code where it has any.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/attribution/coalition/kernel_shap.hpp>
#include <gradpath/attribution/coalition/removal.hpp>
#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/gradient/smooth.hpp>
#include <gradpath/attribution/path/expected_gradients.hpp>
#include <gradpath/attribution/path/guided_ig.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/tools/experiments/half_moons/methods.hpp>
#include <gradpath/tools/experiments/same_question.hpp>

namespace gradpath::tools::half_moons {
namespace {

using attribution::Attribution;
using attribution::Stage;
using attribution::quality::sizes_of;

constexpr double not_there = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t drawn = 77;  // stream of what is random here

template <class Options>
Options from_baseline(const Subject& s) {
    return options_for<Options>({s.predicted, s.baseline, s.seed, s.cancel});
}

Attribution integrated(const Subject& s, const Tensor& x) {
    auto o = from_baseline<attribution::IntegratedGradients>(s);
    o.quadrature = s.quadrature;
    return attribution::integrated_gradients(s.f, x, o);
}

Scores input_x_gradient(const Subject& s) {
    return scores_of(attribution::input_x_gradient(s.f, s.x, from_baseline<attribution::InputXGradient>(s)));
}
Scores gradient_shap(const Subject& s) {
    auto o = from_baseline<attribution::ExpectedGradients>(s);
    o.samples = 50;
    return scores_of(attribution::expected_gradients(s.f, s.x, o));
}
Scores integrated_gradients(const Subject& s) { return scores_of(integrated(s, s.x)); }
Scores smooth_grad(const Subject& s) {
    return scores_of(attribution::smooth([&](const Tensor& x) { return integrated(s, x); }, s.x,
                                         {.sigma = 0.1, .relative = false, .samples = 10, .seed = s.seed}));
}
Scores kernel_shap(const Subject& s) {
    return scores_of(attribution::kernel_shap(s.f, s.x, from_baseline<attribution::KernelShap>(s)));
}
Scores occlusion(const Subject& s) {
    auto o = from_baseline<attribution::Occlusion>(s);
    o.window = o.stride = {.height = 1, .width = 2};
    return scores_of(attribution::occlusion(s.f, s.x, o));
}
Scores augmented_occlusion(const Subject& s) {
    auto o = from_baseline<attribution::Occlusion>(s);
    o.window = o.stride = {.height = 1, .width = 1};
    const Indices rows = random::integers({10}, s.x.rows(), s.seed, drawn);
    o.baseline = attribution::baseline::Samples{gather(s.x, rows)};
    return scores_of(attribution::occlusion(s.f, s.x, o));
}
Scores guided_ig(const Subject& s) {
    auto o = from_baseline<attribution::GuidedIg>(s);
    o.stage = {.kind = Stage::probability};
    o.steps = 50, o.fraction = 0.5, o.distance = 1.0;
    return scores_of(attribution::guided_ig(s.f, s.x, o));
}
Scores random_numbers(const Subject& s) {
    return scores_of(sizes_of(random::normal(s.x.shape(), {s.seed, drawn, DType::float64})), {}, {});
}
Scores enhanced_ig(const Subject& s) {
    return scores_of(by_neighbours(s, {.metric = ByNeighbours::Metric::euclidean}));
}
Scores geodesic_ig(const Subject& s) { return scores_of(by_neighbours(s)); }

/// |F(x) - F(x')| itself: what every complete method without cancellation ranks by.
Scores abs_delta(const Subject& s) {
    const NoRecording plain;
    const Tensor there = log_softmax(s.f(s.x)), here = log_softmax(s.f(s.baseline));
    std::vector<double> sizes;
    for (Index r = 0; r < s.x.rows(); ++r) {
        const Index c = s.predicted[static_cast<std::size_t>(r)];
        sizes.push_back(std::abs(there.at(2 * r + c) - here.at(c)));
    }
    return scores_of(sizes, {0.0}, {});
}

}  // namespace

Scores scores_of(const Attribution& a) {
    return scores_of(sizes_of(a.values), a.ncc_gap.value_or(std::vector<double>{}),
                     a.relative_delta.value_or(std::vector<double>{}));
}

Scores scores_of(const std::vector<double>& sizes, std::vector<double> gaps, const std::vector<double>& deltas) {
    Scores scores{sizes, not_there, 0};
    if (!gaps.empty()) {
        const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
        std::ranges::nth_element(gaps, middle);
        scores.gap = *middle;
    }
    if (!deltas.empty()) scores.relative_delta = std::ranges::max(deltas);
    return scores;
}

Tensor straight_values(const Subject& s) { return integrated(s, s.x).values; }

Measured measure(const Subject& s, const Scores& scores) {
    using attribution::quality::spread;
    return {attribution::quality::purity(scores.sizes, s.predicted, s.of_baseline),
            scores.gap,
            scores.relative_delta,
            {spread(scores.sizes, s.predicted, 0), spread(scores.sizes, s.predicted, 1)}};
}

std::vector<Method> methods() {
    return {{"input-x-gradient", 0.328, input_x_gradient},
            {"gradient-shap", 0.483, gradient_shap, "expected-gradients from one baseline, 50 samples"},
            {"integrated-gradients", 0.487, integrated_gradients},
            {"smooth-grad", not_there, smooth_grad, "integrated-gradients of 10 noisy copies, sd 0.1"},
            {"random", 0.299, random_numbers},
            {"kernel-shap", 0.480, kernel_shap, "all four coalitions; the paper drew 25"},
            {"occlusion", 0.520, occlusion, "window 2 of 2 features, as in the paper: abs-delta by another name"},
            {"augmented-occlusion", not_there, augmented_occlusion, "each feature by those of 10 rows"},
            {"guided-ig", 0.361, guided_ig, "of the probability, unbounded, as in the paper"},
            {"enhanced-ig", 0.470, enhanced_ig, "shortest Euclidean ways; the paper's table says 470"},
            {"geodesic-ig-knn", 0.531, geodesic_ig},
            {"abs-delta", not_there, abs_delta, "reference: ranks by |F(x) - F(x')| itself"}};
}

}  // namespace gradpath::tools::half_moons

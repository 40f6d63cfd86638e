// geodesic-ig-svi and each departure of its published form: on few points, since every point has a curve of its own.
#include <gradpath/attribution/geometry/geodesic_ig.hpp>
#include <gradpath/tools/experiments/half_moons/methods.hpp>
#include <gradpath/tools/experiments/same_question.hpp>

namespace gradpath::tools::half_moons {
namespace {

using attribution::geometry::Variational;

constexpr Index rows = 500, quick_rows = 20, iterations = 1000, quick_iterations = 100;
constexpr double beta = 0.1;            // of the paper's code, on half-moons
constexpr Index together = 10;          // rows of which each starts where one of the 10 before it ended
constexpr Index piece_of_a_curve = 10;  // nodes

double purity_by(const Trained& trained, Variational o) {
    const bool quick = trained.plan.quick;
    const Subject s = first_rows(as_trained(trained), quick ? quick_rows : rows);
    o.beta = beta;
    o.iterations = quick ? quick_iterations : iterations;
    auto options = options_for<attribution::GeodesicIgSvi>({s.predicted, s.baseline, s.seed, s.cancel});
    options.variational = o;
    options.quadrature = s.quadrature;
    return measure(s, scores_of(attribution::geodesic_ig_svi(s.f, s.x, options))).purity.value;
}

Ablation with(const char* change, const char* lesson, const Variational& o) {
    return {variational, change, lesson, [=](const Trained& trained) { return purity_by(trained, o); }};
}

}  // namespace

std::vector<Ablation> variational_ablations() {
    return {with("", "500 points; steep places cost, and the integral is along the path", {}),
            with("E1: steep places are sought", "minus beta, as published", {.paper_sign = true}),
            with("E2: |step| times the slope", "as published: no path integral, not complete", {.paper_form = true}),
            with("E3: slope of all outputs' sum", "as published", {.all_outputs = true}),
            with("E4: ends are free", "what the code's flag should do, and does not", {.match_ends = false}),
            with("E5: 10 rows start where the 10 before ended", "as published, where inputs come in batches",
                 {.carry_over = together}),
            with("E6: pieces of 10 nodes, each by itself", "as published, where a batch is smaller than a path",
                 {.piece = piece_of_a_curve}),
            with("divergence by a sample", "as published: the same mean, more noise", {.sampled_kl = true}),
            with("all as published", "E1, E2, E3 and the sampled divergence together", {.paper = true})};
}

bool is_method(const Ablation& a) { return a.method == variational && a.change.empty(); }

}  // namespace gradpath::tools::half_moons

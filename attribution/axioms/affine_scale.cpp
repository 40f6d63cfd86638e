// A7 (Lundstrom et al. 2022; Friedman & Moulin 1999): a change of units, T(z)_i = c_i z_i + d_i, changes no share.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

std::optional<Miss> rescaled(Trial& trial, const Generator& generator) {
    const Sample s = generator.make(trial.draws);
    const std::size_t n = s.x.size();
    std::vector<double> c = trial.draws.weights(n, 0.3, 3), d = trial.draws.weights(n, -1, 1);
    std::vector<Expression> scaled;
    for (std::size_t i = 0; i < n; ++i) {
        if (trial.draws.coin()) c[i] = -c[i];
        scaled.push_back(c[i] * Expression::variable(static_cast<Index>(i)) + d[i]);
    }
    const auto in_units = [&](Point z) {
        for (std::size_t i = 0; i < n; ++i) z[i] = c[i] * z[i] + d[i];
        return z;
    };
    const Question inner = trial.question({s.f.of(scaled), s.x, s.baseline});
    Question outer = trial.question({s.f, in_units(s.x), in_units(s.baseline)});
    if (trial.subject().start == Subject::Start::given) {
        outer.baselines = inner.baselines;
        for (Point& baseline : outer.baselines) baseline = in_units(baseline);
    }
    const Point a = trial.shares(inner), b = trial.shares(outer);
    const auto [error, i] = difference(a, b);
    trial.say(text("x", i + 1, " gets ", a[i], " in one unit and ", b[i], " in the other"));
    return Miss(error, std::max(size_of(a), size_of(b)));
}

}  // namespace

Axiom affine_scale() {
    return {"A7", "affine-scale-invariance", "units do not matter", Claim::affine_scale_invariance, of_all(rescaled)};
}

}  // namespace gradpath::attribution::axioms

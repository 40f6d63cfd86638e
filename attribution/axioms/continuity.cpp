// A13: where |dF/dz_i| <= M_i and the gradient is L-Lipschitz, Integrated Gradients satisfy
// |A_i(x) - A_i(y)| <= M_i |x_i - y_i| + L/2 |y_i - x'_i| ‖x - y‖ (add and subtract (y_i - x'_i) ∫ ∂_i F on the line to
// x; the points of both lines differ by t (x - y)). Kinks allow no such bound: relu(x1 - x2) from 0 jumps by √2 at (1, 1).
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

/// Bounds on the slopes of a function.
struct Slopes {
    Expression f;
    std::vector<double> each;  ///< M_i
    double lipschitz;          ///< L
};
using Make = Slopes (*)(Draws&, std::size_t n);
constexpr double reach = 4;  // all points lie in -reach .. reach

/// x·Qx/2, Q symmetric; L is at most the root of the sum of squares.
Slopes quadratic(Draws& d, std::size_t n) {
    const std::vector<Expression> x = variables(n);
    std::vector<double> sums(n, 0);
    double squares = 0;
    std::optional<Expression> f;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = i; j < n; ++j) {
            const double q = d.weight(-1, 1), half = i == j ? q / 2 : q;
            const Expression term = half * (x[i] * x[j]);
            f = f ? *f + term : term;
            sums[i] += std::abs(q) * reach;
            if (i != j) sums[j] += std::abs(q) * reach;
            squares += (i == j ? 1 : 2) * q * q;
        }
    return {*f, sums, std::sqrt(squares)};
}

/// Σ v_k softplus(w_k·x + b_k): softplus has a slope within 1, and its slope one within 1/4.
Slopes one_layer(Draws& d, std::size_t n) {
    Slopes s{0, std::vector<double>(n, 0), 0};
    std::vector<Expression> units;
    const std::vector<double> v = d.weights(3, -1.5, 1.5);
    for (const double out : v) {
        const std::vector<double> w = d.weights(n, -1.5, 1.5);
        units.push_back(softplus(affine(w, variables(n), d.weight(-1, 1))));
        for (std::size_t i = 0; i < n; ++i) {
            s.each[i] += std::abs(out * w[i]);
            s.lipschitz += std::abs(out) * w[i] * w[i] / 4;
        }
    }
    s.f = affine(v, units, 0);
    return s;
}

std::optional<Miss> beyond(Trial& trial, Make make) {
    Draws& d = trial.draws;
    const std::size_t n = random_width(d);
    const Slopes slopes = make(d, n);
    const Point x = random_point(d, n), baseline = random_point(d, n);
    Point y = x;
    for (double& value : y) value += d.number(-0.5, 0.5);
    if (trial.subject().start != Subject::Start::given) return std::nullopt;
    const Point at_x = trial.shares({slopes.f, x, {baseline}}), at_y = trial.shares({slopes.f, y, {baseline}});
    double distance = 0, excess = 0;
    for (std::size_t i = 0; i < n; ++i) distance = std::hypot(distance, x[i] - y[i]);
    for (std::size_t i = 0; i < n; ++i) {
        const double moved = std::abs(at_x[i] - at_y[i]);
        const double bound =
            slopes.each[i] * std::abs(x[i] - y[i]) + slopes.lipschitz / 2 * std::abs(y[i] - baseline[i]) * distance;
        if (moved - bound <= excess) continue;
        excess = moved - bound;
        trial.say(text("the share of x", i + 1, " moves by ", moved, ", the bound is ", bound));
    }
    return Miss(excess, size_of(at_x) + size_of(at_y));
}

}  // namespace

Axiom continuity() {
    return {.id = "A13",
            .name = "continuity",
            .statement = "of a smooth function, shares move no faster with x than the slopes allow",
            .sources = {{"quadratic", true, [](Trial& trial) { return beyond(trial, quadratic); }},
                        {"softplus layer", true, [](Trial& trial) { return beyond(trial, one_layer); }}}};
}

}  // namespace gradpath::attribution::axioms

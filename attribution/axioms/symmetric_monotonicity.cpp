// A10 (Young 1985; Lundstrom & Razaviyayn 2025): where dF/dz_i <= dG/dz_j everywhere between x' and x, the share
// per unit of change of i in F is at most that of j in G. Slopes that are equal everywhere make both sides equal.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

/// One feature of one answer.
struct Side {
    const Question& question;
    const Point& shares;
    std::size_t feature;

    double change() const { return question.x[feature] - question.baselines[0][feature]; }
    double rate() const { return shares[feature] / change(); }
};
constexpr double least_change = 0.3;  // smaller ones make the quotient lose its digits

/// How far the rate on the left is above that on the right; also below it, if they must be equal.
Miss judge(Trial& trial, const Side& left, const Side& right, bool equal) {
    const double excess = left.rate() - right.rate();
    trial.say(text("x", left.feature + 1, " gets ", left.rate(), " per unit in F, x", right.feature + 1, " gets ",
                   right.rate(), " per unit in G, though its slope is ", equal ? "the same" : "nowhere smaller"));
    return Miss(equal ? std::abs(excess) : std::max(0.0, excess), std::abs(left.rate()) + std::abs(right.rate()));
}

/// F = G of x_1 + x_2: both slopes are the same.
std::optional<Miss> same_slope(Trial& trial) {
    if (trial.subject().start == Subject::Start::unknown) return std::nullopt;
    Draws& d = trial.draws;
    const std::vector<Expression> x = variables(3);
    const Expression u = x[0] + x[1], v = d.weight(-1, 1) * x[2];
    const Expression f = d.coin() ? u * u * u + u * u * v : tanh(u + v) + d.weight(-1, 1) * (u * v);
    const Question q = trial.question({f, random_point(d, 3), random_point(d, 3)});
    const Point shares = trial.shares(q);
    const Side left{q, shares, 0}, right{q, shares, 1};
    if (std::min(std::abs(left.change()), std::abs(right.change())) < least_change) return std::nullopt;
    return judge(trial, left, right, true);
}

/// G = F + a little x1, where F sees x1 and x2 through their sum: paths that go by slopes part here.
std::optional<Miss> nearly_tied(Trial& trial) {
    if (trial.subject().start == Subject::Start::unknown) return std::nullopt;
    Draws& d = trial.draws;
    const std::vector<Expression> x = variables(2);
    const Expression u = x[0] + x[1], bend = d.coin() ? u * u : u * u * u;
    const Question f =
        trial.question({d.weight(-1, 1) * bend + d.weight(-1, 1) * u, random_point(d, 2), random_point(d, 2)});
    Question g = f;
    g.f = f.f + 0.01 * x[0];
    if (std::abs(f.x[0] - f.baselines[0][0]) < least_change) return std::nullopt;
    const Point of_f = trial.shares(f), of_g = trial.shares(g);
    return judge(trial, {f, of_f, 0}, {g, of_g, 0}, false);
}

/// G = F + what rises in x_i: i = j.
std::optional<Miss> steeper(Trial& trial, const Generator& generator) {
    const Sample s = generator.make(trial.draws);
    const std::size_t i = trial.draws.below(s.x.size());
    const Expression x = Expression::variable(static_cast<Index>(i)), more = trial.draws.number(0.1, 1) * softplus(x);
    const Question f = trial.question(s);
    Question g = f;
    g.f = f.f + more;
    const bool unknown = trial.subject().start == Subject::Start::unknown;
    if (unknown || std::abs(f.x[i] - f.baselines[0][i]) < least_change) return std::nullopt;
    const Point of_f = trial.shares(f), of_g = trial.shares(g);
    return judge(trial, {f, of_f, i}, {g, of_g, i}, false);
}

}  // namespace

Axiom monotonicity() {
    Axiom axiom{"A10", "symmetric-monotonicity", "a slope that is larger everywhere means a larger share per unit",
                Claim::symmetric_monotonicity, of_all(steeper)};
    axiom.sources.insert(axiom.sources.begin(), {{"same slope", true, same_slope}, {"nearly tied", true, nearly_tied}});
    return axiom;
}

}  // namespace gradpath::attribution::axioms

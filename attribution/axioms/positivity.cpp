// A9 (Lundstrom et al. 2022, non-decreasing positivity): where F never falls on any monotone path from x' to x, no
// share is negative. The functions rise in y_i = ±z_i, the sign that of x_i - x'_i.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/attribution/axioms/network.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

constexpr std::size_t n = 4;  // enough for a path that turns back in a feature, as that of blur does

/// Features that grow from the start to x, and what they were made from.
struct Rising {
    Sample sample;
    std::vector<Expression> y;
};

std::optional<Rising> rising(Trial& trial) {
    Rising r{{0, random_point(trial.draws, n), random_point(trial.draws, n)}, {}};
    const std::optional<Point> start = trial.start(r.sample.x, r.sample.baseline);
    if (!start) return std::nullopt;
    for (std::size_t i = 0; i < n; ++i) {
        const Expression x = Expression::variable(static_cast<Index>(i));
        r.y.push_back(r.sample.x[i] >= (*start)[i] ? x : -1 * x);
    }
    return r;
}

std::optional<Miss> judge(Trial& trial, const Sample& s) {
    const Point shares = trial.shares(trial.question(s));
    const auto least = std::min_element(shares.begin(), shares.end());
    trial.say(text("F only rises on the way, but x", least - shares.begin() + 1, " gets ", *least));
    return Miss(std::max(0.0, -*least), size_of(shares));
}

std::optional<Miss> network(Trial& trial, Expression (*activation)(const Expression&)) {
    std::optional<Rising> r = rising(trial);
    if (!r) return std::nullopt;
    Network net = random_network(trial.draws, n, 0.1, 1.5);
    net.activation = activation;
    r->sample.f = net.formula(r->y);
    return judge(trial, r->sample);
}

/// Products of numbers above 0: y_i + 7, where |y_i| is at most 2, or 6 further away in a distribution.
std::optional<Miss> product(Trial& trial) {
    std::optional<Rising> r = rising(trial);
    if (!r) return std::nullopt;
    for (Expression& y : r->y) y = y + 7;
    const std::vector<Expression> products{r->y[0] * r->y[1], r->y[1] * r->y[2], r->y[0] * r->y[1] * r->y[2]};
    r->sample.f = affine(trial.draws.weights(3, 0.05, 1), products, 0);
    return judge(trial, r->sample);
}

/// Products of soft steps in each feature: slopes that come and go on the way.
std::optional<Miss> gates(Trial& trial) {
    std::optional<Rising> r = rising(trial);
    if (!r) return std::nullopt;
    std::vector<Expression> gates;
    for (const Expression& y : r->y) gates.push_back(softplus(4 * (y + trial.draws.number(-1, 1))));
    r->sample.f = gates[0] * gates[1] + gates[1] * gates[2];
    return judge(trial, r->sample);
}

}  // namespace

Axiom positivity() {
    return {"A9",
            "positivity",
            "where F only rises from x' to x, no share is negative",
            Claim::positivity,
            {{"product", true, product},
             {"gates", true, gates},
             {"softplus-net", true, [](Trial& trial) { return network(trial, softplus); }},
             {"relu-net", false, [](Trial& trial) { return network(trial, relu); }}}};
}

}  // namespace gradpath::attribution::axioms

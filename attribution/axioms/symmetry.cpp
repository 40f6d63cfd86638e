// A6 (Sundararajan et al. 2017): features that may be swapped, and are equal in x and in x', get equal shares. The
// functions see the pair only through its sum, product and maximum; at the tie that every symmetric point is, the
// maximum shares its slope evenly.
#include <gradpath/attribution/axioms/rooms.hpp>

#include <gradpath/attribution/axioms/network.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

struct Pair {
    std::size_t first, second, other;
};

/// Points where the pair is equal; of a distribution, each baseline comes with its mirror image.
Question question(Trial& trial, const Expression& f, const Pair& pair) {
    Sample s{f, random_point(trial.draws, 3), random_point(trial.draws, 3)};
    s.x[pair.second] = s.x[pair.first];
    s.baseline[pair.second] = s.baseline[pair.first];
    Question q = trial.question(s);
    if (!trial.distribution()) return q;
    const std::vector<Point> drawn = q.baselines;
    for (Point mirrored : drawn) {
        std::swap(mirrored[pair.first], mirrored[pair.second]);
        q.baselines.push_back(mirrored);
    }
    return q;
}

std::optional<Miss> judge(Trial& trial, const Expression& f, const Pair& pair) {
    const Question q = question(trial, f, pair);
    const Point shares = trial.shares(q);
    trial.say(text("F does not change where x", pair.first + 1, " and x", pair.second + 1,
                   " are swapped, and they are equal, but get ", shares[pair.first], " and ", shares[pair.second]));
    return Miss(std::abs(shares[pair.first] - shares[pair.second]), size_of(shares));
}

Pair random_pair(Draws& draws) {
    const std::size_t other = draws.below(3);
    return {(other + 1) % 3, (other + 2) % 3, other};
}

std::optional<Miss> of_sum_and_product(Trial& trial) {
    const Pair pair = random_pair(trial.draws);
    const std::vector<Expression> x = variables(3);
    const Expression s = x[pair.first] + x[pair.second], p = x[pair.first] * x[pair.second], k = x[pair.other];
    const std::vector<Expression> terms{p, s * s, p * k, s * k};
    return judge(trial, affine(trial.draws.weights(4, -1, 1), terms, 0) + tanh(s), pair);
}

std::optional<Miss> network(Trial& trial, Expression (*activation)(const Expression&), bool smooth) {
    const Pair pair = random_pair(trial.draws);
    const std::vector<Expression> x = variables(3);
    const Expression &a = x[pair.first], &b = x[pair.second];
    Network net = random_network(trial.draws, 3);
    net.activation = activation;
    const std::vector<Expression> seen{a + b, smooth ? a * b : maximum(a, b), x[pair.other]};
    return judge(trial, net.formula(seen), pair);
}

/// Each of the pair meets the third feature in the same function, but written in two ways (Sundararajan et al. 2017,
/// appendix B).
std::optional<Miss> written_in_two_ways(Trial& trial) {
    const Pair pair = random_pair(trial.draws);
    const std::vector<Expression> x = variables(3);
    const double bend = trial.draws.number(0.2, 1);
    return judge(trial,
                 hidden_pair(x[pair.first], x[pair.other], bend).plain +
                     hidden_pair(x[pair.second], x[pair.other], bend).rewritten,
                 pair);
}

}  // namespace

Axiom symmetry() {
    return {"A6",
            "symmetry",
            "equal features that may be swapped get equal shares",
            Claim::symmetry,
            {{"sum and product", true, of_sum_and_product},
             {"softplus-net", true, [](Trial& trial) { return network(trial, softplus, true); }},
             {"relu-net", false, [](Trial& trial) { return network(trial, relu, false); }},
             {"written in two ways", false, written_in_two_ways}}};
}

}  // namespace gradpath::attribution::axioms

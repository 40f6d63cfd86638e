#include <gradpath/attribution/baselines/attack.hpp>

#include <cmath>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/gradient/gradient.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::uint64_t scatter_stream = std::uint64_t{18} << 32;

/// What both are asked alike.
struct Ball {
    const Tensor& x;
    double epsilon, low, high;

    void check(const std::string& method) const {
        require(std::isfinite(epsilon) && epsilon >= 0, method, ": epsilon must not be negative but is ", epsilon);
        require(low < high, method, ": low must be below high but they are ", low, " and ", high);
        const bool inside = x.size() == 0 || (min(x).item() >= low && max(x).item() <= high);
        require(inside, method, ": the input must lie between low and high but leaves [", low, ", ", high,
                "]; set them");
    }
    Tensor nearest(const Tensor& z) const { return clamp(minimum(maximum(z, x - epsilon), x + epsilon), low, high); }
};

/// Which way the log-probability of the class falls.
Tensor downhill(const Model& model, const Tensor& at, const Target& target, const Run& run) {
    return -sign(gradient(model, at, {.target = target, .stage = {.kind = Stage::log_probability}, .run = run}).values);
}

}  // namespace

Tensor fgsm(const Model& model, const Tensor& x, const Fgsm& o) {
    const Tensor input = detached(x);
    const Ball ball{input, o.epsilon, o.low, o.high};
    ball.check("fgsm");
    return ball.nearest(input + downhill(model, input, o.target, o.run) * o.epsilon);
}

Tensor pgd(const Model& model, const Tensor& x, const Pgd& o) {
    const Tensor input = detached(x);
    const Ball ball{input, o.epsilon, o.low, o.high};
    ball.check("pgd");
    require(o.steps >= 1, "pgd: steps must be at least 1 but is ", o.steps);
    require(std::isfinite(o.rate) && o.rate > 0, "pgd: rate must be above 0 but is ", o.rate);
    const Evaluator evaluator("pgd", model, input, o.target, {.kind = Stage::log_probability}, o.run);
    Run run = o.run;
    run.facts = evaluator.facts();
    Tensor at = input;
    if (o.scattered)
        at =
            ball.nearest(at + random::uniform(at.shape(), -o.epsilon, o.epsilon, {o.seed, scatter_stream, at.dtype()}));
    for (Index step = 0; step < o.steps; ++step)
        at = ball.nearest(at + downhill(model, at, evaluator.fixed_target(), run) * o.rate);
    return at;
}

}  // namespace gradpath::attribution

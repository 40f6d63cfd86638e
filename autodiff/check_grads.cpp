// ⟨u, J v⟩ two ways: by the reverse sweep as ⟨Jᵀ u, v⟩, and by a central difference of ⟨u, f⟩ along v. One number
// tests a Jacobian of any shape (autograd's idea). The derivative is itself a function of ops, so it is checked the
// same way.
#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/ops/op.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath {
namespace {

std::vector<Tensor> random_like(const std::vector<Tensor>& xs, std::uint64_t seed, std::uint64_t stream) {
    std::vector<Tensor> draws;
    for (std::size_t i = 0; i < xs.size(); ++i)
        draws.push_back(
            random::uniform(xs[i].shape(), -1, 1, {.seed = seed, .stream = stream + i, .dtype = xs[i].dtype()}));
    return draws;
}

double inner(const Tensor& a, const Tensor& b) { return sum(a * b).item(); }

std::vector<Tensor> moved(const std::vector<Tensor>& xs, const std::vector<Tensor>& vs, double step) {
    std::vector<Tensor> points;
    for (std::size_t i = 0; i < xs.size(); ++i) points.push_back(xs[i] + vs[i] * step);
    return points;
}

/// f(xs) with its graph, whatever the caller's scope says.
Tensor recorded(const ListFunction& f, const std::vector<Tensor>& xs) {
    const Recording on;
    return f(xs);
}

void check(const ListFunction& f, const std::vector<Tensor>& inputs, const GradCheck& o, int order) {
    std::vector<Tensor> leaves;
    for (const Tensor& input : inputs) leaves.push_back(tracked(input));
    const Tensor y = recorded(f, leaves);
    const Tensor u = random_like({y}, o.seed, 100 + 1000 * static_cast<std::uint64_t>(order))[0];
    const std::vector<Tensor> vs = random_like(inputs, o.seed, 200 + 1000 * static_cast<std::uint64_t>(order));

    const std::vector<Tensor> slopes = pullback(std::span(&y, 1), std::span(&u, 1), leaves);
    double swept = 0, size = 1;
    for (std::size_t i = 0; i < slopes.size(); ++i) {
        swept += inner(slopes[i], vs[i]);
        size = std::max(size, sum(abs(slopes[i] * vs[i])).item());
    }
    const auto value = [&](double step) {
        const NoRecording off;
        return inner(u, f(moved(inputs, vs, step)));
    };
    // Richardson's combination of two central differences: the error is of fourth order in the step.
    const double h = o.step;
    const double narrow = (value(h) - value(-h)) / (2 * h), wide = (value(2 * h) - value(-2 * h)) / (4 * h);
    const double measured = (4 * narrow - wide) / 3;
    if (!(std::abs(swept - measured) <= o.tolerance * std::max(size, std::abs(measured))))
        throw NumericError(text("check_grads: order ", order, ": the derivative by sweep is ", swept,
                                ", by differences ", measured, "; they differ by ", std::abs(swept - measured)));
}

}  // namespace

void check_grads(const ListFunction& f, const std::vector<Tensor>& inputs, const GradCheck& options) {
    require(options.order >= 1 && options.step > 0, "check_grads: order must be at least 1 and step positive: got ",
            options.order, " and ", options.step);
    require(!inputs.empty(), "check_grads: at least one input is needed");
    for (const Tensor& input : inputs)
        require<DTypeError>(input.dtype() == DType::float64,
                            "check_grads: inputs must be float64, or rounding hides the derivative; ",
                            "convert with .to()");
    ListFunction derivative = f;
    std::vector<Tensor> at = inputs;
    for (int order = 1; order <= options.order; ++order) {
        check(derivative, at, options, order);
        if (order == options.order) break;
        // The next function: ⟨Jᵀ u, w⟩ as a function of the inputs and of u.
        const Tensor y = [&] {
            const NoRecording off;
            return derivative(at);
        }();
        const Tensor u = random_like({y}, options.seed, 300 + 1000 * static_cast<std::uint64_t>(order))[0];
        const std::vector<Tensor> ws = random_like(at, options.seed, 400 + 1000 * static_cast<std::uint64_t>(order));
        derivative = [inner_function = derivative, ws](const std::vector<Tensor>& all) {
            std::vector<Tensor> xs;
            for (std::size_t i = 0; i + 1 < all.size(); ++i)
                xs.push_back(all[i].is_tracked() ? alias(all[i]) : tracked(all[i]));
            const Tensor u_now = all.back();
            const Tensor y_now = recorded(inner_function, xs);
            const auto slopes = pullback(std::span(&y_now, 1), std::span(&u_now, 1), xs, {.differentiable = true});
            Tensor total = sum(slopes[0] * ws[0]);
            for (std::size_t i = 1; i < slopes.size(); ++i) total = total + sum(slopes[i] * ws[i]);
            return total;
        };
        at.push_back(u);
    }
}

}  // namespace gradpath

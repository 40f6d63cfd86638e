// All parameters are one row x [1, n], the residuals one row [1, m], so jacobian() gives J as for any function of rows.
// A step is taken if it gains anything; the damping follows Nielsen's rule on the ratio of the gain to that foretold,
// and is scaled by the largest diagonal of JᵀJ so far (Moré 1978), so the units of the parameters do not matter.
#include <gradpath/autodiff/minimize/gauss_newton.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/minimize/walk.hpp>
#include <gradpath/autodiff/ops/op.hpp>

namespace gradpath::minimize {

namespace {

/// The diagonal of JᵀJ, ones for zeros: a parameter that changes nothing must not make the matrix singular.
Tensor scale_of(const Tensor& matrix) {
    const Tensor squares = diagonal(matrix);
    return squares + equal(squares, 0.0);
}

class Search {
public:
    Search(const ListFunction& residuals, const std::vector<Tensor>& start, const GaussNewton& o)
        : residuals_(residuals), o_(o), now_(evaluate(unpack(pack(start), start))), damping_(o.damping) {
        linearise(now_);
        scale_ = scale_of(now_.normal);
    }

    Minimum run() {
        return walk("gauss_newton", o_.stop, now_, evaluations_, [this] { return advance(); });
    }

private:
    struct Point : Place {
        Tensor residuals = {};  ///< [m], float64
        Tensor normal = {};     ///< JᵀJ [n, n], float64
    };

    /// All but the derivatives.
    Point evaluate(std::vector<Tensor> parameters) {
        ++evaluations_;
        const NoRecording off;
        const Tensor r = residuals_(parameters);
        Point point;
        point.x = pack(parameters);
        point.parameters = std::move(parameters);
        point.residuals = reshape(r, Shape{r.size()}).to(DType::float64);
        point.value = 0.5 * sum(square(point.residuals)).item();
        return point;
    }

    /// JᵀJ and the gradient Jᵀr.
    void linearise(Point& point) {
        ++evaluations_;
        std::vector<Tensor> flat;
        for (const Tensor& p : point.parameters) flat.push_back(reshape(p, Shape{1, p.size()}));
        const auto f = [&](const Tensor& row) {
            std::vector<Tensor> parameters;
            Index first = 0;
            for (const Tensor& p : point.parameters) {
                parameters.push_back(reshape(slice(row, 1, first, first + p.size()), p.shape()));
                first += p.size();
            }
            return reshape(residuals_(parameters), Shape{1, point.residuals.size()});
        };
        const Tensor whole = jacobian(f, concat(flat, 1)).to(DType::float64);
        const Tensor j = reshape(whole, Shape{whole.shape()[1], whole.shape()[2]});
        point.normal = matmul(j, j, {.transpose_a = true});
        point.gradient = pack({matmul(j, reshape(point.residuals, Shape{j.rows(), 1}), {.transpose_a = true})});
    }

    /// One step, with the damping raised until it gains; false when it is so short that nothing moves.
    bool advance() {
        for (; std::isfinite(damping_); damping_ *= growth_, growth_ *= 2) {
            const auto h = step();
            if (!h) continue;  // not positive definite, to rounding
            std::vector<Tensor> next = unpack(along(now_.x, 1, *h), now_.parameters);
            if (pack(next) == now_.x) return false;
            if (take(std::move(next), *h)) return true;
        }
        return false;
    }

    std::optional<Numbers> step() const {
        try {
            const Tensor l = cholesky(now_.normal + diagonal_matrix(scale_) * damping_);
            const Tensor y = triangular_solve(l, Tensor(scale_.shape(), now_.gradient));
            return pack({-triangular_solve(l, y, {.transpose = true})});
        } catch (const NumericError&) {
            return std::nullopt;
        }
    }

    bool take(std::vector<Tensor> parameters, const Numbers& h) {
        Point next = evaluate(std::move(parameters));
        if (!(next.value <= now_.value)) return false;
        linearise(next);
        if (!finite(next)) return false;
        const Tensor squares = square(Tensor(scale_.shape(), h));
        const double foretold = 0.5 * (damping_ * sum(scale_ * squares).item() - dot(h, now_.gradient));
        const double ratio = (now_.value - next.value) / foretold;
        damping_ *= std::max(1.0 / 3, 1 - std::pow(2 * ratio - 1, 3));
        growth_ = 2;
        now_ = std::move(next);
        scale_ = maximum(scale_, scale_of(now_.normal));
        return true;
    }

    const ListFunction& residuals_;
    const GaussNewton& o_;
    Index evaluations_ = 0;
    Point now_;
    Tensor scale_;  ///< of the damping, per parameter [n]
    double damping_, growth_ = 2;
};

}  // namespace

Minimum gauss_newton(const ListFunction& residuals, const std::vector<Tensor>& start, const GaussNewton& options) {
    check("gauss_newton", options.stop, start);
    require(!start.empty(), "gauss_newton: there must be at least one parameter");
    require_same_dtype("gauss_newton", start);
    require(options.damping > 0 && std::isfinite(options.damping),
            "gauss_newton: damping must be finite and above 0 but is ", options.damping);
    return Search(residuals, start, options).run();
}

}  // namespace gradpath::minimize

// One loss for each row, and a schedule of its own, so that rows share the sweeps but not their fate. The slope's part
// of the energy has the gradient H ∇F / ‖∇F‖, a product with the Hessian in a direction that counts as fixed; all else
// is written out. A rate is halved by starting Adam anew, as the code of the paper does.
#include <gradpath/attribution/geometry/variational.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/attribution/geometry/curve.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::geometry {
namespace {

constexpr double first_spread = 0.1, end_weight = 100, end_share = 0.1;
constexpr double least_rate = 1e-5, settled = 1e-4;
constexpr Index patience = 25, long_patience = 100;

using Numbers = std::vector<double>;

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Adam (Kingma & Ba 2015) on the deviations of one row and the logarithms of their spreads.
class Fit {
public:
    Fit(std::size_t size, double rate) : mean(size, 0), log_spread(size, std::log(first_spread)), rate_(rate) {
        anew();
    }
    /// From where another one ended, with a schedule of its own.
    Fit(const Fit& ended, double rate) : mean(ended.mean), log_spread(ended.log_spread), rate_(rate) { anew(); }

    Numbers mean, log_spread;
    bool done() const { return done_; }

    void step(const Numbers& slope_of_mean, const Numbers& slope_of_spread) {
        ++time_;
        move(slope_of_mean, mean, 0);
        move(slope_of_spread, log_spread, mean.size());
    }

    /// Halves the rate where the loss has not been better for long, and stops after that.
    void judge(double loss) {
        if (loss < best_) {
            settled_ = std::abs(best_ - loss) < settled * std::abs(loss);
            best_ = loss;
            waited_ = 0;
            return;
        }
        ++waited_;
        if (waited_ % patience == 0 && rate_ > least_rate) {
            rate_ = std::max(rate_ / 2, least_rate);
            anew();
        }
        done_ = waited_ >= long_patience && (settled_ || rate_ <= least_rate);
    }

private:
    void anew() {
        first_.assign(2 * mean.size(), 0);
        second_.assign(2 * mean.size(), 0);
        time_ = 0;
    }
    void move(const Numbers& slope, Numbers& numbers, std::size_t offset) {
        constexpr double keep = 0.9, keep_square = 0.999;
        const auto t = static_cast<double>(time_);
        const double scale = 1 - std::pow(keep, t), square_scale = 1 - std::pow(keep_square, t);
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            double &m = first_[offset + i], &v = second_[offset + i];
            m = keep * m + (1 - keep) * slope[i];
            v = keep_square * v + (1 - keep_square) * slope[i] * slope[i];
            numbers[i] -= rate_ * (m / scale) / (std::sqrt(v / square_scale) + 1e-8);
        }
    }

    Numbers first_, second_;
    double rate_, best_ = std::numeric_limits<double>::infinity();
    Index time_ = 0, waited_ = 0;
    bool settled_ = false, done_ = false;
};

/// What the slope of F is at some points: its norms, summed over groups, and their gradient.
struct Steepness {
    Tensor sizes, slopes;  ///< [points], [points, features], float64
};

/// x as [points, groups, width of a group].
Tensor grouped(const Tensor& x, Index width) { return reshape(x, {x.rows(), -1, width}); }

Steepness steepness(const RowFunction& f, const Tensor& points, std::span<const Index> rows, Index width) {
    const Recording on;
    const Tensor leaf = tracked(points);
    const Tensor slope = grad(sum(f(leaf, rows)), leaf, {.differentiable = true});
    const Tensor parts = grouped(detached(slope), width);
    const Tensor sizes = sqrt(sum(square(parts), {.axes = {2}, .keep = true}));
    const Tensor way = reshape(parts / where(equal(sizes, 0.0), ones_like(sizes), sizes), points.shape());
    const Tensor bend = slope.is_tracked() ? grad(sum(slope * way), leaf) : zeros_like(leaf);
    return {sum(reshape(sizes, {points.rows(), -1}), {.axes = {1}}).to(DType::float64),
            flatten(bend).to(DType::float64)};
}

/// Some rows, from line to curve; each is one part, but for `piece`.
class Inference {
public:
    Inference(const RowFunction& f, const Tensor& from, const Tensor& to, Index first_row, const Variational& o)
        : f_(f),
          o_(o),
          length_(o.piece > 0 ? o.piece : o.points),
          parts_(o.points / length_),
          count_(from.rows() * parts_),
          features_(from.size() / from.rows()),
          shape_(from.shape()),
          dtype_(from.dtype()) {
        const Nodes& rule = nodes(QuadratureRule::gauss_legendre, o.points);
        for (Index row = 0; row < from.rows(); ++row)
            for (const double t : rule.at) {
                rows_.push_back(first_row + row);
                for (Index i = row * features_; i < (row + 1) * features_; ++i)
                    line_.push_back(from.at(i) + t * (to.at(i) - from.at(i)));
            }
        width_ = o.last_axis ? from.shape()[from.rank() - 1] : features_;
        held_ = o.match_ends ? std::max<Index>(1, static_cast<Index>(end_share * static_cast<double>(length_))) : 0;
        fits_.assign(at(count_), Fit(at(length_ * features_), o.rate));
    }

    std::span<const Fit> fits_of(Index row) const { return std::span(fits_).subspan(at(row * parts_), at(parts_)); }
    /// Starts a row from where another one ended.
    void start(Index row, std::span<const Fit> ended) {
        for (std::size_t part = 0; part < ended.size(); ++part)
            fits_[at(row * parts_) + part] = Fit(ended[part], o_.rate);
    }

    void run(const std::atomic<bool>* cancel) {
        const auto done = [](const Fit& fit) { return fit.done(); };
        for (Index time = 0; time < o_.iterations && !std::ranges::all_of(fits_, done); ++time) {
            require<Cancelled>(cancel == nullptr || !*cancel, "variational: cancelled");
            const auto stream = static_cast<std::uint64_t>(time);
            const Tensor noise = random::normal({o_.points * features_}, {o_.seed, stream, DType::float64});
            iterate(noise.data<double>());
        }
    }

    /// Nodes of the curve of a row, [points, input shape].
    Tensor curve(Index row) const {
        const std::size_t size = at(o_.points * features_), each = at(length_ * features_);
        const auto first = line_.begin() + static_cast<std::ptrdiff_t>(at(row) * size);
        Numbers numbers(first, first + static_cast<std::ptrdiff_t>(size));
        for (std::size_t i = 0; i < size; ++i) numbers[i] += fits_of(row)[i / each].mean[i % each];
        require<NumericError>(std::ranges::all_of(numbers, [](double x) { return std::isfinite(x); }),
                              "variational: the curve is not finite; the function must be finite near the line");
        return Tensor(shape_.with(0, o_.points), std::span<const double>(numbers)).to(dtype_);
    }

private:
    void iterate(std::span<const double> noise) {
        const std::size_t size = at(length_ * features_);
        Numbers points = line_, deviation(line_.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            const Fit& fit = fits_[i / size];
            const std::size_t k = i % size;
            deviation[i] = fit.mean[k] + std::exp(fit.log_spread[k]) * noise[i % noise.size()];
            points[i] += deviation[i];
        }
        const Index rows = count_ / parts_;
        const Tensor where_to = Tensor(shape_.with(0, rows * o_.points), std::span<const double>(points)).to(dtype_);
        const Steepness steep = steepness(f_, where_to, rows_, width_);
        for (Index part = 0; part < count_; ++part) {
            Fit& fit = fits_[at(part)];
            if (fit.done()) continue;
            const std::span<const double> own(deviation.data() + at(part) * size, size);
            Numbers slope(size, 0);
            const double energy = energy_of(part, own, steep, slope);
            update(fit, energy, own, noise.subspan(at(part % parts_) * size, size), slope);
        }
    }

    /// The energy of one part, and its gradient in the deviations.
    double energy_of(Index part, std::span<const double> deviation, const Steepness& steep, Numbers& slope) const {
        const double beta = o_.paper_sign ? -o_.beta : o_.beta;
        double energy = 0;
        for (Index k = 0; k < length_; ++k) {
            const double weight = k < held_ || k >= length_ - held_ ? 1 + end_weight : 1;
            const Index node = part * length_ + k;
            energy += beta * steep.sizes.at(node);
            for (Index first = k * features_; first < (k + 1) * features_; first += width_) {
                double squares = 0;
                for (Index i = first; i < first + width_; ++i) squares += deviation[at(i)] * deviation[at(i)];
                const double length = std::sqrt(squares);
                energy += weight * length;
                for (Index i = first; i < first + width_; ++i)
                    slope[at(i)] = beta * steep.slopes.at(part * length_ * features_ + i) +
                                   (length > 0 ? weight * deviation[at(i)] / length : 0);
            }
        }
        return energy;
    }

    /// One step on energy + divergence from the prior: ½ Σ (s² + μ² - 1 - 2 log s), or by the sample.
    void update(Fit& fit, double energy, std::span<const double> deviation, std::span<const double> noise,
                const Numbers& slope) const {
        Numbers of_mean = slope, of_spread = slope;
        double divergence = 0;
        for (std::size_t i = 0; i < slope.size(); ++i) {
            const double e = noise[i], s = std::exp(fit.log_spread[i]), m = fit.mean[i];
            const double d = deviation[i];
            divergence -= fit.log_spread[i];
            divergence += o_.sampled_kl ? (d * d - e * e) / 2 : (s * s + m * m - 1) / 2;
            of_mean[i] += o_.sampled_kl ? d : m;
            of_spread[i] = slope[i] * s * e + (o_.sampled_kl ? d * s * e : s * s) - 1;
        }
        fit.step(of_mean, of_spread);
        fit.judge(energy + divergence);
    }

    const RowFunction& f_;
    const Variational& o_;
    Index length_, parts_;  ///< nodes that are fitted together, and how many times that in a row
    Index count_;           ///< of parts
    Index features_;
    Shape shape_;
    DType dtype_;
    Index width_ = 1, held_ = 0;
    std::vector<Index> rows_;
    Numbers line_;
    std::vector<Fit> fits_;
};

void check(const Variational& o, const Tensor& from, const Tensor& to) {
    require(o.points >= 2, "variational: nodes must be at least 2 but is ", o.points);
    require(std::isfinite(o.beta), "variational: beta must be a number but is ", o.beta);
    require(o.iterations >= 0, "variational: iterations must not be negative but is ", o.iterations);
    require(o.rate > 0, "variational: rate must be positive but is ", o.rate);
    require(o.carry_over >= 0, "variational: carry-over must not be negative but is ", o.carry_over);
    require(o.piece >= 0 && (o.piece == 0 || o.points % o.piece == 0),
            "variational: piece must be 0 or divide the nodes, ", o.points, ", but is ", o.piece);
    require<ShapeError>(from.shape() == to.shape() && from.size() > 0,
                        "variational: both ends need one shape but have ", from.shape(), " and ", to.shape());
}

}  // namespace

Variational Variational::plain() const {
    Variational o = *this;
    if (paper) o.sampled_kl = o.paper_sign = o.paper_form = o.all_outputs = o.last_axis = true;
    return o;
}

std::vector<Tensor> variational_curves(const RowFunction& f, const Tensor& from, const Tensor& to,
                                       const Variational& options, const VariationalRun& run) {
    check(options, from, to);
    const Variational o = options.plain();
    const Index many = std::max<Index>(1, run.rows_at_once);
    const Index at_once = o.carry_over > 0 ? std::min(many, o.carry_over) : many;
    std::vector<std::vector<Fit>> ended;  // of every row, where rows start from others
    std::vector<Tensor> curves;
    for (Index first = 0; first < from.rows(); first += at_once) {
        const Index last = std::min(from.rows(), first + at_once);
        const Tensor start = slice(from, 0, first, last), end = slice(to, 0, first, last);
        Inference inference(f, start, end, first, o);
        for (Index row = first; row < last && !ended.empty(); ++row)
            if (row >= o.carry_over) inference.start(row - first, ended[at(row - o.carry_over)]);
        inference.run(run.cancel);
        for (Index row = 0; row < last - first; ++row) {
            const Tensor all =
                concat({slice(start, 0, row, row + 1), inference.curve(row), slice(end, 0, row, row + 1)});
            curves.push_back(o.respace ? by_arc_length(euclidean(), all, all.rows()) : all);
            if (o.carry_over > 0) ended.emplace_back(inference.fits_of(row).begin(), inference.fits_of(row).end());
        }
    }
    return curves;
}

}  // namespace gradpath::attribution::geometry

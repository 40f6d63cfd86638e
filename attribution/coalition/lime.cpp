#include <gradpath/attribution/coalition/lime.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/coalition/fits.hpp>
#include <gradpath/attribution/coalition/regression.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::uint64_t lime_stream = std::uint64_t{9} << 32;

/// A row of the regression: 1 for the intercept, then who takes part.
struct Row {
    std::vector<double> z;
    double weight;
};

class Surrogate {
public:
    Surrogate(Game& game, const Lime& o) : game_(game), o_(o) { take({everybody(game.players())}); }

    Index draws() const { return static_cast<Index>(rows_.size()) - 1; }
    Index coefficients() const { return game_.players() + 1; }
    /// Draws up to so many in all, beside everybody.
    void draw_up_to(Index count) {
        std::vector<Coalition> drawn;
        for (Index k = draws(); k < count; ++k) drawn.push_back(draw(k));
        take(drawn);
    }
    /// One for each lane.
    std::vector<Fit> fits() const {
        double total = 0;
        for (const Row& row : rows_) total += row.weight;
        Normal normal(rows_[0].z.size());
        for (const Row& row : rows_) normal.add(row.z, row.weight / total);
        for (std::size_t i = 1; i < rows_[0].z.size(); ++i) {
            std::vector<double> unit(rows_[0].z.size(), 0);
            unit[i] = 1;
            normal.add(unit, o_.ridge);
        }
        normal.invert();
        std::vector<Fit> all;
        for (std::size_t lane = 0; lane < static_cast<std::size_t>(game_.lanes()); ++lane) {
            std::vector<double> b(rows_[0].z.size(), 0);
            for (std::size_t k = 0; k < rows_.size(); ++k) add(rows_[k], v(k, lane) / total, b);
            const std::vector<double> beta = normal.apply(b), errors = errors_of(normal, beta, lane, total);
            all.push_back({.values = {beta.begin() + 1, beta.end()}, .errors = {errors.begin() + 1, errors.end()}});
        }
        return all;
    }

private:
    Coalition draw(Index k) const {
        Coalition s(game_.players());
        for (Index i = 0; i < game_.players(); ++i)
            if (random::uniform_at(o_.seed, lime_stream + static_cast<std::uint64_t>(k),
                                   static_cast<std::uint64_t>(i)) < 0.5)
                s.add(i);
        return s;
    }
    double kernel(const Coalition& s) const {
        const double share = static_cast<double>(s.size()) / static_cast<double>(s.players());
        const double distance = 1 - std::sqrt(share);
        return std::exp(-distance * distance / (o_.width * o_.width));
    }
    void take(const std::vector<Coalition>& drawn) {
        constexpr std::size_t at_once = 1024;
        for (std::size_t first = 0; first < drawn.size(); first += at_once) {
            const auto part = std::span(drawn).subspan(first, std::min(at_once, drawn.size() - first));
            const Numbers values = game_.values(part);
            v_.insert(v_.end(), values.begin(), values.end());
            for (const Coalition& s : part) {
                rows_.push_back({indicator(s), kernel(s)});
                rows_.back().z.insert(rows_.back().z.begin(), 1);
            }
            game_.evaluator().tell("samples", draws(), o_.tolerance ? 0 : o_.samples);
        }
    }
    double v(std::size_t row, std::size_t lane) const {
        return v_[row * static_cast<std::size_t>(game_.lanes()) + lane];
    }
    static void add(const Row& row, double amount, std::vector<double>& sums) {
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row.weight * row.z[i] * amount;
    }
    std::vector<double> errors_of(const Normal& normal, const std::vector<double>& beta, std::size_t lane,
                                  double total) const {
        std::vector<double> squares(beta.size(), 0);
        for (std::size_t k = 0; k < rows_.size(); ++k) {
            double residual = v(k, lane);
            for (std::size_t i = 0; i < beta.size(); ++i) residual -= rows_[k].z[i] * beta[i];
            std::vector<double> pull(beta.size(), 0);
            add(rows_[k], residual / total, pull);
            const std::vector<double> moved = normal.apply(pull);
            for (std::size_t i = 0; i < moved.size(); ++i) squares[i] += moved[i] * moved[i];
        }
        const double count = static_cast<double>(rows_.size());
        const double freedom = std::max(count - static_cast<double>(beta.size()), 1.0);
        for (double& square : squares) square = std::sqrt(square * count / freedom);
        return squares;
    }

    Game& game_;
    const Lime& o_;
    std::vector<Row> rows_;
    Numbers v_;
};

Sampled solve(Game& game, const Lime& o) {
    Surrogate surrogate(game, o);
    Fits fits(game);
    const Index most = o.tolerance ? o.max_samples : o.samples;
    Index next = o.tolerance ? std::min(most, first_look + 2 * surrogate.coefficients()) : most;
    while (surrogate.draws() < most && !fits.all_met()) {
        surrogate.draw_up_to(next);
        fits.take(surrogate.fits(), std::max<Index>(surrogate.draws() + 1 - surrogate.coefficients(), 1), o.tolerance);
        next = std::min(most, next_look(next));
    }
    Sampled sampled = fits.sampled(surrogate.draws(), true);
    sampled.shares.complete = false;
    return sampled;
}

}  // namespace

Attribution lime(const Model& model, const Tensor& x, const Lime& o) {
    const Recorder recorder;
    const Effort effort{.samples = o.samples, .tolerance = o.tolerance, .max_samples = o.max_samples};
    require_effort("lime", effort);
    require(std::isfinite(o.width) && o.width > 0, "lime: width must be above 0 but is ", o.width);
    require(std::isfinite(o.ridge) && o.ridge >= 0, "lime: ridge must not be negative but is ", o.ridge);
    Game game("lime", model, x, setup_of(o));
    return answer(game, recorder, solve(game, o), effort);
}

}  // namespace gradpath::attribution

// Minimise Σ w (v(S) - v(∅) - β·z)² with Σβ = v(N) - v(∅): with A = Σ w z zᵀ and b = Σ w z (v(S) - v(∅)),
// β = P b + (v(N) - v(∅)) A⁻¹1 / (1ᵀA⁻¹1), where P = A⁻¹ - A⁻¹1 1ᵀA⁻¹ / (1ᵀA⁻¹1). To first order a drawn pair moves β
// by P Σ w z e, e its residuals, and the spread of these is the standard error (White 1980).
#include <gradpath/attribution/coalition/kernel_shap.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/coalition/fits.hpp>
#include <gradpath/attribution/coalition/regression.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

constexpr std::uint64_t kernel_stream = std::uint64_t{8} << 32;
constexpr Index most_exact = 20;  // players, whatever number of samples is asked for
constexpr Index fewest_draws = 8;

/// The kernel of all coalitions of a size together.
double kernel_of_size(Index players, Index size) {
    return static_cast<double>(players - 1) / static_cast<double>(size * (players - size));
}

/// A coalition by the kernel among those of 2 .. players-2: its size, then its players.
Coalition drawn(Index players, std::uint64_t seed, Index k) {
    const std::uint64_t stream = kernel_stream + static_cast<std::uint64_t>(k);
    double total = 0;
    for (Index s = 2; s <= players - 2; ++s) total += kernel_of_size(players, s);
    double left = random::uniform_at(seed, stream, 0) * total;
    Index size = 2;
    while (size < players - 2 && (left -= kernel_of_size(players, size)) >= 0) ++size;
    Coalition s(players);
    const Indices order = random::permutation(players, seed ^ 0x5eed, stream);
    for (Index i = 0; i < size; ++i) s.add(order[i]);
    return s;
}

Index freedom_of(Index draws, Index players) { return std::max<Index>(draws - players + 1, 1); }

/// The rows of the least squares: what is always there, and draws of one or two coalitions each.
class Rows {
public:
    Rows(Game& game, const KernelShap& o) : game_(game), o_(o), n_(game.players()) {}

    Index draws() const { return draws_; }
    Index mates() const { return o_.sampling.antithetic ? 2 : 1; }
    Index coalitions() const { return static_cast<Index>(rows_.size()); }
    void add_all() {
        for (std::uint64_t bits = 1; bits + 1 < std::uint64_t{1} << n_; ++bits) {
            const Coalition s(n_, bits);
            rows_.push_back({s, kernel_of_size(n_, s.size()) / choose(n_, s.size())});
        }
        evaluate();
    }
    /// The coalitions of one player and of all but one.
    void add_certain() {
        for (Index i = 0; i < n_; ++i) {
            const Coalition alone = Coalition(n_).with(i);
            for (const Coalition& s : {alone, alone.rest()})
                rows_.push_back({s, kernel_of_size(n_, 1) / static_cast<double>(n_)});
        }
        certain_ = rows_.size();
        evaluate();
    }
    /// Draws up to so many in all, which share the kernel of their sizes.
    void draw_up_to(Index count) {
        for (; draws_ < count; ++draws_) {
            rows_.push_back({drawn(n_, o_.seed, draws_), 0});
            if (mates() == 2) rows_.push_back({rows_.back().s.rest(), 0});
        }
        double kernel = 0;
        for (Index s = 2; s <= n_ - 2; ++s) kernel += kernel_of_size(n_, s);
        for (std::size_t k = certain_; k < rows_.size(); ++k)
            rows_[k].weight = kernel / static_cast<double>(draws_ * mates());
        evaluate();
    }

    /// β of each lane.
    std::vector<Fit> fits() const {
        if (n_ == 1) return whole();
        Normal normal(static_cast<std::size_t>(n_));
        for (const Row& row : rows_) normal.add(indicator(row.s), row.weight);
        normal.invert();
        normal.keep_sum();
        std::vector<Fit> all;
        for (std::size_t lane = 0; lane < static_cast<std::size_t>(game_.lanes()); ++lane) {
            Fit fit{.values = solved(normal, lane), .errors = {}};
            fit.errors = draws_ == 0 ? std::vector<double>(fit.values.size(), 0) : errors(normal, fit.values, lane);
            all.push_back(std::move(fit));
        }
        return all;
    }

private:
    struct Row {
        Coalition s;
        double weight;
    };

    /// One player gets all: there is nothing to fit.
    std::vector<Fit> whole() const {
        std::vector<Fit> all;
        for (std::size_t lane = 0; lane < static_cast<std::size_t>(game_.lanes()); ++lane)
            all.push_back({.values = {game_.v_everybody()[lane] - game_.v_nobody()[lane]}, .errors = {0}});
        return all;
    }
    void evaluate() {
        constexpr std::size_t at_once = 1024;
        const auto lanes = static_cast<std::size_t>(game_.lanes());
        for (std::size_t done = v_.size() / lanes; done < rows_.size(); done += at_once) {
            std::vector<Coalition> asked;
            for (std::size_t k = done; k < std::min(rows_.size(), done + at_once); ++k) asked.push_back(rows_[k].s);
            const Numbers v = game_.values(asked);
            v_.insert(v_.end(), v.begin(), v.end());
        }
    }
    double gain(std::size_t row, std::size_t lane) const {
        return v_[row * static_cast<std::size_t>(game_.lanes()) + lane] - game_.v_nobody()[lane];
    }
    std::vector<double> solved(const Normal& normal, std::size_t lane) const {
        std::vector<double> b(static_cast<std::size_t>(n_), 0);
        for (std::size_t k = 0; k < rows_.size(); ++k) add_to_members(rows_[k].s, rows_[k].weight * gain(k, lane), b);
        std::vector<double> values = normal.apply(b);
        const double total = game_.v_everybody()[lane] - game_.v_nobody()[lane];
        for (std::size_t i = 0; i < values.size(); ++i) values[i] += total * normal.shares_of_sum()[i];
        return values;
    }
    std::vector<double> errors(const Normal& normal, const std::vector<double>& values, std::size_t lane) const {
        Average moves;
        const auto step = static_cast<std::size_t>(mates());
        for (std::size_t k = certain_; k < rows_.size(); k += step) {
            std::vector<double> pull(values.size(), 0);
            for (std::size_t m = k; m < k + step; ++m) {
                double residual = gain(m, lane);
                for (Index i = 0; i < n_; ++i)
                    if (rows_[m].s.contains(i)) residual -= values[static_cast<std::size_t>(i)];
                add_to_members(rows_[m].s, static_cast<double>(draws_) * rows_[m].weight * residual, pull);
            }
            moves.add(normal.apply(pull));
        }
        const Numbers spread = moves.standard_error();
        const double lost = static_cast<double>(draws_ - 1) / static_cast<double>(freedom_of(draws_, n_));
        std::vector<double> errors;
        for (const double error : spread) errors.push_back(error * std::sqrt(lost));
        return errors;
    }
    static void add_to_members(const Coalition& s, double amount, std::vector<double>& sums) {
        for (Index i = 0; i < s.players(); ++i)
            if (s.contains(i)) sums[static_cast<std::size_t>(i)] += amount;
    }

    Game& game_;
    const KernelShap& o_;
    Index n_, draws_ = 0;
    std::size_t certain_ = 0;
    std::vector<Row> rows_;
    Numbers v_;
};

Sampled solve(Game& game, const KernelShap& o, const Effort& effort) {
    const Index n = game.players();
    Rows rows(game, o);
    Fits fits(game);
    const auto take = [&] { fits.take(rows.fits(), freedom_of(rows.draws(), n), o.sampling.tolerance); };
    const auto sampled = [&] { return fits.sampled(rows.coalitions(), rows.draws() > 0); };
    const Index fewest = std::max(n + 1, fewest_draws);
    const Index enough = std::max(effort.samples, 2 * n + 2 * fewest);
    if (n <= most_exact && (Index{1} << n) - 2 <= enough) {
        rows.add_all();
        take();
        return sampled();
    }
    rows.add_certain();
    const Index wanted = o.sampling.tolerance ? effort.max_samples : effort.samples;
    const Index most = std::max((wanted - 2 * n + rows.mates() - 1) / rows.mates(), fewest);
    Index next = o.sampling.tolerance ? std::min(most, std::max<Index>(n + 30, fewest)) : most;
    while (rows.draws() < most && !fits.all_met()) {
        rows.draw_up_to(next);
        take();
        if (o.run.progress) o.run.progress("samples", rows.coalitions(), o.sampling.tolerance ? 0 : rows.coalitions());
        next = std::min(most, next + (next + 3) / 4);
    }
    return sampled();
}

}  // namespace

Attribution kernel_shap(const Model& model, const Tensor& x, const KernelShap& o) {
    const Recorder recorder;
    Game game("kernel-shap", model, x, setup_of(o));
    const Effort effort = effort_of(o.sampling, 2 * game.players() + 2048, 1);
    require_effort(game.method(), effort);
    return answer(game, recorder, solve(game, o, effort), effort);
}

}  // namespace gradpath::attribution

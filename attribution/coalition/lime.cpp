#include <gradpath/attribution/coalition/lime.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/coalition/answer.hpp>
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
    Surrogate(Game& game, const Lime& o) : game_(game), normal_(static_cast<std::size_t>(game.players()) + 1) {
        std::vector<Coalition> drawn{everybody(game.players())};
        for (Index k = 0; k < o.samples; ++k) drawn.push_back(draw(o, k));
        double total = 0;
        for (const Coalition& s : drawn) {
            rows_.push_back({indicator(s), kernel(s, o)});
            rows_.back().z.insert(rows_.back().z.begin(), 1);
            total += rows_.back().weight;
        }
        for (Row& row : rows_) normal_.add(row.z, row.weight /= total);
        for (std::size_t i = 1; i < rows_[0].z.size(); ++i) {
            std::vector<double> unit(rows_[0].z.size(), 0);
            unit[i] = 1;
            normal_.add(unit, o.ridge);
        }
        normal_.invert();
        evaluate(drawn);
    }

    Shares shares() const {
        Shares all{.values = {}, .errors = Numbers{}, .complete = false};
        for (std::size_t lane = 0; lane < static_cast<std::size_t>(game_.lanes()); ++lane) {
            std::vector<double> b(rows_[0].z.size(), 0);
            for (std::size_t k = 0; k < rows_.size(); ++k) add(rows_[k], v(k, lane), b);
            const std::vector<double> beta = normal_.apply(b), errors = errors_of(beta, lane);
            all.values.insert(all.values.end(), beta.begin() + 1, beta.end());
            all.errors->insert(all.errors->end(), errors.begin() + 1, errors.end());
        }
        return all;
    }

private:
    Coalition draw(const Lime& o, Index k) const {
        Coalition s(game_.players());
        for (Index i = 0; i < game_.players(); ++i)
            if (random::uniform_at(o.seed, lime_stream + static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(i)) <
                0.5)
                s.add(i);
        return s;
    }
    static double kernel(const Coalition& s, const Lime& o) {
        const double share = static_cast<double>(s.size()) / static_cast<double>(s.players());
        const double distance = 1 - std::sqrt(share);
        return std::exp(-distance * distance / (o.width * o.width));
    }
    void evaluate(const std::vector<Coalition>& drawn) {
        constexpr std::size_t at_once = 1024;
        for (std::size_t first = 0; first < drawn.size(); first += at_once) {
            const std::size_t count = std::min(at_once, drawn.size() - first);
            const Numbers values = game_.values(std::span(drawn).subspan(first, count));
            v_.insert(v_.end(), values.begin(), values.end());
            game_.evaluator().tell("samples", static_cast<Index>(first + count), static_cast<Index>(drawn.size()));
        }
    }
    double v(std::size_t row, std::size_t lane) const {
        return v_[row * static_cast<std::size_t>(game_.lanes()) + lane];
    }
    static void add(const Row& row, double amount, std::vector<double>& sums) {
        for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row.weight * row.z[i] * amount;
    }
    std::vector<double> errors_of(const std::vector<double>& beta, std::size_t lane) const {
        std::vector<double> squares(beta.size(), 0);
        for (std::size_t k = 0; k < rows_.size(); ++k) {
            double residual = v(k, lane);
            for (std::size_t i = 0; i < beta.size(); ++i) residual -= rows_[k].z[i] * beta[i];
            std::vector<double> pull(beta.size(), 0);
            add(rows_[k], residual, pull);
            const std::vector<double> moved = normal_.apply(pull);
            for (std::size_t i = 0; i < moved.size(); ++i) squares[i] += moved[i] * moved[i];
        }
        const double count = static_cast<double>(rows_.size());
        const double freedom = std::max(count - static_cast<double>(beta.size()), 1.0);
        for (double& square : squares) square = std::sqrt(square * count / freedom);
        return squares;
    }

    Game& game_;
    Normal normal_;
    std::vector<Row> rows_;
    Numbers v_;
};

}  // namespace

Attribution lime(const Model& model, const Tensor& x, const Lime& o) {
    const Recorder recorder;
    require(o.samples >= 1, "lime: samples must be at least 1 but is ", o.samples);
    require(std::isfinite(o.width) && o.width > 0, "lime: width must be above 0 but is ", o.width);
    require(std::isfinite(o.ridge) && o.ridge >= 0, "lime: ridge must not be negative but is ", o.ridge);
    Game game("lime", model, x, setup_of(o));
    const Surrogate surrogate(game, o);
    Attribution result = answer(game, recorder, surrogate.shares());
    result.samples = o.samples;
    result.seed = o.seed;
    return result;
}

}  // namespace gradpath::attribution

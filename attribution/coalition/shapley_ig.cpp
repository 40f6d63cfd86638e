// Rescaled shares are c Aᵢ with c = dF / S, S = Σ Aⱼ, a ratio of means over orders. The delta method gives them the
// variance c² Var(Aᵢ - r S), r = Aᵢ / S, so that besides Aᵢ the means of S and Aᵢ + S are kept for its covariance.
#include <gradpath/attribution/coalition/shapley_ig.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <gradpath/attribution/coalition/lines.hpp>
#include <gradpath/attribution/coalition/table.hpp>
#include <gradpath/attribution/core/names.hpp>

namespace gradpath::attribution {
namespace {

constexpr const char* name = "shapley-integrated-gradients";
constexpr Index usual_samples = 4;
constexpr double most_rescaling = 100;  // shares that cancel more than that are no measure of what to rescale to

const std::array<std::string, 2> line_names{"full", "marginal"};
const std::array<std::string, 2> rescaling_names{"none", "completeness"};

template <class E>
void parse_name(const std::string& what, std::string_view given, std::span<const std::string> names, E& field) {
    const auto found = std::find(names.begin(), names.end(), given);
    require(found != names.end(), what, ": ", unknown(given, names, joined(names, " ")));
    field = static_cast<E>(found - names.begin());
}

double total(std::span<const double> list) { return std::accumulate(list.begin(), list.end(), 0.0); }

/// Are all coalitions of so many players no more than `samples` orders would ask for?
bool few_players(Index players, Index samples) {
    constexpr Index most = 20;
    return players <= most && (Index{1} << players) - 1 <= samples * (players * (players - 1) + 1);
}

/// What becomes of a lane's sum.
class Rescale {
public:
    Rescale(const Game& game, Rescaling how)
        : game_(game), how_(how), failed_(static_cast<std::size_t>(game.lanes()), false), factors_(failed_.size(), 1) {}

    /// What the shares are to be multiplied by.
    double factor(double sum, std::size_t lane) {
        if (how_ == Rescaling::none) return 1;
        const double difference = game_.v_everybody()[lane] - game_.v_nobody()[lane], c = difference / sum;
        const bool sound = c * most_rescaling >= 1 && c <= most_rescaling;
        failed_[lane] = !sound && !(difference == 0 && sum == 0);
        return factors_[lane] = sound ? c : 1;
    }
    /// Of means and errors of features, sums of features with the total, and the total.
    Lane operator()(const Lane& means, std::size_t lane) {
        const std::size_t features = means.values.size() / 2;
        const double sum = means.values.back(), c = factor(sum, lane);
        Lane shares;
        for (std::size_t i = 0; i < features; ++i) shares.values.push_back(c * means.values[i]);
        if (means.errors.empty()) return shares;
        const bool rescaled = how_ == Rescaling::completeness && !failed_[lane];
        const double of_sum = std::pow(means.errors.back(), 2);
        for (std::size_t i = 0; i < features; ++i) {
            const double own = std::pow(means.errors[i], 2), r = rescaled ? means.values[i] / sum : 0;
            const double with_sum = (std::pow(means.errors[features + i], 2) - own - of_sum) / 2;
            shares.errors.push_back(c * std::sqrt(std::max(0.0, own + r * r * of_sum - 2 * r * with_sum)));
        }
        return shares;
    }
    bool failed(std::size_t lane) const { return failed_[lane]; }
    double last_factor(std::size_t lane) const { return factors_[lane]; }

private:
    const Game& game_;
    Rescaling how_;
    std::vector<bool> failed_;
    std::vector<double> factors_;
};

/// Aᵢ, Aᵢ + S and S of every lane, as Rescale reads their means.
Numbers with_sums(const Numbers& shares, std::size_t features) {
    Numbers all;
    for (std::size_t first = 0; first < shares.size(); first += features) {
        const std::span<const double> lane(shares.data() + first, features);
        const double sum = total(lane);
        all.insert(all.end(), lane.begin(), lane.end());
        for (const double share : lane) all.push_back(share + sum);
        all.push_back(sum);
    }
    return all;
}

/// The estimated error of the shares as they are after rescaling.
std::vector<double> relative_errors(const Attribution& result, const Lines& lines, const Rescale& rescale) {
    std::vector<double> errors = lines.error();
    for (std::size_t lane = 0; lane < errors.size(); ++lane) {
        const double gap = (*result.ncc_gap)[lane], difference = result.f_input[lane] - (*result.f_baseline)[lane];
        errors[lane] *= rescale.last_factor(lane) / error_scale(difference, gap + std::abs(difference));
    }
    return errors;
}

void report_lines(Attribution& result, const Lines& lines, const Rescale& rescale) {
    result.steps = lines.steps();
    result.rule = lines.rule();
    for (const std::string& note : lines.notes()) add_note(result.notes, note);
    const std::size_t targets = result.f_input.size() / lines.steps().size();
    std::vector<bool> met = result.tolerance_met.value_or(lines.met());
    for (std::size_t lane = 0; lane < result.f_input.size(); ++lane) {
        met[lane / targets] = met[lane / targets] && lines.met()[lane / targets] && !rescale.failed(lane);
        if (rescale.failed(lane))
            add_note(result.notes, text("the shares of row ", static_cast<Index>(lane / targets),
                                        " cancel too much to be rescaled to F(x) - F(x')"));
    }
    if (!lines.plan().tolerance) return;
    if (std::ranges::count(lines.met(), false) > 0)
        add_note(result.notes, text("not every line met the tolerance ", *lines.plan().tolerance));
    if (!result.tolerance) result.tolerance = lines.plan().tolerance;
    result.quadrature_error = relative_errors(result, lines, rescale);
    for (std::size_t lane = 0; lane < result.quadrature_error->size(); ++lane) {
        if ((*result.quadrature_error)[lane] <= *result.tolerance) continue;
        const std::size_t row = lane / targets;
        if (lines.met()[row])
            add_note(result.notes,
                     text("the lines of row ", static_cast<Index>(row), " cancel: each met the tolerance ",
                          *lines.plan().tolerance, ", but not the estimated error of their mean"));
        met[row] = false;
    }
    result.tolerance_met = std::move(met);
}

/// All coalitions, once.
Shares every_line(Game& game, Lines& lines, Rescale& rescale) {
    const Cells cells = every_cell(game.players());
    const auto count = static_cast<Index>(cells.coalitions.size());
    Numbers shares = lines.sum(cells);
    const auto features = static_cast<std::size_t>(game.evaluator().features());
    for (std::size_t first = 0; first < shares.size(); first += features) {
        const std::span<double> lane(shares.data() + first, features);
        const double c = rescale.factor(total(lane), first / features);
        for (double& share : lane) share *= c;
    }
    game.evaluator().tell("coalitions", count, count);
    return {.values = std::move(shares), .of_features = true};
}

Attribution full(const Model& model, Game& game, const Recorder& recorder, const ShapleyIntegratedGradients& o) {
    Quadrature quadrature = o.quadrature;
    if (quadrature.tolerance) *quadrature.tolerance /= 2;  // the other half is the sampling's
    const Effort effort{o.samples.value_or(usual_samples), o.quadrature.tolerance, o.max_samples};
    require_effort(name, effort);
    Lines lines(model, game, quadrature);
    Rescale rescale(game, o.normalise);
    Attribution result;
    if ((!o.samples || effort.tolerance) && few_players(game.players(), usual_samples)) {
        result = answer(game, recorder, every_line(game, lines, rescale));
        result.tolerance = effort.tolerance;
    } else {
        game.require_fits(game.players() * (game.players() - 1) + 1, 1);
        const auto features = static_cast<std::size_t>(game.evaluator().features());
        const Answers answers = [&](Index first, Index last) {
            std::vector<Numbers> sums;
            for (Index k = first; k < last; ++k) {
                const Order order = orders({.antithetic = false, .seed = o.seed}, game.players(), k).front();
                sums.push_back(with_sums(lines.sum(cells_on_circle(order)), features));
            }
            return sums;
        };
        Sampled sampled = sample_answers(game, effort, static_cast<Index>(2 * features + 1), answers,
                                         [&](const Lane& means, std::size_t lane) { return rescale(means, lane); });
        sampled.shares.of_features = true;
        result = answer(game, recorder, sampled, effort);
    }
    report_lines(result, lines, rescale);
    recorder.finish(result);
    return result;
}

Attribution marginal(Game& game, const Recorder& recorder, const ShapleyIntegratedGradients& o) {
    const OrderDraws draws{.antithetic = false, .stratified = true, .seed = o.seed};
    const Effort effort{o.samples.value_or(usual_samples), o.quadrature.tolerance, o.max_samples};
    require_effort(name, effort);
    if ((!o.samples || effort.tolerance) && few_players(game.players(), usual_samples))
        return answer(game, recorder, {.values = of_tables(game, shapley_values)});
    const auto block = [&](Index k) { return along_orders(game, orders(draws, game.players(), k)); };
    return answer(game, recorder, sample(game, effort, game.players(), block), effort);
}

}  // namespace

void parse_field(const std::string& what, std::string_view given, CoalitionLine& field) {
    parse_name(what, given, line_names, field);
}
std::string field_text(CoalitionLine field) { return line_names[static_cast<std::size_t>(field)]; }

void parse_field(const std::string& what, std::string_view given, Rescaling& field) {
    parse_name(what, given, rescaling_names, field);
}
std::string field_text(Rescaling field) { return rescaling_names[static_cast<std::size_t>(field)]; }

Attribution shapley_integrated_gradients(const Model& model, const Tensor& x, const ShapleyIntegratedGradients& o) {
    const Recorder recorder;
    Game game(name, model, x, setup_of(o));
    return o.line == CoalitionLine::full ? full(model, game, recorder, o) : marginal(game, recorder, o);
}

}  // namespace gradpath::attribution

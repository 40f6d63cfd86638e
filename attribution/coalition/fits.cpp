#include <gradpath/attribution/coalition/fits.hpp>

#include <algorithm>

namespace gradpath::attribution {

Fits::Fits(const Game& game)
    : game_(game),
      lanes_(static_cast<std::size_t>(game.lanes())),
      widths_(lanes_.size(), 0),
      met_(static_cast<std::size_t>(game.evaluator().rows()), false) {}

void Fits::take(const std::vector<Fit>& fits, Index freedom, std::optional<double> tolerance) {
    const std::size_t targets = fits.size() / met_.size();
    for (std::size_t row = 0; row < met_.size(); ++row) {
        if (met_[row]) continue;
        bool within = tolerance.has_value();
        for (std::size_t lane = row * targets; lane < (row + 1) * targets; ++lane) {
            lanes_[lane] = fits[lane];
            widths_[lane] = relative_half_width(fits[lane].values, fits[lane].errors,
                                                game_.v_everybody()[lane] - game_.v_nobody()[lane], freedom);
            within = within && widths_[lane] <= *tolerance;
        }
        met_[row] = within;
    }
}

bool Fits::all_met() const {
    return std::ranges::all_of(met_, [](bool met) { return met; });
}

Sampled Fits::sampled(Index samples, bool drawn) const {
    Sampled result{.samples = samples, .met = met_};
    if (drawn) {
        result.half_width = widths_;
        result.shares.errors.emplace();
    }
    for (const Fit& fit : lanes_) {
        result.shares.values.insert(result.shares.values.end(), fit.values.begin(), fit.values.end());
        if (drawn) result.shares.errors->insert(result.shares.errors->end(), fit.errors.begin(), fit.errors.end());
    }
    return result;
}

}  // namespace gradpath::attribution

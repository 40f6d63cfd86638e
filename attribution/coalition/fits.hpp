#pragma once
// Least squares on coalitions until they are exact enough.
#include <optional>
#include <vector>

#include <gradpath/attribution/coalition/sampling.hpp>

namespace gradpath::attribution {

/// The coefficients of a lane and their standard errors, [players] each.
struct Fit {
    std::vector<double> values, errors;
};

/// What is known of every lane; a row keeps the first fit that is exact enough, so its answer does not depend on
/// others.
class Fits {
public:
    explicit Fits(const Game& game);
    /// A fit for each lane, with so many degrees of freedom.
    void take(const std::vector<Fit>& fits, Index freedom, std::optional<double> tolerance);
    bool all_met() const;
    /// `drawn`: is anything random in it? Then it has errors and half-widths.
    Sampled sampled(Index samples, bool drawn) const;

private:
    const Game& game_;
    std::vector<Fit> lanes_;
    std::vector<double> widths_;
    std::vector<bool> met_;
};

}  // namespace gradpath::attribution

#pragma once
// The methods of a comparison, each tried on the first row before any of them runs: what does not suit is known then,
// and how many steps or samples come nearest to the budget.
#include <gradpath/tools/commands/comparison.hpp>

namespace gradpath::tools {

/// The methods that compare runs unless others are named, and the controls that it adds: random, constant, edges (of
/// pictures).
std::vector<std::string> usual_methods();
std::vector<std::string> controls_of(const Contest& contest);

/// A method that is ready to run.
struct Entrant {
    std::string name;
    Texts set = {};   ///< the user's options, and what was found
    double cost = 0;  ///< gradient evaluations, of the first row
};
struct Entrants {
    std::vector<Entrant> list = {};
    std::vector<Refusal> refused = {};
};
/// Tries the methods of the contest. Throws Cancelled.
Entrants entrants_of(const Contest& contest);

/// A forward pass of a row counts half of a gradient, which is a pass forward and one back.
double cost_of(const attribution::Attribution& answer);
/// More than a quarter above the budget.
bool over_budget(const Contest& contest, double cost);
/// "812 gradient evaluations a row, 16.2 times the budget"
std::string excess(const Contest& contest, double cost);

/// Throws what the method throws, and UsageError where it does not answer with a number for each of the input's.
Contestant answer_of(const Contest& contest, const Entrant& entrant);

}  // namespace gradpath::tools

#pragma once
// What `gradpath compare` measures: methods on the same rows, at about the same cost, and figures of each answer.
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gradpath/attribution/coalition/players.hpp>
#include <gradpath/attribution/quality/confidence.hpp>
#include <gradpath/attribution/quality/masking.hpp>
#include <gradpath/attribution/registry.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

using Texts = std::map<std::string, std::string>;

/// A method that could not be run, and why.
struct Refusal {
    std::string name, reason;

    /// "deep-lift: has no rule for sort", with the name once.
    std::string words() const { return reason.starts_with(name + ":") ? reason : name + ": " + reason; }
};

/// What exact Shapley values give to each player of a row.
struct ExactShares {
    attribution::Players players;
    Tensor values;  ///< [rows, players], float64
};

/// What all methods are asked, and what they are measured by.
struct Contest {
    const Subject& subject;
    Tensor x;                   ///< [rows, ..]
    std::vector<Index> target;  ///< the class of each row that is explained, and whose probability is measured
    Index budget;               ///< gradient evaluations a row
    std::uint64_t seed;
    attribution::Run run;
    std::vector<std::string> methods, measures;
    attribution::OutputStage stage = {};
    std::optional<attribution::Baseline> baseline = {};  ///< absent: each method's own
    std::map<std::string, Texts> set = {};               ///< the user's options, by method
    attribution::Groups groups = {};                     ///< the players of exact Shapley values
    Tensor inside = {};                                  ///< where the evidence is, 0 and 1, [rows, pixels], if known
    std::optional<ExactShares> exact = {};               ///< if a measure needs them

    bool of_pictures() const { return x.rank() == 4; }
    /// A margin names its two outputs itself.
    attribution::Target asked() const;
    attribution::Settings settings(const Texts& options) const;
    /// The same, of the first row alone.
    Contest first_row() const;
};

/// Means over the rows, with their 95 % intervals, along a curve.
struct MeanCurve {
    std::vector<double> x, y, low, high;
};

/// What one method answered, and how good that is.
struct Contestant {
    std::string name;
    bool control = false;  ///< knows nothing of the model
    Tensor values;         ///< like x
    std::optional<std::vector<double>> f_baseline = {};
    std::vector<double> f_input = {};
    std::optional<Tensor> difference = {};  ///< input less baseline, where there is one baseline
    Texts set = {};                         ///< options that differ from the method's own
    double cost = 0;                        ///< gradient evaluations a row, as measured
    double seconds = 0;
    std::vector<std::string> notes = {};
    std::map<std::string, std::vector<double>> figures = {};       ///< per row; absent: the method has none
    std::map<std::string, MeanCurve> curves = {};                  ///< of which figures are areas
    std::vector<attribution::quality::MaskingCurves> masked = {};  ///< of each row, once it was asked
};

/// Of a figure over the rows that have it; of none, NaN.
struct MeanFigure {
    attribution::quality::Confidence of;
    std::size_t rows;
};
MeanFigure mean_figure(const Contestant& contestant, const std::string& measure);

enum class Better : std::uint8_t { high, low, neither };

/// What a figure asks for besides rows of numbers.
enum class Needs : std::uint8_t {
    nothing,
    pictures,
    region,    ///< where the evidence is
    network,   ///< of ours, whose parameters can be drawn anew
    players,   ///< few enough for exact Shapley values
    many_rows  ///< two at least
};

/// A figure that any answer can be given.
struct Measure {
    const char* name;
    const char* words;  ///< what it says, and in which unit
    Better better;
    /// Per row; empty where it makes no sense for this answer. Leaves the curve that it is of, if it is of one.
    std::vector<double> (*of)(const Measure& self, const Contest& contest, Contestant& contestant);
    Needs needs = Needs::nothing;
    bool usual = false;                       ///< measured unless others are named
    double low = -INFINITY, high = INFINITY;  ///< beyond which it, and its curve, cannot be
    const char *across = "", *upwards = "";   ///< what the axes of its curve are, if it has one
    bool of_values = false;                   ///< of the values alone: alike in all rows, it leaves nothing to chance

    bool bounded() const { return std::isfinite(low) && std::isfinite(high); }
    const char* interval() const { return bounded() ? "Wilson" : "Student"; }
    /// The mean with its 95 % interval: Wilson's within bounds, else Student's, cut where it cannot be.
    attribution::quality::Confidence mean_of(std::span<const double> numbers) const;
};
std::span<const Measure> measures();
/// Throws UsageError that names the nearest.
const Measure& find_measure(const std::string& name);
/// Why it cannot be had in this contest; empty: it can.
std::string unsuited(const Measure& measure, const Contest& contest);

/// Fills in what the measures share. Throws what the model does.
void prepare(Contest& contest);
/// Fills in the figures; one that cannot be had, or not of every row, leaves a note.
void measure(const Contest& contest, Contestant& contestant);

/// Who is best by a figure, and for whom that is more than chance.
struct Verdict {
    std::string measure, best;
    std::vector<std::string> alike = {};            ///< methods not told apart from the best
    std::vector<std::string> behind = {};           ///< methods that are worse beyond chance
    std::vector<std::string> controls_alike = {};   ///< controls not told apart from the best method
    std::vector<std::string> controls_ahead = {};   ///< controls that are better than it beyond chance
    std::vector<std::string> controls_behind = {};  ///< controls that are worse beyond chance

    bool alone() const { return alike.empty() && behind.empty(); }  ///< no other method has the figure
};
constexpr double false_alarm = 0.05;
/// Of fewer rows a verdict tells none of so many answers apart, not even those that differ alike in every row.
std::size_t least_rows(std::size_t answers);
/// For each figure in which more or less is better: paired bootstrap of each method and control against the best
/// method, Holm's correction, 5 %.
std::vector<Verdict> verdicts(const Contest& contest, std::span<const Contestant> contestants);

}  // namespace gradpath::tools

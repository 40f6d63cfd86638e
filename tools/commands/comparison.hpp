#pragma once
// What `gradpath compare` measures: methods on the same rows, at about the same cost, and figures of each answer.
#include <atomic>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gradpath/attribution/quality/bootstrap.hpp>
#include <gradpath/attribution/quality/confidence.hpp>
#include <gradpath/attribution/registry.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {

/// What all methods are asked, and what they are measured by.
struct Contest {
    const Subject& subject;
    Tensor x;                   ///< [rows, ..]
    std::vector<Index> target;  ///< the predicted class of each row
    Index budget;               ///< gradient evaluations a row
    std::uint64_t seed;
    attribution::Run run;
    std::vector<std::string> methods, measures;

    bool of_pictures() const { return x.rank() == 4; }
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
    std::optional<Tensor> difference = {};        ///< input less baseline, where there is one baseline
    std::map<std::string, std::string> set = {};  ///< options that differ from the method's own
    double cost = 0;                              ///< gradient evaluations a row, as measured
    double seconds = 0;
    std::vector<std::string> notes = {};
    std::map<std::string, std::vector<double>> figures = {};  ///< per row; absent: the method has none
    std::map<std::string, MeanCurve> curves = {};             ///< of which figures are areas
};

/// Of a figure over the rows that have it; of none, NaN.
struct MeanFigure {
    attribution::quality::Confidence of;
    std::size_t rows;
};
MeanFigure mean_figure(const Contestant& contestant, const std::string& measure);

enum class Better : std::uint8_t { high, low, neither };

/// A figure that any answer can be given.
struct Measure {
    const char* name;
    const char* words;  ///< what it says, and in which unit
    Better better;
    bool pictures = false;  ///< of pictures only
    bool usual = true;      ///< measured unless others are named
    /// Per row; empty where it makes no sense for this answer. Leaves the curve that it is of, if it is of one.
    std::vector<double> (*of)(const Contest& contest, Contestant& contestant);
    const char *across = "", *upwards = "";  ///< what the axes of its curve are, if it has one
};
std::span<const Measure> measures();
/// Throws UsageError that names the nearest.
const Measure& find_measure(const std::string& name);

/// The methods that compare runs unless others are named, and the controls that it adds: random, constant, edges (of
/// pictures).
std::vector<std::string> usual_methods();
std::vector<std::string> controls_of(const Contest& contest);

/// A forward pass of a row counts half of a gradient, which is a pass forward and one back.
double cost_of(const attribution::Attribution& answer);
/// Runs a method with its steps or samples such that a row costs about the budget, found out on the first row.
Contestant answer_of(const Contest& contest, const std::string& method);
/// Fills in the figures.
void measure(const Contest& contest, Contestant& contestant);

/// Who is best by a figure, and for whom that is more than chance.
struct Verdict {
    std::string measure, best;
    std::vector<std::string> alike;   ///< methods not told apart from the best
    std::vector<std::string> behind;  ///< methods that are worse beyond chance
    std::vector<std::string> controls_alike;  ///< controls not told apart from the best method
    std::vector<std::string> controls_ahead;  ///< controls that are better than it beyond chance
};
constexpr double false_alarm = 0.05;
/// For each figure in which more or less is better: paired bootstrap of each method and control against the best
/// method, Holm's correction, 5 %.
std::vector<Verdict> verdicts(const Contest& contest, std::span<const Contestant> contestants);

}  // namespace gradpath::tools

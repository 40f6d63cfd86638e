#pragma once
// An axiom as data: what it says, and generators of cases, each of which measures how far a method misses it.
#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/attribution/axioms/functions.hpp>
#include <gradpath/attribution/axioms/subject.hpp>

namespace gradpath::attribution::axioms {

/// A question that was asked in a trial, and the answer.
struct Asked {
    Question question;
    Answer answer;
};

/// One case: draws, questions to the method, and a record of both.
class Trial {
public:
    Trial(const Subject& subject, Draws drawn, Index effort, std::size_t pool)
        : draws(drawn), subject_(subject), effort_(effort), pool_(pool) {}

    Draws draws;

    const Subject& subject() const { return subject_; }
    bool distribution() const { return pool_ > 1; }
    /// Where the method starts that is given this baseline at x: there, at its own, or nobody knows.
    std::optional<Point> start(const Point& x, const Point& given) const;
    /// The question about a sample: from its baseline, or for a distribution also from others further from x on the
    /// same sides of it, feature by feature.
    Question question(const Sample& sample);
    /// Asks and records.
    Answer ask(const Question& question);
    /// The same, the shares alone.
    Point shares(const Question& question) { return ask(question).shares; }
    const std::vector<Asked>& asked() const { return asked_; }

    /// A sentence for a reader of the counter-example.
    void say(std::string words) { words_ = std::move(words); }
    const std::string& words() const { return words_; }

private:
    const Subject& subject_;
    Index effort_;
    std::size_t pool_;
    std::vector<Asked> asked_;
    std::string words_;
};

/// How far an axiom is missed: an error, and the size of what it is an error of, at least a thousandth, for functions
/// are of the size of one. What is not a finite number counts as infinite.
struct Miss {
    Miss(double error, double size);
    double error, relative;
};

/// The miss in a random case; nothing where the axiom's premise does not hold.
using Violation = std::function<std::optional<Miss>(Trial&)>;

/// Cases from one generator.
struct Source {
    std::string name;
    bool smooth;
    Violation violation;
    std::size_t pool = 1;             ///< baselines per question
    std::optional<Claim> claim = {};  ///< A14: whose version it is
};

struct Axiom {
    std::string id, name, statement;  ///< A1, completeness, Σ A = F(x) - F(x')
    std::optional<Claim> claim = {};  ///< of the registry
    std::vector<Source> sources = {};
    bool measured = false;  ///< a figure without a verdict: the median
};

/// A1 .. A14, in order.
std::span<const Axiom> axioms();
/// By id or name. Throws ValueError that names the nearest.
const Axiom& find_axiom(std::string_view name);

// --- for axioms ------------------------------------------------------------------------------------------------------
/// The sources of an axiom about functions in general: one for each generator.
std::vector<Source> of_all(std::optional<Miss> (*violation)(Trial&, const Generator&));
/// The largest error of all features, and whose it is.
struct Largest {
    double error = 0;
    std::size_t feature = 0;
    void add(double other, std::size_t of) {
        if (std::isnan(error) || other <= error) return;  // what is not a number stays the largest
        error = other;
        feature = of;
    }
};
/// The largest difference of two answers.
Largest difference(const Point& a, const Point& b);
/// Σ |Aᵢ|.
double size_of(const Point& shares);
/// The mean of f.
double mean_of(const Expression& f, const std::vector<Point>& points);
/// F(x) - F(x'), or minus the mean over the baselines.
double change_of(const Question& question);
}  // namespace gradpath::attribution::axioms

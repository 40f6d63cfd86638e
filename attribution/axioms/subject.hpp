#pragma once
// What is put to the test: a method of the registry with settings that a check can refine, or a function of the user's.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gradpath/attribution/axioms/expression.hpp>
#include <gradpath/attribution/registry.hpp>

namespace gradpath::attribution::axioms {

/// Explain f at x. Several baselines are a distribution, each as likely as the others.
struct Question {
    Expression f;
    Point x;
    std::vector<Point> baselines;
};

struct Answer {
    Point shares;  ///< one for each feature
    std::optional<double> f_baseline =
        {};  ///< where the method ended its path itself; else the mean over the baselines
};

struct Subject {
    /// Steps, samples or whatever makes the answer better, times `effort`: 1, 8 or 64.
    using Run = std::function<Answer(const Question&, Index effort)>;
    enum class Start {
        given,   ///< takes the baseline that it is given
        own,     ///< has a known one of its own: `baseline_of`
        unknown  ///< finds its own, or has none
    };

    std::string name;
    Run run;
    std::vector<Claim> claims = {};  ///< none: nothing in particular, all is checked
    Start start = Start::given;
    std::function<Point(const Point& x)> baseline_of = {};
    /// Does an effort of N bring it nearer to its limit, and with which power of 1/N? 0: it is what it is.
    double rate = 0;
    bool smooth_only = false;                    ///< defined where second derivatives are
    std::vector<std::string> not_asserted = {};  ///< axioms (A1, ..) that are measured without a verdict
    /// The words of `gradpath explain` that ask the question; empty: there are none.
    std::function<std::string(const Question&, std::size_t baseline, Index effort)> command = {};
};

/// A method of the user's own: shares of f(x) - f(baseline), all of them [1, features] in float64. It answers a
/// distribution by the mean of its answers.
using Function = std::function<Tensor(const Model& f, const Tensor& x, const Tensor& baseline)>;
Subject subject(std::string name, Function function);

/// A method of the registry with the settings that it is tested with: exact where it can be (a tolerance of 1e-11),
/// else as published with few steps, which the check multiplies. Throws ValueError for an unknown name, and for
/// a method that looks inside the model.
Subject registered(const std::string& method);
/// All others.
std::vector<Subject> registered_subjects();

/// [1, features], float64.
Tensor row_of(const Point& x);

}  // namespace gradpath::attribution::axioms

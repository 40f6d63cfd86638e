#pragma once
// For methods that average over draws, of baselines, of paths or of points on them: gathers what each came to and
// reports all of them at once.
#include <optional>
#include <vector>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/result.hpp>

namespace gradpath::attribution {

class Draws {
public:
    /// Draws may depend on each other within blocks of `block`: the standard error is that of the blocks' means.
    explicit Draws(Index block = 1) : block_(block) {}

    /// One answer, and F per [row, target] at the end of its path that is not the input.
    void add(const Integral& integral, const std::vector<double>& f_baseline);

    /// Fills in everything but baseline, seed and samples: the means as values (of pairs of features, where said), what
    /// they sum to, steps and rule, the standard error of several draws, what became of the plan's tolerance, and what
    /// the evaluator and the recorder know.
    void report(Attribution& result, const Evaluator& evaluator, const Recorder& recorder, const Target& target,
                const QuadraturePlan& plan, bool pairs = false) const;

private:
    void begin(const Integral& integral, std::size_t lanes);
    void report_tolerance(Attribution& result, const QuadraturePlan& plan) const;
    /// Why a tolerance was missed: by rounding; or in the sum of parts that all met it.
    struct Miss {
        bool floored, cancels;
    };
    void note_miss(Attribution& result, const QuadraturePlan& plan, const Miss& miss) const;

    Index block_;
    Average values_, blocks_;
    Numbers block_sum_;
    std::vector<double> f_baseline_, error_;
    std::vector<Index> steps_, needed_;
    std::vector<bool> met_, floored_, capped_;
    std::vector<std::string> notes_;
    QuadratureRule rule_ = {};
};

}  // namespace gradpath::attribution

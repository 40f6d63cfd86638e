#pragma once
// What every result carries besides its values: who computed it, at what cost, and whether the sums are right.
#include <chrono>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/core/scratch.hpp>
#include <gradpath/autodiff/memory.hpp>

namespace gradpath::attribution {

/// Lives as long as a method's call and measures it.
class Recorder {
public:
    /// Sets seconds, peak_bytes, isa and threads.
    void finish(Attribution& result) const;
    /// Sets also what the evaluator knows: target, stage, f_input, evaluations, dtype, notes; one says where the values
    /// or f_input are not finite.
    void finish(Attribution& result, const Evaluator& evaluator, const Target& target) const;

private:
    memory::PeakScope peak_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The numbers [rows · targets · features] (or features² where they are of pairs) as a tensor in the input's dtype,
/// shaped as results are.
Tensor values_like(const Evaluator& evaluator, const Numbers& numbers, bool pairs = false);

/// Sets f_baseline, delta, relative_delta and ncc_gap from the unrounded values and both ends. Needs f_input.
void report_completeness(Attribution& result, const Numbers& values, const std::vector<double>& f_baseline);

/// Adds a note unless it is there.
void add_note(std::vector<std::string>& notes, const std::string& note);

}  // namespace gradpath::attribution

#include <gradpath/attribution/path/draws.hpp>

#include <algorithm>
#include <cmath>
#include <span>

#include <gradpath/attribution/core/measure.hpp>

namespace gradpath::attribution {

void Draws::begin(const Integral& integral, std::size_t lanes) {
    const std::size_t rows = integral.steps.size();
    f_baseline_.assign(lanes, 0);
    error_.assign(lanes, 0);
    steps_.assign(rows, 0);
    needed_.assign(rows, 0);
    met_.assign(rows, true);
    floored_ = capped_ = std::vector<bool>(rows, false);
    if (block_ > 1) block_sum_.assign(integral.values.size(), 0);
}

void Draws::add(const Integral& integral, const std::vector<double>& f_baseline) {
    if (values_.count() == 0) begin(integral, f_baseline.size());
    values_.add(integral.values);
    rule_ = integral.rule;
    for (std::size_t k = 0; k < f_baseline.size(); ++k) {
        f_baseline_[k] += f_baseline[k];
        if (integral.error) error_[k] += (*integral.error)[k];
    }
    for (std::size_t row = 0; row < steps_.size(); ++row) {
        steps_[row] += integral.steps[row];
        needed_[row] = std::max(needed_[row], integral.needed[row]);
        if (!integral.met.empty()) met_[row] = met_[row] && integral.met[row];
        floored_[row] = floored_[row] || integral.floored[row];
        capped_[row] = capped_[row] || integral.capped[row];
    }
    for (const std::string& note : integral.notes) add_note(notes_, note);
    if (block_ == 1) return;
    for (std::size_t i = 0; i < block_sum_.size(); ++i)
        block_sum_[i] += integral.values[i] / static_cast<double>(block_);
    if (values_.count() % block_ != 0) return;
    blocks_.add(block_sum_);
    std::ranges::fill(block_sum_, 0.0);
}

void Draws::report(Attribution& result, const Evaluator& evaluator, const Recorder& recorder, const Target& target,
                   const QuadraturePlan& plan, bool pairs) const {
    std::vector<double> f_baseline = f_baseline_;
    for (double& f : f_baseline) f /= static_cast<double>(values_.count());
    result.values = values_like(evaluator, values_.mean(), pairs);
    for (const std::string& note : notes_) add_note(result.notes, note);
    recorder.finish(result, evaluator, target);
    report_completeness(result, values_.mean(), f_baseline);
    result.steps = steps_;
    result.rule = describe(rule_);
    if (plan.tolerance) report_tolerance(result, plan);
    const Average& independent = blocks_.count() > 1 ? blocks_ : values_;
    if (values_.count() > 1) result.standard_error = values_like(evaluator, independent.standard_error(), pairs);
}

void Draws::report_tolerance(Attribution& result, const QuadraturePlan& plan) const {
    result.tolerance = plan.tolerance;
    const std::size_t features = values_.mean().size() / error_.size(), targets = error_.size() / met_.size();
    const double epsilon = epsilon_of(result.dtype);
    std::vector<double> errors;
    std::vector<bool> met = met_;
    Miss miss{.floored = any(floored_), .cancels = std::find(met_.begin(), met_.end(), false) == met_.end()};
    for (std::size_t k = 0; k < error_.size(); ++k) {
        const Figures now = figures(std::span(values_.mean()).subspan(k * features, features),
                                    error_[k] / static_cast<double>(values_.count()), (*result.f_baseline)[k],
                                    result.f_input[k], epsilon);
        errors.push_back(now.error);
        if (now.within(*plan.tolerance)) continue;
        met[k / targets] = false;
        miss.floored = miss.floored || now.at_floor(*plan.tolerance, epsilon);
        miss.cancels = miss.cancels && std::isfinite(now.delta);
    }
    result.quadrature_error = std::move(errors);
    const bool missed = std::find(met.begin(), met.end(), false) != met.end();
    result.tolerance_met = std::move(met);
    if (missed) note_miss(result, plan, miss);
}

void Draws::note_miss(Attribution& result, const QuadraturePlan& plan, const Miss& miss) const {
    const std::string tolerance = text("tolerance ", *plan.tolerance);
    if (miss.floored)
        add_note(result.notes, text(tolerance, " lies below the rounding floor of ", result.dtype, " here",
                                    result.dtype == DType::float32 ? "; use --dtype f64" : ""));
    const Index needed = *std::max_element(needed_.begin(), needed_.end());
    if (any(capped_))
        add_note(result.notes,
                 text(tolerance, " was not met within max-steps ", plan.max_steps,
                      needed > 0 ? text("; about ", needed, " would be needed") : "; allow more, or ask for less"));
    else if (!miss.floored && miss.cancels)
        add_note(result.notes, text(tolerance,
                                    " is met by the parts but not by their sum, in which they cancel; ask for "
                                    "a tenth of it"));
    else if (!miss.floored) {
        const auto row = std::ranges::find(*result.tolerance_met, false) - result.tolerance_met->begin();
        add_note(result.notes,
                 text(tolerance, " was missed in row ", row, " by all passes of ", result.rule,
                      ": F jumps, or its slope is too sharp for any node; exact sees every bend of a piecewise-linear "
                      "model"));
    }
}

}  // namespace gradpath::attribution

// delta = Σᵢ Aᵢ - (F(x) - F(x')), relative to max(|dF|, Σ|A|, 1e-12), and ncc_gap = Σ|A| - |dF|, all summed in double
// over the values before they are rounded to the dtype.
#include <gradpath/attribution/core/result.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/autodiff/threads.hpp>

namespace gradpath::attribution {
namespace {

/// Notes the first row whose explained number, and the first whose attribution, is infinite or not a number.
void note_not_finite(Attribution& result, const Evaluator& evaluator) {
    const auto finite = [](double v) { return std::isfinite(v); };
    const auto f = std::find_if_not(result.f_input.begin(), result.f_input.end(), finite);
    if (f != result.f_input.end())
        add_note(result.notes, text("the explained number is not finite at the input of row ",
                                    (f - result.f_input.begin()) / evaluator.targets()));
    const Index width = evaluator.targets() * evaluator.features();
    for (Index k = 0; k < result.values.size(); ++k)
        if (!finite(result.values.at(k)))
            return add_note(result.notes, text("the attribution is not finite in row ", k / width));
}

}  // namespace

void Recorder::finish(Attribution& result) const {
    result.isa = isa();
    result.threads = threads();
    result.peak_bytes = peak_.peak_bytes();
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void Recorder::finish(Attribution& result, const Evaluator& evaluator, const Target& target) const {
    result.method = evaluator.method();
    result.f_input = evaluator.f_input();
    result.target = evaluator.objective().indices();
    result.all_targets = evaluator.objective().all_targets();
    result.target_kind = describe(target);
    result.stage = evaluator.objective().stage();
    result.dtype = evaluator.input().dtype();
    result.evaluations = evaluator.evaluations();
    if (!evaluator.facts()->independent)
        add_note(result.notes, "the model's rows depend on each other or on their number; each row was run by itself");
    note_not_finite(result, evaluator);
    finish(result);
}

Tensor values_like(const Evaluator& evaluator, const Numbers& numbers, bool pairs) {
    const Shape& x = evaluator.input().shape();
    const Shape features = x.slice(1, x.rank());
    Shape shape = x;
    if (evaluator.objective().all_targets()) shape = Shape{evaluator.rows(), evaluator.targets()}.joined(features);
    if (pairs) shape = shape.joined(features);
    if (evaluator.input().dtype() == DType::float64) return Tensor(shape, std::span<const double>(numbers));
    const std::vector<float, Pooled<float>> rounded = [&] {
        std::vector<float, Pooled<float>> list(numbers.size());
        std::transform(numbers.begin(), numbers.end(), list.begin(), [](double v) { return static_cast<float>(v); });
        return list;
    }();
    return Tensor(shape, std::span<const float>(rounded));
}

void report_completeness(Attribution& result, const Numbers& values, const std::vector<double>& f_baseline) {
    std::vector<double> delta, relative, gap;
    const std::size_t features = values.size() / std::max<std::size_t>(f_baseline.size(), 1);
    for (std::size_t k = 0; k < f_baseline.size(); ++k) {
        double sum = 0, absolute = 0;
        for (std::size_t i = k * features; i < (k + 1) * features; ++i) {
            sum += values[i];
            absolute += std::abs(values[i]);
        }
        const double difference = result.f_input[k] - f_baseline[k];
        delta.push_back(sum - difference);
        relative.push_back(std::abs(sum - difference) / error_scale(difference, absolute));
        gap.push_back(absolute - std::abs(difference));
    }
    result.f_baseline = f_baseline;
    result.delta = std::move(delta);
    result.relative_delta = std::move(relative);
    result.ncc_gap = std::move(gap);
}

void add_note(std::vector<std::string>& notes, const std::string& note) {
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
}

}  // namespace gradpath::attribution

// Noise of each sample is drawn from its own stream of the seed, so sample 7 is the same whatever the number of
// samples. Samples run one after the other, and only running mean and spread are kept. A random method is called with
// the same seed each time: its own randomness is then common to all samples.
#include <gradpath/attribution/gradient/smooth.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <gradpath/attribution/core/average.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

enum class Statistic : std::uint8_t { mean, mean_square, variance };

Numbers numbers_of(const Tensor& values) {
    Numbers numbers(static_cast<std::size_t>(values.size()));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = values.at(static_cast<Index>(i));
    return numbers;
}

Tensor tensor_of(const Numbers& numbers, const Tensor& like) {
    return Tensor(like.shape(), std::span<const double>(numbers)).to(like.dtype());
}

/// The deviation of the noise, one per row, shaped to broadcast over x.
Tensor deviation(const Tensor& x, const Smooth& o) {
    if (!o.relative) return full(Shape{}, o.sigma, x.dtype());
    const Tensor rows = reshape(x, {x.rows(), x.size() / x.rows()});
    const Tensor range = max(rows, {.axes = {1}}) + max(-rows, {.axes = {1}});
    Shape shape = x.shape();
    for (Index axis = 1; axis < x.rank(); ++axis) shape = shape.with(axis, 1);
    return reshape(range * o.sigma, shape);
}

/// Notes the rows that relative noise leaves as they are.
void note_no_noise(Attribution& result, const Tensor& spread, const Smooth& o) {
    if (!o.relative || o.sigma == 0) return;
    std::vector<Index> still;
    for (Index row = 0; row < spread.size(); ++row)
        if (spread.at(row) == 0) still.push_back(row);
    if (still.empty()) return;
    const std::string more = still.size() > 1 ? text(" and ", still.size() - 1, " more") : "";
    add_note(result.notes, text("no noise was added to row ", still[0], more,
                                ": sigma counts in units of max(x) - min(x), which is 0; set relative to false"));
}

void keep_common(Attribution& total, const Attribution& one, Index sample) {
    if (sample == 0) {
        total = one;  // target, stage, dtype, baseline, tolerance; what depends on the sample is dropped in the end
        total.evaluations = {};
    }
    if (total.tolerance_met)
        for (std::size_t row = 0; row < total.tolerance_met->size(); ++row)
            (*total.tolerance_met)[row] = (*total.tolerance_met)[row] && (*one.tolerance_met)[row];
    total.evaluations.forward += one.evaluations.forward;
    total.evaluations.backward += one.evaluations.backward;
}

/// The values sum to F over noisy inputs, not at x: no completeness is claimed, nor what belongs to one answer.
void drop_figures_of_one(Attribution& result) {
    result.f_input.clear();
    for (auto* figure : {&result.f_baseline, &result.delta, &result.relative_delta, &result.quadrature_error,
                         &result.ncc_gap, &result.half_width})
        figure->reset();
    result.identities.clear();
    for (auto* numbers : {&result.standard_error, &result.players, &result.dividends}) numbers->reset();
    result.steps.reset();
}

/// The notes of all samples. What only some of them say, of their own figures perhaps, is told as theirs.
class SampleNotes {
public:
    void add(const std::vector<std::string>& notes) {
        ++samples_;
        for (const std::string& note : notes) {
            const auto known = std::ranges::find(counts_, note, &Count::first);
            if (known == counts_.end()) counts_.emplace_back(note, 1);
            else ++known->second;
        }
    }
    std::vector<std::string> all() const {
        std::vector<std::string> notes;
        Index partial = 0;
        for (const auto& [note, count] : counts_)
            if (count == samples_) notes.push_back(note);
            else if (++partial <= most_partial)
                notes.push_back(text("in ", count, " of ", samples_, " noisy copies: ", note));
        if (partial > most_partial) notes.push_back(text("and ", partial - most_partial, " more of such notes"));
        return notes;
    }

private:
    static constexpr Index most_partial = 4;
    using Count = std::pair<std::string, Index>;
    std::vector<Count> counts_;
    Index samples_ = 0;
};

Attribution smoothed(const std::string& name, const BoundMethod& method, const Tensor& x, const Smooth& o,
                     Statistic statistic) {
    const Recorder recorder;
    require(static_cast<bool>(method), name, ": the method is empty");
    require(o.samples >= (statistic == Statistic::variance ? 2 : 1), name, ": samples must be at least ",
            statistic == Statistic::variance ? 2 : 1, " but is ", o.samples);
    require(std::isfinite(o.sigma) && o.sigma >= 0, name, ": sigma must not be negative but is ", o.sigma);
    require<ShapeError>(x.rank() >= 1 && x.size() > 0, name,
                        ": the input needs at least one row and one feature but has shape ", x.shape());
    const Tensor spread = deviation(detached(x), o);
    Attribution result;
    Average average;
    SampleNotes notes;
    for (Index sample = 0; sample < o.samples; ++sample) {
        const bool stop = o.run.cancel != nullptr && o.run.cancel->load(std::memory_order_relaxed);
        require<Cancelled>(!stop, name, ": cancelled by the caller");
        const random::Random noise{.seed = o.seed, .stream = static_cast<std::uint64_t>(sample), .dtype = x.dtype()};
        const Attribution one = method(detached(x) + random::normal(x.shape(), noise) * spread);
        require(!is_smoother(one.method) || one.seed != o.seed, name, ": the method inside is ", one.method,
                " with the same seed ", o.seed, ", which draws the same noise again; give it another");
        Numbers numbers = numbers_of(one.values);
        if (statistic == Statistic::mean_square)
            for (double& value : numbers) value *= value;
        average.add(numbers);
        keep_common(result, one, sample);
        notes.add(one.notes);
        if (o.run.progress) o.run.progress("samples", sample + 1, o.samples);
    }
    const bool variance = statistic == Statistic::variance;
    const Tensor like = result.values;
    drop_figures_of_one(result);
    result.method = name;
    result.values = tensor_of(variance ? average.variance() : average.mean(), like);
    if (!variance && o.samples > 1) result.standard_error = tensor_of(average.standard_error(), like);
    result.samples = o.samples;
    result.seed = o.seed;
    result.notes = notes.all();
    note_no_noise(result, spread, o);
    recorder.finish(result);
    return result;
}

}  // namespace

Attribution smooth(const BoundMethod& method, const Tensor& x, const Smooth& options) {
    return smoothed("smooth-grad", method, x, options, Statistic::mean);
}

Attribution smooth_squared(const BoundMethod& method, const Tensor& x, const Smooth& options) {
    return smoothed("smooth-grad-squared", method, x, options, Statistic::mean_square);
}

Attribution var(const BoundMethod& method, const Tensor& x, const Smooth& options) {
    return smoothed("var-grad", method, x, options, Statistic::variance);
}

bool is_smoother(std::string_view method) {
    return method == "smooth-grad" || method == "smooth-grad-squared" || method == "var-grad";
}

}  // namespace gradpath::attribution

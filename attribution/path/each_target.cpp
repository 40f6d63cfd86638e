#include <gradpath/attribution/path/each_target.hpp>

#include <algorithm>

#include <gradpath/attribution/core/result.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

Tensor stacked(const std::vector<Attribution>& answers, const Tensor& (*part)(const Attribution&)) {
    std::vector<Tensor> parts;
    for (const Attribution& answer : answers) {
        const Tensor& values = part(answer);
        const Shape& shape = values.shape();
        parts.push_back(reshape(values, Shape{shape[0], 1}.joined(shape.slice(1, shape.rank()))));
    }
    return concat(parts, 1);
}

/// One number per [row, target] of numbers per row.
template <class Get>
auto interleaved(const std::vector<Attribution>& answers, const Get& get) {
    auto all = get(answers[0]);
    const std::size_t rows = all.size();
    all.clear();
    for (std::size_t row = 0; row < rows; ++row)
        for (const Attribution& answer : answers) all.push_back(get(answer)[row]);
    return all;
}

void add_costs(Attribution& joined, const Attribution& one) {
    for (std::size_t row = 0; joined.steps && row < joined.steps->size(); ++row)
        (*joined.steps)[row] += (*one.steps)[row];
    for (std::size_t row = 0; joined.tolerance_met && row < joined.tolerance_met->size(); ++row)
        (*joined.tolerance_met)[row] = (*joined.tolerance_met)[row] && (*one.tolerance_met)[row];
    joined.evaluations.forward += one.evaluations.forward;
    joined.evaluations.backward += one.evaluations.backward;
    joined.seconds += one.seconds;
    joined.peak_bytes = std::max(joined.peak_bytes, one.peak_bytes);
    for (const std::string& note : one.notes) add_note(joined.notes, note);
}

}  // namespace

Index outputs_of(const std::string& method, const Model& model, const Tensor& x) {
    require(static_cast<bool>(model), method, ": the model is empty");
    require<ShapeError>(x.rank() >= 1 && x.size() > 0, method,
                        ": the input needs at least one row and one feature but has shape ", x.shape());
    const NoRecording off;
    const Tensor first = model(slice(detached(x), 0, 0, 1));
    return first.rank() == 2 ? first.shape()[1] : 1;
}

Attribution joined_targets(const std::vector<Attribution>& answers) {
    Attribution joined = answers[0];
    for (std::size_t k = 1; k < answers.size(); ++k) add_costs(joined, answers[k]);
    joined.values = stacked(answers, [](const Attribution& a) -> const Tensor& { return a.values; });
    if (joined.standard_error)
        joined.standard_error =
            stacked(answers, [](const Attribution& a) -> const Tensor& { return *a.standard_error; });
    joined.f_input = interleaved(answers, [](const Attribution& a) { return a.f_input; });
    for (const auto field : {&Attribution::f_baseline, &Attribution::delta, &Attribution::relative_delta,
                             &Attribution::quadrature_error, &Attribution::ncc_gap})
        if (joined.*field) joined.*field = interleaved(answers, [&](const Attribution& a) { return *(a.*field); });
    for (std::size_t i = 0; i < joined.identities.size(); ++i)
        joined.identities[i].gap = interleaved(answers, [i](const Attribution& a) { return a.identities[i].gap; });
    joined.target.clear();
    for (std::size_t k = 0; k < answers.size(); ++k) joined.target.push_back(static_cast<Index>(k));
    joined.all_targets = true;
    joined.target_kind = describe(Target{AllTargets{}});
    return joined;
}

}  // namespace gradpath::attribution

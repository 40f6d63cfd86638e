#include <gradpath/attribution/quality/randomisation.hpp>

#include <cmath>

#include <gradpath/attribution/quality/agreement.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {
namespace {

/// Row by row.
std::vector<double> correlations(const Tensor& a, const Tensor& b) {
    const auto of_a = a.data<double>(), of_b = b.data<double>();
    const auto width = static_cast<std::size_t>(a.size() / a.rows());
    std::vector<double> list;
    for (std::size_t first = 0; first < of_a.size(); first += width)
        list.push_back(spearman(of_a.subspan(first, width), of_b.subspan(first, width)));
    return list;
}

}  // namespace

std::vector<RandomisationStep> cascading_randomisation(const ExplainModel& explain, const Model& trained,
                                                       const Tensor& x, std::span<const RandomisedModel> cascade) {
    std::vector<RandomisationStep> steps;
    Tensor before;  // of the trained model, in double
    const auto add = [&](const std::string& layer, const Model& model) {
        const Tensor values = detached(explain(model, x)), now = values.to(DType::float64);
        if (!before) before = now;
        require<ShapeError>(now.shape() == before.shape(), "cascading_randomisation: values of one model have shape ",
                            before.shape(), ", of another ", now.shape());
        steps.push_back({layer, values, correlations(now, before), correlations(abs(now), abs(before))});
    };
    add("", trained);
    for (const RandomisedModel& step : cascade) add(step.layer, step.model);
    return steps;
}

}  // namespace gradpath::attribution::quality

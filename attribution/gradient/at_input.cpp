// The rows of the input are the points; the evaluator does the rest.
#include <gradpath/attribution/gradient/at_input.hpp>

#include <numeric>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {

Attribution at_input(const std::string& method, const Model& model, const Tensor& x, const AtInput& options,
                     const std::function<double(double slope, double input)>& f) {
    const Recorder recorder;
    Evaluator evaluator(method, model, x, options.target, options.stage, options.run);
    const Index features = evaluator.features();
    const auto width = static_cast<std::size_t>(evaluator.targets() * features);
    Numbers values(static_cast<std::size_t>(evaluator.rows()) * width);
    const auto make = [&](Index first, Index last) {
        std::vector<Index> rows(static_cast<std::size_t>(last - first));
        std::iota(rows.begin(), rows.end(), first);
        return Points{slice(evaluator.input(), 0, first, last), std::move(rows)};
    };
    const auto take = [&](Index row, std::span<const double>, std::span<const double> slopes) {
        double* out = values.data() + static_cast<std::size_t>(row) * width;
        for (std::size_t i = 0; i < width; ++i)
            out[i] = f(slopes[i], x.at(row * features + static_cast<Index>(i) % features));
    };
    evaluator.gradients(evaluator.rows(), make, take, "gradient", 0, evaluator.rows());
    Attribution result;
    result.values = values_like(evaluator, values);
    recorder.finish(result, evaluator, options.target);
    return result;
}

}  // namespace gradpath::attribution

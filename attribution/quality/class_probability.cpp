#include <gradpath/attribution/quality/class_probability.hpp>

#include <cmath>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {

ClassProbability::ClassProbability(std::string method, const Model& model, const Tensor& x, const Target& target)
    : method_(method),
      objective_(method, model, target, {.kind = Stage::log_probability}, x.rows(), model(slice(x, 0, 0, 1))) {
    require(!objective_.all_targets(), method, ": takes one target at a time");
    objective_.resolve(0, objective_.run(x));
    for (Index r = 0; r < x.rows(); ++r) rows_.push_back(r);
}

Tensor ClassProbability::log_of(const Tensor& x) const { return objective_.scores(objective_.run(x), rows_).front(); }

ClassProbability::Answer ClassProbability::operator()(const Tensor& x) const {
    require(!objective_.indices().empty(), method_, ": the target must be an output of the model; give an index");
    const Tensor output = objective_.run(x), log_p = objective_.scores(output, rows_).front();
    const Indices predicted = argmax(output);
    const bool single = objective_.outputs() == 1;
    Answer answer;
    for (const Index r : rows_) {
        answer.probability.push_back(std::exp(log_p.at(r)));
        const bool same =
            single ? log_p.at(r) >= -std::log(2.0) : predicted[r] == objective_.indices()[static_cast<std::size_t>(r)];
        answer.kept.push_back(same ? 1 : 0);
    }
    return answer;
}

}  // namespace gradpath::attribution::quality

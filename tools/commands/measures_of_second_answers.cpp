// The method asked again: at rows nearby, and of models that have forgotten what they learned.
#include <array>
#include <cmath>

#include <gradpath/attribution/quality/randomisation.hpp>
#include <gradpath/attribution/quality/sensitivity_max.hpp>
#include <gradpath/models/randomised.hpp>
#include <gradpath/tools/commands/controls.hpp>
#include <gradpath/tools/commands/measures.hpp>

namespace gradpath::tools {
namespace {

namespace quality = attribution::quality;

/// With the same options, seed and targets. Controls know no model.
quality::ExplainModel asked_again(const Contest& q, const Contestant& c) {
    if (c.control) return [&](const attribution::Model&, const Tensor& x) { return control_values(c.name, x, q.seed); };
    return [&, &method = attribution::find_method(c.name)](const attribution::Model& model, const Tensor& x) {
        return method.run(model, x, q.settings(c.set)).values;
    };
}

template <auto figure>
PerRow nearby(const Measure&, const Contest& q, Contestant& c) {
    if (c.control) return {};
    const quality::ExplainModel again = asked_again(q, c);
    return figure([&](const Tensor& x) { return again(q.subject.run, x); }, q.x, {.seed = q.seed});
}

/// The sizes of each row's rank correlations over the share of the layers that have forgotten.
struct Forgetting {
    std::vector<double> layers{}, correlation{};
};

PerRow randomisation(const Measure& self, const Contest& q, Contestant& c) {
    std::vector<quality::RandomisedModel> cascade;
    for (const models::Randomised& step : models::randomised_from_the_top(*q.subject.model, q.seed + 1))
        cascade.push_back({step.layer, step.model});
    const auto steps = quality::cascading_randomisation(asked_again(q, c), q.subject.run, q.x, cascade);
    const auto layers = static_cast<double>(cascade.size());
    std::vector<Forgetting> rows(static_cast<std::size_t>(q.x.rows()));
    PerRow means(rows.size(), 0);
    for (std::size_t step = 0; step < steps.size(); ++step)
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const double size = std::abs(steps[step].correlation[r]);
            rows[r].layers.push_back(static_cast<double>(step) / layers);
            rows[r].correlation.push_back(size);
            if (step > 0) means[r] += size / layers;
        }
    c.curves[self.name] = mean_curve(self, rows, &Forgetting::layers, &Forgetting::correlation);
    return means;
}

constexpr std::array<Measure, 3> list{{
    {.name = "sensitivity-max",
     .words = "largest relative change of the answer for inputs within 0.02; asks each method ten times more",
     .better = Better::low,
     .of = nearby<quality::sensitivity_max>,
     .low = 0},
    {.name = "local-lipschitz",
     .words = "largest change of the answer by that of the input, within 0.02, in units of a by units of x; asks each "
              "method ten times more",
     .better = Better::low,
     .of = nearby<quality::local_lipschitz>,
     .low = 0},
    {.name = "randomisation",
     .words = "size of the rank correlation with the answers of the model while its layers forget what they learned, "
              "from the output down, mean; asks each method once more a layer",
     .better = Better::low,
     .of = randomisation,
     .needs = Needs::network,
     .low = 0,
     .high = 1,
     .across = "share of the layers that have forgotten",
     .upwards = "size of the rank correlation"},
}};

}  // namespace

std::span<const Measure> measures_of_second_answers() { return list; }

}  // namespace gradpath::tools

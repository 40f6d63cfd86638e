#pragma once
// The figures of compare, by what they look at.
#include <gradpath/tools/commands/comparison.hpp>

namespace gradpath::tools {

using PerRow = std::vector<double>;

/// What the model says of rows that change in the order of the values.
std::span<const Measure> measures_of_changes();
/// What the method says when it is asked again: of rows nearby, of models that forget.
std::span<const Measure> measures_of_second_answers();
/// How near the values come to what is known: masks, exact Shapley values, classes.
std::span<const Measure> measures_of_knowledge();

/// A field of each row's result.
template <class Results, class Field>
PerRow each(const Results& results, Field field) {
    PerRow list;
    for (const auto& result : results) list.push_back(result.*field);
    return list;
}

/// The mean of all rows' curves, which have the same x.
template <class Curve>
MeanCurve mean_curve(const Measure& of, const std::vector<Curve>& curves, std::vector<double> Curve::*x,
                     std::vector<double> Curve::*y) {
    MeanCurve mean{curves.front().*x, {}, {}, {}};
    for (std::size_t k = 0; k < mean.x.size(); ++k) {
        PerRow there;
        for (const Curve& curve : curves) there.push_back((curve.*y)[k]);
        const auto [middle, low, high] = of.mean_of(there);
        mean.y.push_back(middle);
        mean.low.push_back(low);
        mean.high.push_back(high);
    }
    return mean;
}

}  // namespace gradpath::tools

#pragma once
// For geodesic_ig: what a method explains, as functions of points and as a metric, each evaluation counted.
#include <vector>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/geometry/geodesic_ig.hpp>

namespace gradpath::attribution::geometry {

class Explained {
public:
    Explained(Evaluator& evaluator, const GeodesicIg& options) : evaluator_(evaluator), o_(options) {}

    /// The explained number of an input row at any points.
    Function number(Index row) const;
    /// The same with the row of each point; or the sum over all outputs.
    RowFunction numbers(bool all_outputs) const;
    /// The metric of a row with its epsilon, a share of the median size at some points: of λ² where it is conformal, of
    /// the trace where not. Throws NumericError where that is not finite.
    Metric metric(Index row, const Tensor& looks) const;
    /// The points that the model puts in a class, by their largest output.
    Tensor of_class(const Tensor& points, Index wanted) const;

private:
    void count(Index rows) const;
    Function outputs() const;
    Metric bare_metric(Index row) const;

    Evaluator& evaluator_;
    const GeodesicIg& o_;
};

/// Points on the straight line between two points and around it, as the options' pool says: the same draws for all.
Tensor points_around(const Tensor& from, const Tensor& to, const GeodesicIg& options);

}  // namespace gradpath::attribution::geometry

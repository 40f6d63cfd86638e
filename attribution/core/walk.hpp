#pragma once
// For integrate: points on the edges of a path, and the step that an edge takes.
#include <span>
#include <vector>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/path.hpp>

namespace gradpath::attribution {

/// A place on a path: of an input row, on an edge, at a fraction of it.
struct Place {
    Index row, edge;
    double at;
};

/// Walks along a path, edge by edge, in ascending order; holds two corners at a time.
class Walk {
public:
    /// Corners must be shaped like `input`.
    Walk(const std::string& method, const Path& path, const Tensor& input)
        : method_(method), path_(path), input_(input) {}

    /// The points at these places, whose edges ascend. The ends of an edge are its corners, to the last bit.
    Points points(std::span<const Place> places);
    /// sums += weight · (p_{k+1} - p_k) ∘ slope, for each of the targets' slopes [targets · features].
    void add(const Place& place, double weight, std::span<const double> slopes, std::span<double> sums);
    /// What the model said at some places whose edges ascend.
    struct Slopes {
        std::span<const Place> at;
        std::span<const double> weights;   ///< one for each place
        const std::vector<Tensor>& slopes;  ///< per target: [places, input shape]
    };
    /// The same for all of them, in order, into the sums of all rows [rows · targets · features]. Returns the places
    /// where a slope is not a finite number.
    std::vector<Place> add(const Slopes& seen, std::span<double> sums);

private:
    void go(Index edge);
    /// f(first, last) for the places of each edge, being there.
    void each_edge(std::span<const Place> places, auto&& f);

    const std::string& method_;
    const Path& path_;
    const Tensor& input_;
    Index edge_ = -1;
    Tensor from_, to_;
};

}  // namespace gradpath::attribution

// A curve is followed by straight edges between points on it: that is a path from baseline to input in its own right,
// so completeness holds for it exactly, whatever the number of edges.
#include <gradpath/attribution/core/path.hpp>

#include <memory>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution {

Path straight(const Tensor& from, const Tensor& to) { return polyline({from, to}); }

Path polyline(std::vector<Tensor> corners) {
    require(corners.size() >= 2, "polyline: a path needs at least two corners but got ", corners.size());
    for (const Tensor& corner : corners) {
        require<ShapeError>(corner.shape() == corners.front().shape(),
                            "polyline: corners must have one shape but have ", corners.front().shape(), " and ",
                            corner.shape());
        require<DTypeError>(corner.dtype() == corners.front().dtype(),
                            "polyline: corners must have one dtype but have ", corners.front().dtype(), " and ",
                            corner.dtype());
    }
    const auto edges = static_cast<Index>(corners.size()) - 1;
    const auto shared = std::make_shared<const std::vector<Tensor>>(std::move(corners));
    return {.edges = edges, .corner = [shared](Index k) { return (*shared)[static_cast<std::size_t>(k)]; }};
}

Path curve(std::function<Tensor(double t)> at, Index edges) {
    require(edges >= 1, "curve: edges must be at least 1 but is ", edges);
    return {.edges = edges, .corner = [at = std::move(at), edges](Index k) {
                return at(static_cast<double>(k) / static_cast<double>(edges));
            }};
}

}  // namespace gradpath::attribution

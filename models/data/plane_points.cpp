// The order of the rows comes from stream 0 of the seed and the noise from stream 1, so changing the noise moves the
// points without exchanging them.
#include <gradpath/models/data/plane_points.hpp>

#include <cmath>

#include <gradpath/autodiff/random.hpp>

namespace gradpath::models {

DataSet plane_points(const PlanePoints& o, const std::function<PlanePoint(Index)>& at) {
    require(o.rows >= 0, o.op, ": rows must not be negative but is ", o.rows);
    require(std::isfinite(o.noise) && o.noise >= 0, o.op, ": noise must be finite and not negative but is ", o.noise);
    const Indices order = random::permutation(o.rows, o.seed, 0);
    const Tensor noise = random::normal({o.rows, 2}, {.seed = o.seed, .stream = 1, .dtype = DType::float64});
    std::vector<float> points;
    std::vector<Index> labels;
    for (Index row = 0; row < o.rows; ++row) {
        const PlanePoint point = at(order[row]);
        points.push_back(static_cast<float>(point.x + o.noise * noise.at(2 * row)));
        points.push_back(static_cast<float>(point.y + o.noise * noise.at(2 * row + 1)));
        labels.push_back(point.label);
    }
    return {o.name, Tensor({o.rows, 2}, points), Indices({o.rows}, labels), o.classes};
}

}  // namespace gradpath::models

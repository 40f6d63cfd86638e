// Each moon's angles are evenly spaced with both ends included; the order of the rows comes from stream 0 of the seed
// and the noise from stream 1, so changing the noise moves the points without exchanging them.
#include <gradpath/models/data/two_moons.hpp>

#include <cmath>
#include <numbers>

#include <gradpath/autodiff/random.hpp>

namespace gradpath::models {

DataSet two_moons(const TwoMoons& o) {
    require(o.rows >= 0, "two_moons: rows must not be negative but is ", o.rows);
    require(std::isfinite(o.noise) && o.noise >= 0, "two_moons: noise must be finite and not negative but is ",
            o.noise);
    const Index upper = o.rows / 2;
    const Indices order = random::permutation(o.rows, o.seed, 0);
    const Tensor noise = random::normal({o.rows, 2}, {.seed = o.seed, .stream = 1, .dtype = DType::float64});
    std::vector<float> points(static_cast<std::size_t>(2 * o.rows));
    std::vector<Index> labels(static_cast<std::size_t>(o.rows));
    for (std::size_t row = 0; row < labels.size(); ++row) {
        const Index point = order[static_cast<Index>(row)];
        const bool lower = point >= upper;
        const Index place = lower ? point - upper : point, last = (lower ? o.rows - upper : upper) - 1;
        const double t = last > 0 ? std::numbers::pi * static_cast<double>(place) / static_cast<double>(last) : 0;
        const double x = lower ? 1 - std::cos(t) : std::cos(t), y = lower ? 0.5 - std::sin(t) : std::sin(t);
        points[2 * row] = static_cast<float>(x + o.noise * noise.at(static_cast<Index>(2 * row)));
        points[2 * row + 1] = static_cast<float>(y + o.noise * noise.at(static_cast<Index>(2 * row + 1)));
        labels[row] = lower ? 1 : 0;
    }
    return {"moons", Tensor({o.rows, 2}, points), Indices({o.rows}, labels), {"upper", "lower"}};
}

}  // namespace gradpath::models

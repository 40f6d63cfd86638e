// The published code takes the difference quotient of the blur at each level times the gradient there, which is the
// integral with a left rule; following the chords between levels instead keeps completeness for any number of them.
#include <gradpath/attribution/path/blur_ig.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/path/along_paths.hpp>

namespace gradpath::attribution {

Attribution blur_ig(const Model& model, const Tensor& x, const BlurIg& o) {
    require(std::isfinite(o.max_sigma) && o.max_sigma >= 0, "blur-ig: max-sigma must not be negative but is ",
            o.max_sigma);
    require(o.edges >= 1, "blur-ig: edges must be at least 1 but is ", o.edges);
    require<ShapeError>(x.rank() >= 2, "blur-ig: the input needs an axis beside the rows but has shape ", x.shape());
    const Index length = x.rank() == 2 ? x.shape()[-1] : x.shape()[-2];
    const double widest =
        o.max_sigma > 0 ? o.max_sigma : std::min(50.0, std::max(1.0, static_cast<double>(length) / 4));
    const auto blurred = [&o, widest](const Tensor& image, double left) {  // left: of the way to the input
        const double sigma = widest * (o.squared ? std::sqrt(left) : left);
        return left == 0 ? image : gaussian_blur(image, sigma);
    };
    const PathMeasure into_focus = [&](const Tensor&, const Tensor& to, Index) {
        return curve([&, to](double t) { return blurred(to, 1 - t); }, o.edges);
    };
    const baseline::Function start{.draw = [&](const Tensor& input, Index) { return blurred(input, 1); }};
    Attribution result = along_paths(model, x,
                                     {.target = o.target,
                                      .baseline = start,
                                      .stage = o.stage,
                                      .quadrature = o.quadrature,
                                      .paths = into_focus,
                                      .winding = true,
                                      .run = o.run},
                                     "blur-ig");
    result.baseline_kind = describe(Baseline(baseline::Blur{.sigma = widest}));
    return result;
}

}  // namespace gradpath::attribution

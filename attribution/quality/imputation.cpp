// Successive over-relaxation: one sweep sets each missing pixel to its equation's solution given the others, and a bit
// further. The equations are those of a resistor network, symmetric and positive as soon as one pixel is known, so it
// ends at the solution.
#include <gradpath/attribution/quality/imputation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include <gradpath/attribution/quality/pixels.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::quality {
namespace {

constexpr double beyond = 1.8, exact_to = 1e-9;  // 1.8 suits pictures about 30 pixels wide best
constexpr double rounding = 16 * std::numeric_limits<double>::epsilon();  // of a sum over neighbours, that much beyond
constexpr int most_sweeps = 10'000;

struct Neighbour {
    Index down, across;
    double weight;
};
constexpr Neighbour neighbours[]{{-1, -1, 1. / 12}, {-1, 0, 1. / 6},  {-1, 1, 1. / 12}, {0, -1, 1. / 6},
                                 {0, 1, 1. / 6},    {1, -1, 1. / 12}, {1, 0, 1. / 6},   {1, 1, 1. / 12}};

/// One channel of one picture.
struct Plane {
    std::span<double> at;
    std::span<const double> known;
    Index height, width;

    /// The equation of a pixel: the mean of its neighbours.
    double mean_around(Index row, Index column) const {
        double total = 0, weights = 0;
        for (const auto& [down, across, weight] : neighbours) {
            const Index r = row + down, c = column + across;
            if (r < 0 || r >= height || c < 0 || c >= width) continue;
            total += weight * at[static_cast<std::size_t>(r * width + c)];
            weights += weight;
        }
        return weights > 0 ? total / weights : 0;
    }
    /// Returns the largest change.
    double sweep() const {
        double largest = 0;
        for (Index p = 0; p < height * width; ++p) {
            const auto pixel = static_cast<std::size_t>(p);
            if (known[pixel] != 0) continue;
            const double change = beyond * (mean_around(p / width, p % width) - at[pixel]);
            at[pixel] += change;
            largest = std::max(largest, std::abs(change));
        }
        return largest;
    }
    void solve() const {
        double low = INFINITY, high = -INFINITY, total = 0, count = 0;
        for (std::size_t p = 0; p < at.size(); ++p) {
            if (known[p] == 0) continue;
            low = std::min(low, at[p]), high = std::max(high, at[p]);
            total += at[p], ++count;
        }
        const double mean = count > 0 ? std::max(std::min(total / count, high), low) : 0;  // rounding may leave them
        for (std::size_t p = 0; p < at.size(); ++p)
            if (known[p] == 0) at[p] = mean;
        const double still = std::max(exact_to * (high - low), rounding * std::max(std::abs(low), std::abs(high)));
        for (int k = 0; low < high && k < most_sweeps && sweep() > still;) ++k;
    }
};

}  // namespace

Tensor impute(const Tensor& input, const Tensor& known, const Imputation& o) {
    require<ShapeError>(input.rank() >= 3 && input.size() > 0, "impute: needs rows with two axes but the shape is ",
                        input.shape());
    const Index height = input.shape()[-2], width = input.shape()[-1], pixels = height * width;
    require<ShapeError>(known.shape() == Shape{input.rows(), pixels}, "impute: the mask must have the shape (",
                        input.rows(), ", ", pixels, ") but has ", known.shape());
    const NoRecording plain;
    const Tensor x = detached(input), numbers = x.to(DType::float64), mask = detached(known).to(DType::float64);
    std::vector<double> filled(numbers.data<double>().begin(), numbers.data<double>().end());
    const Index planes = x.size() / pixels, channels = planes / x.rows();
    const auto part = [&](auto list, Index k) {
        return list.subspan(static_cast<std::size_t>(k * pixels), static_cast<std::size_t>(pixels));
    };
    kernels::parallel_for(planes, 1, [&](Index first, Index last) {
        for (Index k = first; k < last; ++k)
            Plane{part(std::span<double>(filled), k), part(mask.data<double>(), k / channels), height, width}.solve();
    });
    const Tensor result = Tensor(x.shape(), std::span<const double>(filled)).to(x.dtype());
    if (o.noise == 0) return result;
    const Tensor noise = random::normal(x.shape(), {.seed = o.seed, .dtype = x.dtype()}) * o.noise;
    return result + noise * over_channels(1 - mask, x);
}

}  // namespace gradpath::attribution::quality

// An image is moved backwards: each pixel of the result looks up where it came from, the shift undone, then the turn,
// then the mirror, and takes the bilinear mean of the four pixels around that place. Neighbours of weight 0 are not
// read, so without a turn the copies are exact.
#include <gradpath/nn/augment.hpp>

#include <array>
#include <cmath>
#include <numbers>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops/op.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/nn/streams.hpp>

namespace gradpath::nn {

namespace {

/// A place between pixels: up to four of them, with their weights.
struct Neighbours {
    std::array<Index, 4> pixels;
    std::array<double, 4> weights;
    int count = 0;
};

Neighbours around(double y, double x, Index height, Index width) {
    Neighbours found;
    const double top = std::floor(y), left = std::floor(x);
    for (const double row : {top, top + 1})
        for (const double column : {left, left + 1}) {
            const double weight = (1 - std::abs(y - row)) * (1 - std::abs(x - column));
            const bool inside =
                row >= 0 && row < static_cast<double>(height) && column >= 0 && column < static_cast<double>(width);
            if (weight <= 0 || !inside) continue;
            const auto at = static_cast<std::size_t>(found.count++);
            found.pixels[at] = static_cast<Index>(row) * width + static_cast<Index>(column);
            found.weights[at] = weight;
        }
    return found;
}

/// For each pixel of the result, where it comes from.
std::vector<Neighbours> origins(const Motion& motion, Index height, Index width) {
    const double turn = motion.degrees * std::numbers::pi / 180, c = std::cos(turn), s = std::sin(turn);
    const double middle_y = static_cast<double>(height - 1) / 2, middle_x = static_cast<double>(width - 1) / 2;
    std::vector<Neighbours> list;
    list.reserve(static_cast<std::size_t>(height * width));
    for (Index row = 0; row < height; ++row)
        for (Index column = 0; column < width; ++column) {
            const double down = static_cast<double>(row - motion.down) - middle_y;
            const double right = static_cast<double>(column - motion.right) - middle_x;
            const double y = c * down - s * right, x = s * down + c * right;
            list.push_back(around(middle_y + y, middle_x + (motion.mirrored ? -x : x), height, width));
        }
    return list;
}

template <Real T>
void move_image(const std::vector<Neighbours>& from, std::span<const T> image, std::vector<T>& result) {
    for (const Neighbours& place : from) {
        double value = 0;
        for (std::size_t k = 0; k < static_cast<std::size_t>(place.count); ++k)
            value += place.weights[k] * static_cast<double>(image[static_cast<std::size_t>(place.pixels[k])]);
        result.push_back(static_cast<T>(value));
    }
}

std::vector<Motion> draw_motions(Index rows, const Augment& augment, const Drawing& drawing) {
    constexpr std::uint64_t draws = 4;  // per image
    std::vector<Motion> motions;
    for (std::uint64_t row = 0; row < static_cast<std::uint64_t>(rows); ++row) {
        const auto uniform = [&](std::uint64_t which) {
            return random::uniform_at(drawing.seed, motion_stream(drawing.epoch),
                                      (drawing.first_row + row) * draws + which);
        };
        const auto pixels = [&](std::uint64_t which) {
            return static_cast<Index>(uniform(which) * static_cast<double>(2 * augment.shift + 1)) - augment.shift;
        };
        motions.push_back({.mirrored = augment.flip && uniform(0) < 0.5,
                           .degrees = augment.rotate * (2 * uniform(1) - 1),
                           .down = pixels(2),
                           .right = pixels(3)});
    }
    return motions;
}

}  // namespace

void check(const Augment& augment, const Tensor& x) {
    constexpr Index farthest = Index{1} << 30;  // beyond any image, and no sum overflows
    require(augment.shift >= 0 && augment.shift <= farthest, "augment: shift must lie in 0 .. 2^30 pixels: it is ",
            augment.shift);
    require(augment.rotate >= 0 && augment.rotate <= 180, "augment: rotate must lie in [0, 180] degrees: it is ",
            augment.rotate);
    require(std::isfinite(augment.noise) && augment.noise >= 0,
            "augment: noise must be finite and not negative: it is ", augment.noise);
    require<ShapeError>(!augment.moves() || x.rank() == 4,
                        "augment: flip, rotate and shift take images [rows, channels, height, width]: x has the shape ",
                        x.shape(), "; noise takes any");
}

Tensor moved(const Tensor& x, const std::vector<Motion>& motions) {
    require<ShapeError>(x.rank() == 4 && x.rows() == static_cast<Index>(motions.size()),
                        "moved: x must be [rows, channels, height, width] with one motion per row: there are ",
                        motions.size(), " motions, x has the shape ", x.shape());
    const Index channels = x.shape()[1], height = x.shape()[2], width = x.shape()[3];
    return dispatch(x.dtype(), [&]<Real T>(T) {
        const std::span<const T> from = x.data<T>();
        const auto plane = static_cast<std::size_t>(height * width);
        std::vector<T> result;
        result.reserve(from.size());
        std::size_t first = 0;
        for (const Motion& motion : motions) {
            const std::vector<Neighbours> places = origins(motion, height, width);
            for (Index channel = 0; channel < channels; ++channel, first += plane)
                move_image(places, from.subspan(first, plane), result);
        }
        return Tensor(x.shape(), std::span<const T>(result));
    });
}

Tensor augmented(const Tensor& x, const Augment& augment, const Drawing& drawing) {
    check(augment, x);
    const NoRecording plain;
    Tensor result = augment.moves() ? moved(x, draw_motions(x.rows(), augment, drawing)) : x;
    if (augment.noise > 0)
        result =
            result + augment.noise * random::normal(x.shape(), {.seed = drawing.seed,
                                                                .stream = noise_stream(drawing.epoch, drawing.batch),
                                                                .dtype = x.dtype()});
    return result;
}

}  // namespace gradpath::nn

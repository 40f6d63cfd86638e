#pragma once
// Training examples as they might also have been: images mirrored, shifted and turned, numbers with noise. What is
// drawn depends on the seed and the place of a batch only, so a run that is cut goes on with the same draws.
#include <cstdint>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

/// What may be done to each row of a batch, in this order. Images are [rows, channels, height, width]; what comes in
/// from outside of one is 0.
struct Augment {
    bool flip = false;  ///< mirrored left to right, with probability 1/2
    double rotate = 0;  ///< turned about the middle by up to so many degrees, either way, between pixels bilinearly
    Index shift = 0;    ///< moved by up to so many whole pixels, up or down and left or right
    double noise = 0;   ///< standard deviation of the Gaussian noise on each number, of rows of any shape

    bool moves() const { return flip || rotate > 0 || shift > 0; }
};
/// Throws ValueError for numbers out of range, ShapeError if images are to be moved and x holds none.
void check(const Augment& augment, const Tensor& x);

/// Where the draws for a batch come from.
struct Drawing {
    std::uint64_t seed = 0, epoch = 0, batch = 0;
    std::uint64_t first_row = 0;  ///< of the batch, counted in the epoch
};
/// x changed by chance; the same tensor where nothing is asked for. Throws as check().
Tensor augmented(const Tensor& x, const Augment& augment, const Drawing& drawing);

/// How one image is moved: mirrored left to right, then turned clockwise about its middle, then shifted.
struct Motion {
    bool mirrored = false;
    double degrees = 0;
    Index down = 0, right = 0;
};
/// Each image moved by its own motion; whole pixels are copied bit for bit. Not differentiable. Throws ShapeError
/// unless x is [rows, channels, height, width] with one motion per row.
Tensor moved(const Tensor& x, const std::vector<Motion>& motions);

}  // namespace gradpath::nn

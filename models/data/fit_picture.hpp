#pragma once
// Pictures of one size as pictures of another: what a network takes is rarely what a camera gives.
#include <string>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::models {

struct PictureFit {
    enum Way : std::uint8_t {
        crop,     ///< the middle, in the proportions that are wanted
        stretch,  ///< all of it, in other proportions
    } way = crop;
    Index side = 0;  ///< of crop: the shorter side is made so long before the middle is cut out; 0: as long as needed
};

/// [.., height, width] → [.., new height, new width], differentiable. Pixels are means of those below them, weighted by
/// a triangle as wide as the larger of two neighbours' distances, as "bilinear with antialiasing" has it elsewhere; at
/// the edge, by what lies inside. Throws ShapeError for less than two axes or a picture without pixels, ValueError for
/// a side that is too short to cut the new size out of it, or so long that the cut is less than a pixel.
Tensor fitted(const Tensor& pictures, Index height, Index width, const PictureFit& fit = {});
/// What that does to pictures of a size: "451 by 300 pixels, the 300 by 300 in the middle resized to 227 by 227".
std::string fit_words(const Shape& pictures, Index height, Index width, const PictureFit& fit = {});

}  // namespace gradpath::models

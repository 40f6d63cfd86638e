#pragma once
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution::quality {

/// How much of a row's explanation lies where the thing is, by a mask: all from 0 to 1, high is good, if the model
/// looks at the thing.
struct Localisation {
    double mass = 0;      ///< share of the positive values that is inside (Arras et al. 2022); 0 where none is positive
    double rank = 0;      ///< share inside of the m largest values, m the pixels of the mask (Arras et al. 2022)
    double pointing = 0;  ///< 1 if the largest value is inside (Zhang et al. 2018)
    double top = 0;       ///< share inside of the largest `top` pixels (Theiner et al. 2022)
    double area = 0;      ///< under the ROC curve of values against the mask: 1/2 by chance; NaN if all is inside
};
/// Per row. Values [rows, ..] count per pixel, with the sum over its channels; equal ones go from the first to the
/// last, but share a rank under the ROC curve. The mask, [rows, pixels] or any shape with as many numbers (one for each
/// pixel), is inside where it is above 1/2. `top` pixels, at most all, are looked at. Throws ShapeError for a mask that
/// does not fit, ValueError for a row without a pixel inside, top below 1, or values that are NaN.
std::vector<Localisation> localisation(const Tensor& values, const Tensor& mask, Index top = 10);

}  // namespace gradpath::attribution::quality

#pragma once
// Where an explanation lies: how much of what speaks for the output is inside of a region of the picture, beside what
// knows nothing of the model.
#include <optional>
#include <string>
#include <vector>

#include <gradpath/attribution/neurons/region.hpp>

namespace gradpath::tools {

/// Shares of each row: of the positive values, after the sum over channels (Arras et al. 2022).
struct Located {
    std::string region;                                ///< as given
    std::vector<double> positive;                      ///< of the answer
    std::vector<double> area;                          ///< of the pixels
    std::vector<double> edges;                         ///< of Sobel's edges
    std::vector<double> random;                        ///< of normal numbers, by the seed
    std::optional<attribution::region::Box> box = {};  ///< the region, where it is one
};

/// The region, of pictures x, as 0 and 1: [rows, pixels]. `what` begins errors. Throws UsageError for a region that is
/// neither a box nor a mask, and as region_mask.
Tensor region_pixels(const std::string& what, const attribution::Region& region, const Tensor& x);

/// "the region, 45 % of the picture, holds 64 % of the positive values; 50 % of edges" of a row; a box by its rows and
/// columns.
std::string located_words(const Located& located, std::size_t row);
/// Values [rows, .., height, width] of the pictures x. Throws UsageError for a region that is neither a box nor a mask,
/// and for values that are not of the pictures' pixels; ValueError for a region with no pixel inside.
Located locate(const Tensor& x, const Tensor& values, const attribution::Region& region, std::uint64_t seed);

}  // namespace gradpath::tools

#pragma once
// Masking curves as the code of arXiv 2502.12108 has them: what its defects E12 and E13 are worth.
#include <atomic>
#include <span>
#include <string>

#include <gradpath/attribution/core/model.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools {

/// What is masked, and what with.
struct MaskedImages {
    attribution::Model f;
    Tensor x;       ///< [rows, channels, height, width]
    Tensor others;  ///< at least two images of the same data, whose pixels are drawn
    double grey;    ///< the mean of the data's pixels
    const std::atomic<bool>* cancel = nullptr;
};
/// What a method says of them.
struct Ranking {
    std::string method;
    Tensor values;  ///< like x
};
/// E13: the mean colour masks, although black is what was explained from. E12: with draws from other images, every
/// other draw keeps the share 1 - a of the pixels instead of a. Adds a row for each figure of each method, and a table.
Section masked_as_published(Study& study, const MaskedImages& images, std::span<const Ranking> rankings);

}  // namespace gradpath::tools

#pragma once
// One answer, looked at closely: by sign, by size, over its picture, and as bars that add up; for explain and compare.
#include <optional>
#include <string>
#include <vector>

#include <gradpath/tools/commands/result.hpp>

namespace gradpath::tools {

struct OneAnswer {
    std::string method, title;            ///< title: above its pictures
    std::string score;                    ///< what it explains: "the logit of 9 (ankle boot)"
    Tensor picture = {};                  ///< the input, where it is one; else empty
    Tensor values;                        ///< of its pixels [.., height, width], or of features
    std::vector<std::string> names = {};  ///< of features; of pixels, patches name themselves
    double f_input = 0;
    std::optional<double> f_baseline = {};
};

/// Its values are those of columns or features, which are named with what the row holds: "colour = red".
void set_shares(OneAnswer& answer, const std::vector<ColumnShare>& shares);
/// The same numbers drawn in all usual ways, with colours that end where those of the first map do. Needs a picture.
Panels ways_to_draw(const OneAnswer& answer);
/// From F(x') to F(x) by features, or patches of a picture, the largest first; none where no difference is shared out,
/// or a number is not finite.
std::optional<Waterfall> waterfall_of(const OneAnswer& answer);

}  // namespace gradpath::tools

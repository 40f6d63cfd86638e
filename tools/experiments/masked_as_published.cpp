#include <gradpath/tools/experiments/masked_as_published.hpp>

#include <algorithm>
#include <iterator>

#include <gradpath/attribution/quality/masking.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/experiments/collected.hpp>

namespace gradpath::tools {
namespace {

using attribution::Baseline;
using attribution::quality::area_under;
using attribution::quality::Masking;
using attribution::quality::MaskingCurves;

using Numbers = std::vector<double>;

/// Of each image.
std::vector<MaskingCurves> curves(const MaskedImages& s, const Tensor& values, const Baseline& replacement,
                                  const Numbers& areas = Masking{}.areas) {
    return attribution::quality::masking_curves_of_rows(
        s.f, s.x, values, {.areas = areas, .replacement = replacement, .run = {.cancel = s.cancel}});
}

/// Every other one of them.
Baseline draws(const Tensor& others, Index first) {
    std::vector<Index> rows;
    for (Index r = first; r < others.rows(); r += 2) rows.push_back(r);
    return attribution::baseline::Samples{gather(others, Indices({static_cast<Index>(rows.size())}, rows))};
}

/// Of each image the area where the share a of the top pixels is left, or, turned round, 1 - a.
Numbers sufficiency(const MaskedImages& s, const Tensor& values, const Baseline& replacement, bool turned) {
    const Numbers shares = Masking{}.areas;
    Numbers areas = shares, found;
    if (turned) {
        std::ranges::transform(areas, areas.begin(), [](double a) { return 1 - a; });
        std::ranges::reverse(areas);
    }
    for (MaskingCurves& image : curves(s, values, replacement, areas)) {
        if (turned) std::ranges::reverse(image.sufficiency);
        found.push_back(area_under(shares, image.sufficiency));
    }
    return found;
}

Numbers halves(const Numbers& a, const Numbers& b) {
    Numbers means;
    std::ranges::transform(a, b, std::back_inserter(means), [](double x, double y) { return (x + y) / 2; });
    return means;
}

}  // namespace

Section masked_as_published(Study& study, const MaskedImages& s, std::span<const Ranking> rankings) {
    const std::vector<std::string> figures{"E13: comprehensiveness, mean colour", "E13: log-odds, mean colour",
                                           "sufficiency, other images", "E12: sufficiency, every other draw turned"};
    Table table{
        .caption =
            "As the paper's code masks. E13: by the mean colour, although black was explained from; a network that "
            "was trained by sigmoids, and channels that are masked one by one, do not arise here. E12: "
            "by pixels of other images, of which every other one keeps the share 1 - a instead of a. Means over the "
            "images, with their 95 % intervals.",
        .columns =
            {{"method"}, {"E13: compreh.", true}, {"E13: -log-odds", true}, {"sufficiency", true}, {"E12", true}},
        .rows = {}};
    for (const auto& [method, values] : rankings) {
        Numbers lost, odds;
        for (const MaskingCurves& image : curves(s, values, attribution::baseline::Constant{s.grey})) {
            lost.push_back(area_under(image.areas, image.comprehensiveness));
            odds.push_back(-area_under(image.areas, image.log_odds));
        }
        const Numbers even = sufficiency(s, values, draws(s.others, 0), false),
                      odd = sufficiency(s, values, draws(s.others, 1), false),
                      turned = sufficiency(s, values, draws(s.others, 1), true);
        const Numbers numbers[] = {lost, odds, halves(even, odd), halves(even, turned)};
        std::vector<std::string> row{method};
        for (std::size_t k = 0; k < figures.size(); ++k) {
            study.rows.push_back(mean_row(method, figures[k], numbers[k]));
            row.push_back(mean_text(numbers[k]));
        }
        table.rows.push_back(std::move(row));
    }
    return {"Masked as the paper's code does", {std::move(table)}};
}

}  // namespace gradpath::tools

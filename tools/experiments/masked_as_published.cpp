#include <gradpath/tools/experiments/masked_as_published.hpp>

#include <algorithm>

#include <gradpath/attribution/quality/masking.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

using attribution::Baseline;
using attribution::quality::area_under;
using attribution::quality::Masking;
using attribution::quality::MaskingCurves;

MaskingCurves curves(const MaskedImages& s, const Tensor& values, const Baseline& replacement,
                     const std::vector<double>& areas = Masking{}.areas) {
    return attribution::quality::masking_curves(
        s.f, s.x, values, {.areas = areas, .replacement = replacement, .run = {.cancel = s.cancel}});
}

/// Every other one of them.
Baseline draws(const Tensor& others, Index first) {
    std::vector<Index> rows;
    for (Index r = first; r < others.rows(); r += 2) rows.push_back(r);
    return attribution::baseline::Samples{gather(others, Indices({static_cast<Index>(rows.size())}, rows))};
}

/// The area where the share a of the top pixels is left, or, turned round, 1 - a.
double sufficiency(const MaskedImages& s, const Tensor& values, const Baseline& replacement, bool turned) {
    const std::vector<double> shares = Masking{}.areas;
    std::vector<double> areas = shares;
    if (turned) {
        std::ranges::transform(areas, areas.begin(), [](double a) { return 1 - a; });
        std::ranges::reverse(areas);
    }
    std::vector<double> curve = curves(s, values, replacement, areas).sufficiency;
    if (turned) std::ranges::reverse(curve);
    return area_under(shares, curve);
}

}  // namespace

Section masked_as_published(Study& study, const MaskedImages& s, std::span<const Ranking> rankings) {
    const std::vector<std::string> figures{"E13: comprehensiveness, mean colour", "E13: log-odds, mean colour",
                                           "sufficiency, other images", "E12: sufficiency, every other draw turned"};
    Table table{
        .caption =
            "As the paper's code masks. E13: by the mean colour, although black was explained from; a network that "
            "was trained by sigmoids, and channels that are masked one by one, do not arise here. E12: "
            "by pixels of other images, of which every other one keeps the share 1 - a instead of a.",
        .columns =
            {{"method"}, {"E13: compreh.", true}, {"E13: -log-odds", true}, {"sufficiency", true}, {"E12", true}},
        .rows = {}};
    for (const auto& [method, values] : rankings) {
        const MaskingCurves grey = curves(s, values, attribution::baseline::Constant{s.grey});
        const double even = sufficiency(s, values, draws(s.others, 0), false),
                     odd = sufficiency(s, values, draws(s.others, 1), false),
                     turned = sufficiency(s, values, draws(s.others, 1), true);
        const double numbers[] = {area_under(grey.areas, grey.comprehensiveness),
                                  -area_under(grey.areas, grey.log_odds), (even + odd) / 2, (even + turned) / 2};
        std::vector<std::string> row{method};
        for (std::size_t k = 0; k < figures.size(); ++k) {
            study.rows.push_back({.method = method, .figure = figures[k], .value = numbers[k]});
            row.push_back(fixed(numbers[k], 3));
        }
        table.rows.push_back(std::move(row));
    }
    return {"Masked as the paper's code does", {std::move(table)}};
}

}  // namespace gradpath::tools

#include <gradpath/attribution/quality/localisation.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include <gradpath/attribution/quality/agreement.hpp>
#include <gradpath/attribution/quality/pixels.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::quality {
namespace {

/// One row: values, and which of them are inside.
struct Row {
    List values, mask;
    bool inside(std::size_t pixel) const { return mask[pixel] > 0.5; }
    std::size_t count_inside() const {
        return static_cast<std::size_t>(std::ranges::count_if(mask, [](double number) { return number > 0.5; }));
    }
};

double mass_inside(const Row& row) {
    double within = 0, total = 0;
    for (std::size_t p = 0; p < row.values.size(); ++p) {
        const double positive = std::max(0.0, row.values[p]);
        total += positive;
        if (row.inside(p)) within += positive;
    }
    return total > 0 ? within / total : 0;
}

double share_inside(const Row& row, const std::vector<std::size_t>& order, std::size_t count) {
    const auto within = std::count_if(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
                                      [&](std::size_t p) { return row.inside(p); });
    return static_cast<double>(within) / static_cast<double>(count);
}

/// The chance that a pixel inside has the larger value than one outside, ties by half (Mann & Whitney 1947).
double area_of(const Row& row, std::size_t inside) {
    const std::size_t outside = row.values.size() - inside;
    if (outside == 0) return std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> rank = ranks(row.values);
    double total = 0;
    for (std::size_t p = 0; p < rank.size(); ++p)
        if (row.inside(p)) total += rank[p];
    const auto m = static_cast<double>(inside);
    return (total - m * (m - 1) / 2) / (m * static_cast<double>(outside));
}

Localisation of_row(const Row& row, std::size_t top) {
    const std::size_t inside = row.count_inside();
    require(inside > 0, "localisation: a mask without a pixel inside says nothing");
    require(std::ranges::none_of(row.values, [](double v) { return std::isnan(v); }), "localisation: a value is NaN");
    std::vector<std::size_t> order(row.values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t p) { return row.values[p]; });
    return {.mass = mass_inside(row),
            .rank = share_inside(row, order, inside),
            .pointing = row.inside(order.front()) ? 1.0 : 0.0,
            .top = share_inside(row, order, std::min(top, order.size())),
            .area = area_of(row, inside)};
}

}  // namespace

std::vector<Localisation> localisation(const Tensor& values, const Tensor& mask, Index top) {
    const Tensor of = of_pixels(values), inside = detached(mask).to(DType::float64);
    require<ShapeError>(of.size() > 0 && inside.size() == of.size(), "localisation: values of shape ", values.shape(),
                        " have ", of.size(), " pixels, the mask of shape ", mask.shape(), " has ", inside.size());
    require(top >= 1, "localisation: top must be at least 1 but is ", top);
    const auto width = static_cast<std::size_t>(of.size() / of.rows());
    std::vector<Localisation> list;
    for (std::size_t first = 0; first < static_cast<std::size_t>(of.size()); first += width)
        list.push_back(of_row({of.data<double>().subspan(first, width), inside.data<double>().subspan(first, width)},
                              static_cast<std::size_t>(top)));
    return list;
}

}  // namespace gradpath::attribution::quality

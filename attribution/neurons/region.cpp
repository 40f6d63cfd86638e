// A region becomes a mask of 0 and 1: whoever uses it multiplies, and needs to know nothing of boxes.
#include <gradpath/attribution/neurons/region.hpp>

#include <algorithm>
#include <numeric>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/core/overloaded.hpp>
#include <gradpath/attribution/quality/pixels.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {
namespace {

Tensor box_mask(const std::string& method, const region::Box& box, const Tensor& x) {
    require<ShapeError>(x.rank() >= 3, method, ": a box needs rows and columns of pixels but the input has shape ",
                        x.shape());
    const Index height = x.shape()[-2], width = x.shape()[-1];
    require(0 <= box.top && box.top < box.bottom && box.bottom <= height && 0 <= box.left && box.left < box.right &&
                box.right <= width,
            method, ": the box must lie within 0,", height, ",0,", width, " but is ", box.top, ",", box.bottom, ",",
            box.left, ",", box.right, "; give top, bottom, left, right, the ends not included");
    std::vector<double> inside;
    for (Index i = 0; i < height; ++i)
        for (Index j = 0; j < width; ++j)
            inside.push_back(box.top <= i && i < box.bottom && box.left <= j && j < box.right ? 1.0 : 0.0);
    return broadcast_to(Tensor({height, width}, std::span<const double>(inside)).to(x.dtype()), x.shape());
}

Tensor top_mask(const std::string& method, const region::Top& top, const Tensor& x, const Tensor& map) {
    require(top.share > 0 && top.share <= 1, method, ": the top must be a share in (0, 1] but is ", top.share);
    const Index features = x.size() / x.rows();
    const Index count = std::max<Index>(1, quality::part_of(features, top.share));
    std::vector<double> inside(static_cast<std::size_t>(x.size()), 0);
    std::vector<Index> order(static_cast<std::size_t>(features));
    for (Index first = 0; first < x.size(); first += features) {
        std::iota(order.begin(), order.end(), first);
        std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) { return map.at(a) > map.at(b); });
        for (Index k = 0; k < count; ++k) inside[static_cast<std::size_t>(order[static_cast<std::size_t>(k)])] = 1;
    }
    return Tensor(x.shape(), std::span<const double>(inside)).to(x.dtype());
}

bool broadcasts(const Shape& from, const Shape& to) {
    if (from.rank() > to.rank()) return false;
    for (Index k = 1; k <= from.rank(); ++k)
        if (from[-k] != 1 && from[-k] != to[-k]) return false;
    return true;
}

Tensor given_mask(const std::string& method, const Tensor& inside, const Tensor& x) {
    require(static_cast<bool>(inside), method, ": the mask of the region is empty");
    require<ShapeError>(broadcasts(inside.shape(), x.shape()), method, ": the mask of the region must broadcast to ",
                        x.shape(), ", the shape of the input, but has shape ", inside.shape());
    for (Index k = 0; k < inside.size(); ++k)
        require(inside.at(k) == 0 || inside.at(k) == 1, method, ": a mask holds 0 and 1 but has ", inside.at(k));
    return broadcast_to(inside.to(x.dtype()), x.shape());
}

}  // namespace

Region parse_region(std::string_view text) {
    const auto colon = text.find(':');
    const std::string name(text.substr(0, colon));
    const std::vector<std::string> parts =
        colon == text.npos ? std::vector<std::string>{} : split(text.substr(colon + 1), ',');
    if (name == "whole" && parts.empty()) return region::Whole{};
    if (name == "top" && parts.size() == 1) return region::Top{parse_number("region top", parts[0])};
    if (name == "box" && parts.size() == 4)
        return region::Box{parse_index("region box", parts[0]), parse_index("region box", parts[1]),
                           parse_index("region box", parts[2]), parse_index("region box", parts[3])};
    throw ValueError("region: must be whole, box:TOP,BOTTOM,LEFT,RIGHT, top:SHARE or mask:FILE but is '" +
                     std::string(text) + "'");
}

std::string describe(const Region& region) {
    return std::visit(
        Overloaded{[](const region::Whole&) { return std::string("whole"); },
                   [](const region::Box& b) { return text("box:", b.top, ",", b.bottom, ",", b.left, ",", b.right); },
                   [](const region::Mask&) { return std::string("mask"); },
                   [](const region::Top& t) { return text("top:", t.share); }},
        region);
}

void parse_field(const std::string&, std::string_view text, Region& field) { field = parse_region(text); }

std::string field_text(const Region& field) { return describe(field); }

Tensor region_mask(const std::string& method, const Region& region, const Tensor& x,
                   const std::function<Tensor()>& map) {
    return std::visit(Overloaded{[&](const region::Whole&) { return ones_like(x); },
                                 [&](const region::Box& box) { return box_mask(method, box, x); },
                                 [&](const region::Mask& mask) { return given_mask(method, mask.inside, x); },
                                 [&](const region::Top& top) { return top_mask(method, top, x, map()); }},
                      region);
}

}  // namespace gradpath::attribution

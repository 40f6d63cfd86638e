#include <gradpath/tools/commands/located.hpp>

#include <gradpath/attribution/quality/localisation.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/controls.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

namespace region = attribution::region;

std::vector<double> shares(const Tensor& values, const Tensor& mask) {
    std::vector<double> list;
    for (const auto& row : attribution::quality::localisation(values, mask, 1)) list.push_back(row.mass);
    return list;
}

}  // namespace

/// A pixel's channels lie in the region together.
Tensor region_pixels(const std::string& what, const attribution::Region& where, const Tensor& x) {
    require<UsageError>(std::holds_alternative<region::Box>(where) || std::holds_alternative<region::Mask>(where), what,
                        " takes box:TOP,BOTTOM,LEFT,RIGHT or mask:FILE");
    const Tensor mask = attribution::region_mask(what, where, x, [&] { return x; });
    const Index pixels = x.shape()[-2] * x.shape()[-1];
    return slice(reshape(mask, {x.rows(), x.size() / x.rows() / pixels, pixels}), 1, 0, 1);
}

Located locate(const Tensor& x, const Tensor& values, const attribution::Region& where, std::uint64_t seed) {
    const auto size = [](const Tensor& t) { return t.shape().slice(t.rank() - 2, t.rank()); };
    require<UsageError>(x.rank() >= 3 && values.rank() >= 3 && values.rank() <= x.rank() && size(values) == size(x),
                        "explain: --locate asks where in a picture an answer lies: the input has shape ", x.shape(),
                        ", the answer ", values.shape());
    const Tensor mask = region_pixels("explain: --locate", where, x);
    const auto of_control = [&](const char* name) { return shares(control_values(name, x, seed), mask); };
    const auto* box = std::get_if<region::Box>(&where);
    return {.region = attribution::describe(where),
            .positive = shares(values, mask),
            .area = of_control("constant"),
            .edges = of_control("edges"),
            .random = of_control("random"),
            .box = box != nullptr ? std::optional(*box) : std::nullopt};
}

std::string located_words(const Located& located, std::size_t row) {
    std::string name = "the region";
    if (const auto& b = located.box)
        name = text("the box (rows ", b->top, " to ", b->bottom - 1, ", columns ", b->left, " to ", b->right - 1,
                    " from the upper left corner)");
    return text(name, ", ", percent(located.area[row]), " of the picture, holds ", percent(located.positive[row]),
                " of the positive values and ", percent(located.edges[row]), " of the edges");
}

}  // namespace gradpath::tools

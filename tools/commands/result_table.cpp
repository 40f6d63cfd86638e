// What is said of the rows of a table: features by name, and the attributions of a column of categories as one sum.
#include <cmath>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/columns.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/result.hpp>

namespace gradpath::tools {
namespace {

/// The category of a row that is 1 more than any other: "red"; "?" where there is none, as in a mixture.
std::string category_of(const Tensor& x, Index first, const models::Column& column) {
    std::string name = "?";
    for (std::size_t k = 0; k < column.categories.size(); ++k) {
        const double value = x.at(first + static_cast<Index>(k));
        if (value == 1 && name == "?") name = column.categories[k];
        else if (value != 0) return "?";
    }
    return name;
}

}  // namespace

std::vector<ColumnShare> column_shares(const models::Model& model, const Tensor& row, const Tensor& values) {
    std::vector<ColumnShare> shares;
    Index first = 0;
    for (const models::Column& column : model.columns) {
        const bool number = column.categories.empty();
        const Index count = models::feature_count(column);
        ColumnShare share{column.name, number ? short_number(row.at(first)) : category_of(row, first, column)};
        share.is_category = !number;
        for (Index i = 0; i < count; ++i) share.attribution += values.at(first + i);
        shares.push_back(std::move(share));
        first += count;
    }
    return shares;
}

std::vector<ColumnShare> column_shares(const Explained& e, std::size_t k) {
    if (!e.subject.model || e.subject.model->columns.empty() || !of_features(e)) return {};
    const attribution::Attribution& a = e.attribution;
    const Index features = e.subject.row.size(), lanes = static_cast<Index>(a.f_input.size()),
                lane = static_cast<Index>(k);
    const Tensor values = feature_values(e);
    std::vector<ColumnShare> shares = column_shares(*e.subject.model, row_of(e.rows.x, lane / targets_of(a)),
                                                    row_of(reshape(values, {lanes, features}), lane));
    if (!a.standard_error || a.standard_error->size() != values.size()) return shares;
    Index at = lane * features;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if (!shares[i].is_category) shares[i].error = a.standard_error->at(at);
        at += models::feature_count(e.subject.model->columns[i]);
    }
    return shares;
}

std::optional<Bars> feature_bars(const Explained& e, std::size_t k) {
    constexpr Index few = 24;
    const Index count = e.subject.row.size(), first = static_cast<Index>(k) * count;
    if (!of_features(e) || is_image(e.subject.row) || count > few) return {};
    if (!e.subject.feature_names.empty()) return share_bars(e, k);
    const Tensor values = feature_values(e);
    const attribution::Attribution& a = e.attribution;
    const bool spread = a.standard_error && a.standard_error->size() == values.size();
    Bars bars{.title = text(a.method, " of ", target_text(e, k)), .alt = "attributions as signed bars", .bars = {}};
    for (Index i = first; i < first + count; ++i)
        bars.bars.push_back({text("x", i - first + 1), values.at(i), spread ? a.standard_error->at(i) : 0});
    return bars;
}

Bars share_bars(const Explained& e, std::size_t k) {
    const attribution::Attribution& a = e.attribution;
    const Index row = e.rows.position(static_cast<Index>(k) / targets_of(a));
    Bars bars{.title = text(a.values.rows() > 1 ? text("row ", row, ": ") : "", "why ", target_text(e, k), "? ",
                            a.method, " of the ", attribution::describe(a.stage))};
    bars.alt = text("the attribution of each column as a bar, ", a.method);
    bars.caption = text("f = ", short_number(a.f_input[k]));
    if (a.f_baseline) bars.caption += text(", f(baseline) = ", short_number((*a.f_baseline)[k]));
    for (const ColumnShare& share : column_shares(e, k))
        bars.bars.push_back({share.name + " = " + share.input, share.attribution, share.error});
    return bars;
}

}  // namespace gradpath::tools

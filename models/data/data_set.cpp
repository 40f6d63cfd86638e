// Subsets are gathers, so x may have any rank. Statistics are sums in double, in the order of the rows.
#include <gradpath/models/data/data_set.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/nn/normalise.hpp>

namespace gradpath::models {
namespace {

Index channels_of(const char* op, const Tensor& x) {
    require<ShapeError>(x.rank() >= 2, op, ": x must be [rows, channels, ..] but has shape ", x.shape());
    return x.shape()[1];
}

Index share_of(Index rows, double fraction) {
    require(fraction >= 0 && fraction <= 1, "split: the fraction must lie in [0, 1] but is ", fraction);
    return std::llround(fraction * static_cast<double>(rows));
}

// How many rows of each class belong to the first part. All shares are rounded down, and the rows that are left over go
// to the classes that lost most by it (Hamilton's method of apportionment).
std::map<Index, Index> shares_of(const Indices& labels, double fraction) {
    Index left = share_of(labels.size(), fraction);
    std::map<Index, Index> shares;
    for (const Index label : labels.data()) ++shares[label];
    std::vector<std::pair<double, Index>> losses;
    for (auto& [label, count] : shares) {
        const double exact = fraction * static_cast<double>(count);
        count = static_cast<Index>(std::floor(exact));
        losses.emplace_back(exact - std::floor(exact), label);
        left -= count;
    }
    std::ranges::stable_sort(losses, std::greater(), &std::pair<double, Index>::first);
    for (std::size_t i = 0; i < losses.size() && left > 0; ++i, --left) ++shares[losses[i].second];
    return shares;
}

}  // namespace

Tensor normalised(const Tensor& x, const Normalisation& n) { return nn::normalised(x, n.mean, n.sd); }

Normalisation channel_statistics(const Tensor& x) {
    const Index channels = channels_of("channel_statistics", x);
    require<ShapeError>(x.size() > 0, "channel_statistics: there are no numbers: shape ", x.shape());
    const Index inner = x.size() / (x.rows() * channels);
    const double count = static_cast<double>(x.rows() * inner);
    Normalisation result;
    for (Index channel = 0; channel < channels; ++channel) {
        const auto average = [&](const auto& f) {
            double sum = 0;
            for (Index row = 0; row < x.rows(); ++row)
                for (Index i = 0; i < inner; ++i) sum += f(x.at((row * channels + channel) * inner + i));
            return sum / count;
        };
        const double mean = average([](double v) { return v; });
        const double variance = average([mean](double v) { return (v - mean) * (v - mean); });
        result.mean.push_back(mean);
        result.sd.push_back(variance > 0 ? std::sqrt(variance) : 1);
    }
    return result;
}

void check(const DataSet& data) {
    require(static_cast<bool>(data.x), data.name, ": there are no inputs");
    require<ShapeError>(data.x.rank() >= 1 && data.labels.shape() == Shape{data.x.rows()}, data.name,
                        ": there must be one label per row: x has shape ", data.x.shape(), ", labels ",
                        data.labels.shape());
    const auto classes = static_cast<Index>(data.classes.size());
    for (Index row = 0; row < data.labels.size(); ++row)
        require(data.labels[row] >= 0 && data.labels[row] < classes, data.name, ": row ", row, " has label ",
                data.labels[row], " but there are ", classes, " classes");
}

DataSet subset(const DataSet& data, const Indices& rows) {
    std::vector<Index> labels;
    labels.reserve(static_cast<std::size_t>(rows.size()));
    for (const Index row : rows.data()) {
        require(row >= 0 && row < data.labels.size(), "subset: there is no row ", row, ": ", data.name, " has ",
                data.labels.size());
        labels.push_back(data.labels[row]);
    }
    DataSet part = data;
    part.x = gather(data.x, rows);
    part.labels = Indices({rows.size()}, labels);
    return part;
}

DataSet subset(const DataSet& data, Index first, Index last) {
    require(first >= 0 && first <= last && last <= data.labels.size(), "subset: rows ", first, " to ", last,
            " are not all there: ", data.name, " has ", data.labels.size());
    std::vector<Index> rows(static_cast<std::size_t>(last - first));
    std::iota(rows.begin(), rows.end(), first);
    return subset(data, Indices({last - first}, rows));
}

Split split(const DataSet& data, double fraction, std::uint64_t seed) {
    const Indices order = random::permutation(data.labels.size(), seed);
    const auto first = static_cast<std::size_t>(share_of(data.labels.size(), fraction));
    const std::span<const Index> rows = order.data();
    const auto part = [&](std::span<const Index> some) {
        return subset(data, Indices({static_cast<Index>(some.size())}, some));
    };
    return {part(rows.first(first)), part(rows.subspan(first))};
}

RowSplit stratified_rows(const Indices& labels, double fraction, std::uint64_t seed) {
    std::map<Index, Index> left = shares_of(labels, fraction);
    std::vector<Index> first, second;
    const Indices order = random::permutation(labels.size(), seed);
    for (const Index row : order.data()) (left[labels[row]]-- > 0 ? first : second).push_back(row);
    return {Indices({static_cast<Index>(first.size())}, first), Indices({static_cast<Index>(second.size())}, second)};
}

Split stratified_split(const DataSet& data, double fraction, std::uint64_t seed) {
    const RowSplit rows = stratified_rows(data.labels, fraction, seed);
    return {subset(data, rows.first), subset(data, rows.second)};
}

}  // namespace gradpath::models

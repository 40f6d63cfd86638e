// A name, a file or a folder; what it is decides the library, here only the blame is laid: a wrong name is the user's
// fault, a bad file is the file's.
#include <gradpath/tools/commands/data_source.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/models/data/load.hpp>

namespace gradpath::tools {

models::DataSet open_data(const std::string& what, const std::string& name, const std::string& split,
                          std::uint64_t seed, const models::ReadTable& table) {
    return as_usage(what, [&] { return models::load(name, split, seed, table); });
}

std::string after_op(const std::string& message) {
    return message.substr(std::min(message.find(": "), message.size()));  // of "data: there is no data set .."
}

std::pair<models::DataSet, models::DataSet> kept_back(const models::DataSet& data, double share, std::uint64_t seed) {
    models::Split parts = models::stratified_split(data, 1 - share, seed);
    require<UsageError>(parts.first.labels.size() > 0, "train: --validation ", share,
                        " leaves nothing to train on: ", data.name, " has ", data.labels.size(), " rows");
    return {std::move(parts.first), std::move(parts.second)};
}

models::DataSet with_dtype(models::DataSet data, DType dtype) {
    data.x = data.x.to(dtype);
    return data;
}

std::optional<double> too_large(const Tensor& x, DType dtype) {
    if (x.dtype() == dtype) return std::nullopt;
    const Tensor there = x.to(dtype);
    for (Index i = 0; i < x.size(); ++i)
        if (std::isfinite(x.at(i)) && !std::isfinite(there.at(i))) return x.at(i);
    return std::nullopt;
}

}  // namespace gradpath::tools

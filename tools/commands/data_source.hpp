#pragma once
// --data of the command line: a data set by name or file.
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <gradpath/models/data/data_set.hpp>
#include <gradpath/models/data/table.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {

/// A data set as models::load() knows it; split is train, test or all. Throws UsageError for an unknown name (with the
/// nearest), split or column, IoError where a file is bad.
models::DataSet open_data(const std::string& what, const std::string& name, const std::string& split,
                          std::uint64_t seed, const models::ReadTable& table = {});
/// The rows to train on and a share of each class kept back, drawn by the seed.
std::pair<models::DataSet, models::DataSet> kept_back(const models::DataSet& data, double share, std::uint64_t seed);
/// ": rule .." of "op: rule ..", to stand behind the option that was wrong.
std::string after_op(const std::string& message);
/// f(), where an argument that the library refuses is the user's fault.
template <class F>
auto as_usage(const std::string& what, const F& f) {
    try {
        return f();
    } catch (const ValueError& error) {
        throw UsageError(what + after_op(error.what()));
    }
}
/// The same rows in a dtype.
models::DataSet with_dtype(models::DataSet data, DType dtype);
/// The first finite number that is too large for a dtype, if there is one.
std::optional<double> too_large(const Tensor& x, DType dtype);

}  // namespace gradpath::tools

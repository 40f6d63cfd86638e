#pragma once
// The columns of a table in a model's description: {"name", "missing"}, and "categories" where it is not a column of
// numbers; "missing" is what a missing value counts as. A model of no table has no "columns" and no "label".
#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/models/model.hpp>

namespace gradpath::models {

void write_columns(nlohmann::json& description, const Model& model);
/// Throws IoError by `fault` for anything but what write_columns() writes.
void read_columns(const nlohmann::json& description, const io::Fault& fault, Model& model);

}  // namespace gradpath::models

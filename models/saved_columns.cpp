// Each column is read by its own kind, so a number where a category belongs is a fault of the file.
#include <gradpath/models/saved_columns.hpp>

namespace gradpath::models {

namespace {

using Json = nlohmann::json;

Json column_json(const Column& column) {
    if (column.categories.empty()) return {{"name", column.name}, {"missing", column.mean}};
    return {{"name", column.name}, {"categories", column.categories}, {"missing", column.usual}};
}

Column column_from(const Json& json) {
    Column column{.name = json.at("name").get<std::string>()};
    if (!json.contains("categories")) {
        column.mean = json.at("missing").get<double>();
        return column;
    }
    column.categories = json.at("categories").get<std::vector<std::string>>();
    column.usual = json.at("missing").get<std::string>();
    return column;
}

}  // namespace

void write_columns(Json& description, const Model& model) {
    if (model.columns.empty()) return;
    Json& columns = description["columns"] = Json::array();
    for (const Column& column : model.columns) columns.push_back(column_json(column));
    description["label"] = model.label;
}

void read_columns(const Json& description, const io::Fault& fault, Model& model) {
    if (!description.contains("columns")) return;
    try {
        for (const Json& column : description.at("columns")) model.columns.push_back(column_from(column));
        model.label = description.at("label").get<std::string>();
    } catch (const Json::exception&) {
        fault.unless(false,
                     "the metadata must describe columns by \"name\", \"missing\" and \"categories\", and name a "
                     "\"label\"");
    }
    fault.unless(description.at("columns").is_array() && !model.columns.empty(),
                 "\"columns\" of the metadata must be a list of at least one");
}

}  // namespace gradpath::models

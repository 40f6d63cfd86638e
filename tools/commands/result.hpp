#pragma once
// An explanation for the reader: as a JSON document, as text, as files.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/attribution/core/model.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/tools/commands/located.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

struct Explained {
    const Subject& subject;
    const Rows& rows;
    std::map<std::string, std::string> options;  ///< of the method, all of them
    attribution::Attribution attribution;
    std::optional<Located> located = {};  ///< where it lies, if that was asked
    std::string command = {};             ///< that asked for it, as it can be typed again
    std::uint64_t seed = 0;               ///< of whatever was drawn at random
};

/// Schema gradpath.result/1. `values_file` is named in it; empty: the values were not written.
nlohmann::ordered_json result_json(const Explained& e, const std::string& values_file);
std::string result_text(const Explained& e);
/// attribution.npz and the other files, each a name and its bytes, the document last.
struct ResultFiles {
    std::vector<io::NamedTensor> tensors;
    std::vector<io::NamedIndices> indices = {};
    std::vector<std::pair<std::string, std::string>> others = {};
};
void add_document(ResultFiles& files, const std::string& name, const nlohmann::ordered_json& document);
/// Writes them where whatever any run of explain left is removed, so that all in the folder is of one. As they are made
/// before, what fails in the making leaves the old ones. Throws IoError and WriteError.
void replace_result(const std::filesystem::path& folder, const ResultFiles& files);
/// attribution.npz, bars.svg (of few features, the first row's), heatmap.png (for images, and for rows of a table),
/// explain.html, a page with all of it, and, last, result.json. Throws IoError.
void write_result(const std::filesystem::path& folder, const Explained& e);
/// The names of these files, in their order.
std::vector<std::string> result_files(const Explained& e);
/// The values, one per feature: of pairs of features, the sums over the second. Those of a layer as they are.
Tensor feature_values(const Explained& e);
/// Are the values of the input's features, or of pairs of them, and not of a layer's units?
bool of_features(const Explained& e);
/// The shape of one [row, target] of feature_values().
Shape value_row(const Explained& e);
/// Row i of a tensor with a leading axis, without that axis.
Tensor row_of(const Tensor& t, Index i);
/// The input of a row as a picture has it, red first; empty where it is none.
Tensor picture_of(const Explained& e, Index row);
/// The values of [row, target] k as a map; a layer's units are laid out as tiles.
Tensor map_of(const Explained& e, std::size_t k);
/// The first rows, at most so many, with their maps; a layer's units are laid out as tiles.
Picture result_picture(const Explained& e, Index rows = 8);
Picture stacked(const std::vector<Picture>& parts);
/// The arrays of a result in attribution.npz.
std::vector<io::NamedTensor> result_arrays(const Explained& e);
/// "0.001, met": the tolerance in force and what became of it in a row; empty where there was none.
std::string tolerance_text(const attribution::Attribution& a, std::size_t row);
/// Was there a tolerance that a row missed?
bool missed_tolerance(const attribution::Attribution& a);
/// Explained numbers per row: 1, or the number of targets.
Index targets_of(const attribution::Attribution& a);
/// Does a row of this shape show as a picture?
bool is_image(const Shape& row);
/// The output that [row, target] k is about, with the name of its class: "2 (virginica)"; of a margin, both outputs.
std::string target_text(const Explained& e, std::size_t k);

/// Lines of cells, for a table; but for facts, which are names and values, the first line is the heading.
using Lines = std::vector<std::vector<std::string>>;
Lines answer_facts(const Explained& e, std::size_t k);    ///< of [row, target] k
std::string value_name(const Explained& e, Index i);      ///< of a feature, or the place of a unit
Lines answer_values(const Explained& e, std::size_t k);   ///< every feature or unit, and last their sum
Lines answer_summary(const Explained& e, std::size_t k);  ///< facts on the values, where they are many
constexpr Index few_features = 64;                        ///< values that still stand in a table

/// What a column of the model's table contributes to [row, target] k: that of all its features.
struct ColumnShare {
    std::string name, input;  ///< of a column of categories: the category, "?" where the row is between two
    double attribution = 0, error = 0;
    bool is_category = false;
};
/// None for a model of no table.
std::vector<ColumnShare> column_shares(const Explained& e, std::size_t k);
std::vector<ColumnShare> column_shares(const models::Model& model, const Tensor& row, const Tensor& values);
/// The same to be drawn.
Bars share_bars(const Explained& e, std::size_t k);
/// The features of [row, target] k to be drawn, or the columns of a table; none for pictures, layers and long rows.
std::optional<Bars> feature_bars(const Explained& e, std::size_t k);

}  // namespace gradpath::tools

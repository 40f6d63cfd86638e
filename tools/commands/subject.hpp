#pragma once
// What a command is pointed at: a model (a file of ours, or a typed formula) and rows to run it on.
#include <optional>
#include <string>
#include <vector>

#include <gradpath/attribution/core/model.hpp>
#include <gradpath/models/data/table.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/tools/commands/network_ends.hpp>

namespace gradpath::tools {

struct Subject {
    attribution::Model run;  ///< raw rows → [rows, outputs], in the dtype asked for
    std::string name;        ///< as given
    std::string hash;        ///< of the function: models::hash, or SHA-256 of the formula
    Shape row;               ///< of the input
    DType dtype;             ///< of the function
    std::vector<std::string> class_names = {};
    std::vector<std::string> feature_names = {};  ///< one per number of a row, for a model of a table
    std::optional<models::Model> model = {};      ///< of a file
    NetworkEnds ends = {};                        ///< what was put before and behind it
    bool is_formula() const { return !model; }
    /// Per row; a formula has one.
    Index outputs() const { return model ? model->classes : 1; }
};
/// Rows to explain or to run, and what is known of them.
struct Rows {
    Tensor x;                             ///< [rows, ..]
    std::string name;                     ///< as given
    std::optional<Indices> labels = {};   ///< [rows]
    Index read = 0;                       ///< rows there were before picking
    std::vector<Index> picks = {};        ///< those picked; empty: all
    std::vector<std::string> notes = {};  ///< on what was read
    /// Where row i stood before picking.
    Index position(Index i) const { return picks.empty() ? i : picks[static_cast<std::size_t>(i)]; }
};
/// X of design: numbers "1,3", an .npy or .npz (`x` or the only array; `y` are labels), a .png, FILE.csv:INDEX, a value
/// for each column of the model's table, or "data:NAME:SPLIT:INDEX" (INDEX: 3 or 3,1,4; absent: all rows), fitted to
/// rows of the shape `row`. `picks` (empty: all) takes rows of what was read. Throws UsageError for names and positions
/// that are not there, IoError for bad files.
struct ReadRows {
    std::string what = "--input";  ///< in messages
    std::vector<Index> picks = {};
    std::string index = "--index";  ///< picks in messages
    std::uint64_t seed = 0;         ///< of generated data
    models::ReadTable table = {};   ///< how to read a table
    NetworkEnds ends = {};          ///< what the network wants of pictures and data sets
};
Rows read_rows(const std::string& text, const Shape& row, DType dtype, const ReadRows& options = {});
/// "expr:FORMULA" or the path of a .safetensors or .onnx file. A dtype left out is the model's own, float32 for a
/// formula. A formula has as many inputs as the rows that `input` (empty: none) stands for have numbers, if that is
/// more than it names. `options.ends` becomes part of the model of a file. Throws UsageError "eval: MODEL .." for what
/// is neither, for a formula that cannot be read and for ends that do not fit, IoError for a file that is not a model.
Subject open_subject(const std::string& command, const std::string& text, std::optional<DType> dtype,
                     const std::string& input, const ReadRows& options);
/// ".onnx" of NET.ONNX: the ending of a file's name in small letters.
std::string ending_of(const std::string& file);
/// Is it a list of numbers?
bool looks_like_numbers(const std::string& text);
/// "3" or "3,1,4". Throws UsageError that begins with `what`.
std::vector<Index> parse_positions(const std::string& what, const std::string& text);

}  // namespace gradpath::tools

#pragma once
// A data set: rows of inputs, a class for each, and how the inputs are to be normalised.
#include <cstdint>
#include <string>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/models/data/columns.hpp>

namespace gradpath::models {

/// Per channel (axis 1) of an input. Empty: leave it as it is.
struct Normalisation {
    std::vector<double> mean = {}, sd = {};
    bool operator==(const Normalisation&) const = default;
};
/// (x - mean) / sd for x [rows, channels, ..]; differentiable. Throws ShapeError if the channels differ in number,
/// ValueError for an sd that is not above 0.
Tensor normalised(const Tensor& x, const Normalisation& normalisation);
/// Mean and standard deviation of each channel of x [rows, channels, ..]; the sd of a constant channel counts as 1.
/// Throws ShapeError for no rows or no channels.
Normalisation channel_statistics(const Tensor& x);

struct DataSet {
    std::string name;
    Tensor x;        ///< [rows, ..] float32, not yet normalised
    Indices labels;  ///< [rows], positions in `classes`
    std::vector<std::string> classes;
    Normalisation normalisation = {};
    std::vector<Column> columns = {};     ///< of the table that the rows come from, if they do
    std::string label = {};               ///< the table's column of labels
    std::vector<std::string> notes = {};  ///< what was done to the data that a reader should know
};
/// Throws ValueError or ShapeError, naming the data set, unless x and labels have the same rows and every label a
/// class.
void check(const DataSet& data);

/// The named rows, in their order. Throws ValueError if there is no such row.
DataSet subset(const DataSet& data, const Indices& rows);
/// Rows first .. last-1.
DataSet subset(const DataSet& data, Index first, Index last);

struct Split {
    DataSet first, second;
};
/// The rows in a random order by seed; the first part gets the fraction (rounded), the second the rest. Throws
/// ValueError for a fraction outside [0, 1].
Split split(const DataSet& data, double fraction, std::uint64_t seed);

struct RowSplit {
    Indices first, second;
};
/// The same, stratified: of each class the first part gets the fraction, rounded down or up such that the sizes of both
/// parts are those of split(). Labels may be any numbers.
RowSplit stratified_rows(const Indices& labels, double fraction, std::uint64_t seed);
Split stratified_split(const DataSet& data, double fraction, std::uint64_t seed);

}  // namespace gradpath::models

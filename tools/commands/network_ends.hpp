#pragma once
// What the file of a network from elsewhere does not say: which numbers it wants, how it takes pictures, and, where its
// output is not what one wants to explain, which of its tensors is.
#include <optional>
#include <string>
#include <vector>

#include <gradpath/models/data/fit_picture.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/tools/commands/arguments.hpp>

namespace gradpath::tools {

struct NetworkEnds {
    std::vector<double> scale = {}, mean = {}, sd = {};  ///< one number, or one per channel; none: left as it is
    bool blue_first = false;                             ///< of pictures
    std::optional<models::PictureFit> fit = {};          ///< of pictures of another size
    std::string output_tensor = {};                      ///< none: the output
};
/// --scale, --mean, --std, --channels, --fit and --output-tensor, under a heading of their own.
void add_network_ends(Arguments& arguments, NetworkEnds& ends);
/// The options as they can be read again: "scale 255, mean 104,117,123, channels bgr"; nothing where none was given.
std::string describe(const NetworkEnds& ends);
/// crop, crop:256 or stretch
std::string fit_name(const models::PictureFit& fit);

/// (scale x - mean) / std, before what the model does with its rows: it becomes part of the function. Throws UsageError
/// that begins with `command` unless there are as many numbers as channels.
void put_before(const std::string& command, const NetworkEnds& ends, models::Model& model);
/// Throws UsageError unless rows of this shape can have an order of colours, if one was named.
void check_colours(const std::string& command, const NetworkEnds& ends, const Shape& row);

/// Pictures [rows, channels, height, width], red first, as a network takes them whose rows have the shape `row`: of its
/// size, in its order of colours. Says in `notes` what was done with those of this name.
Tensor pictures_for(const Shape& row, const NetworkEnds& ends, const Tensor& pictures, const std::string& name,
                    std::vector<std::string>& notes);
/// The same for all rows of a data set.
models::DataSet data_for(const Shape& row, const NetworkEnds& ends, models::DataSet data);
/// What to tell a user whose pictures are not of the size that a network takes; nothing of those that are.
std::string misfit(const Shape& row, const Tensor& pictures, const std::string& name);
/// A row of such a network as a picture has it: red first.
Tensor red_first(const NetworkEnds& ends, const Tensor& row);

}  // namespace gradpath::tools

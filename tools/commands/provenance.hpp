#pragma once
// What a page says of how it came to be.
#include <string>

#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/tools/commands/commands.hpp>

namespace gradpath::tools {

/// "gradpath COMMAND WORDS", as it can be typed again.
std::string command_line(const std::string& command, Words words);
/// SHA-256 of the numbers of rows, as float64.
std::string data_hash(const Tensor& rows);

}  // namespace gradpath::tools

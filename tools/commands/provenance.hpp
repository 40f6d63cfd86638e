#pragma once
// What a page says of how it was made.
#include <span>
#include <string>

#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/tools/commands/network_ends.hpp>

namespace gradpath::tools {

/// "gradpath explain MODEL --input X", as it can be typed again.
std::string command_line(const std::string& command, std::span<const std::string> words);
/// SHA-256 of numbers, as float64.
std::string data_hash(const Tensor& x);
/// describe(ends), or that there are none.
std::string prepared_text(const NetworkEnds& ends);

}  // namespace gradpath::tools

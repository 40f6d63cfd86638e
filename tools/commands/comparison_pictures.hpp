#pragma once
// The pictures of a comparison: maps of all methods, one answer looked at closely, curves; as blocks and as files.
#include <filesystem>
#include <vector>

#include <gradpath/tools/commands/comparison_files.hpp>

namespace gradpath::tools {

/// The method whose sums come nearest to F(x) - F(x'), by the mean relative gap; none, where no method has one.
const Contestant* most_complete(const Comparison& comparison);
/// "images", or "rows" of anything else.
const char* rows_word(const Contest& contest);
/// Name or number of a class.
std::string class_of(const Comparison& comparison, Index position);
/// One row under every method. An image: those that share out F(x) - F(x') on one scale, the others each on its own.
/// Else a table of what the row holds and what it is given, if it is short.
std::vector<Block> map_blocks(const Comparison& comparison, Index image);
/// The first row as the first method explains it that shares out F(x) - F(x'): signs, sizes and overlay of a picture,
/// and how it adds up.
std::vector<Block> closer_look(const Comparison& comparison);
/// A chart for each figure that is the area under a curve.
std::vector<Chart> curve_charts(const Comparison& comparison);
/// maps.png (of pictures), waterfall.svg and an .svg for each chart. Throws IoError.
void write_pictures(const std::filesystem::path& folder, const Comparison& comparison);

}  // namespace gradpath::tools

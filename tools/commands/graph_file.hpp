#pragma once
// info --graph: a model's graph as a picture.
#include <string>

namespace gradpath::tools {

struct Subject;

/// Draws what the subject's function runs on one row into a file that ends in .svg or .dot. Throws UsageError for
/// another ending, WriteError where it cannot be written.
void write_graph(const Subject& subject, const std::string& file);

}  // namespace gradpath::tools

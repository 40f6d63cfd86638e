#pragma once
#include <span>
#include <string>

#include <gradpath/attribution/registry.hpp>

namespace gradpath::tools {

/// An entry for each paper that the methods cite, once, after the names of the methods that do. Keys are the last name
/// of the first author, year and first word of the title: sundararajan2017axiomatic.
std::string bibtex(std::span<const attribution::Method> methods);

}  // namespace gradpath::tools

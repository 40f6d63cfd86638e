#pragma once
// Tables of numbers as comma-separated values (RFC 4180, lines end in \n).
#include <filesystem>
#include <string>
#include <vector>

namespace gradpath::io {

struct Table {
    std::vector<std::string> columns;       ///< the header line; quoted where it needs to be
    std::vector<std::vector<double>> rows;  ///< each as long as the header
};
/// Numbers take the shortest form that reads back exactly; not-a-number and infinities are nan, inf and -inf.
/// Throws ValueError if a row is not as long as the header.
std::string csv_text(const Table& table);
void write_csv(const std::filesystem::path& path, const Table& table);  ///< atomically

}  // namespace gradpath::io

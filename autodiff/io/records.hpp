#pragma once
// The fields of a CSV file (RFC 4180) as text, strictly. What they mean is for the caller to say.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::io {

struct Record {
    Index line;  ///< on which it begins, from 1
    std::vector<std::string> fields;
};
struct Records {
    char separator;
    std::vector<Record> list;
};
struct ReadRecords {
    char separator = 0;  ///< 0: the one of comma, semicolon and tab that stands most often in the first record
};
/// Lines end in \n or \r\n, fields may be quoted, a byte order mark and blank lines are skipped, and so are blanks
/// around a field. `name` stands in messages. Throws IoError, with line and column (the number of the field), for a
/// quote that is out of place or not closed, a lone carriage return, control characters, or text that is not UTF-8.
Records parse_records(std::string_view bytes, const std::string& name, const ReadRecords& options = {});
/// The same for a file, plain or inside gzip.
Records read_records(const std::filesystem::path& path, const ReadRecords& options = {});

}  // namespace gradpath::io

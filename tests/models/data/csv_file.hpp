#pragma once
// A CSV file that lives as long as a test, and the words with which it is refused.
#include <doctest/doctest.h>

#include <string>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/models/data/csv_data.hpp>

#include "../scratch.hpp"

class CsvFile {
public:
    explicit CsvFile(const std::string& bytes, const std::string& name = "t.csv") : path_(folder_ / name) {
        gradpath::io::write_file(path_, bytes);
    }
    std::string path() const { return path_.string(); }
    gradpath::models::DataSet load(const gradpath::models::ReadTable& options,
                                   gradpath::models::Part part = gradpath::models::Part::all) const {
        return gradpath::models::csv_data_set(path_, part, options);
    }
    /// Message of the IoError, without the name of the file.
    std::string refusal(const gradpath::models::ReadTable& options) const {
        try {
            load(options);
        } catch (const gradpath::IoError& error) {
            const std::string message = error.what(), tail = " (" + path() + ")";
            REQUIRE(message.ends_with(tail));
            return message.substr(0, message.size() - tail.size());
        }
        return "read";
    }

private:
    Scratch folder_;
    std::filesystem::path path_;
};

#pragma once
// Command lines that must succeed, and what they answer.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace program {

/// Runs a command line in a folder; a test fails, with what the program said, unless it ends well.
inline Outcome fine(const std::string& line, const std::filesystem::path& folder) {
    Outcome outcome = run(line, folder);
    CHECK_MESSAGE(outcome.exit == 0, line, ": ", outcome.err);
    return outcome;
}
inline Outcome fine(const std::string& line, const Folder& folder) { return fine(line, folder.path()); }

/// The document it prints, for lines with --json.
template <class Place>
nlohmann::ordered_json json_of(const std::string& line, const Place& folder) {
    return nlohmann::ordered_json::parse(fine(line, folder).out);
}

}  // namespace program

#pragma once
// Data that are not part of the tree: in the folder of GRADPATH_TEST_DATA, or in ../shared/data beside the sources.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

inline std::filesystem::path real_data(const std::string& name) {
    namespace fs = std::filesystem;
    const char* named = std::getenv("GRADPATH_TEST_DATA");
    return (named != nullptr ? fs::path(named) : fs::path(GRADPATH_SOURCE_DIR).parent_path() / "shared/data") / name;
}

/// Is it there? If not, the test says so and should return.
inline bool have_real_data(const std::string& name) {
    if (std::filesystem::exists(real_data(name))) return true;
    MESSAGE("skipped: no ", real_data(name).string());
    return false;
}

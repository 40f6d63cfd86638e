// The version of the headers and of the library.
#include <doctest/doctest.h>

#include <gradpath/autodiff/version.hpp>

#include <string>

TEST_CASE("the library and its headers tell one version, major.minor.patch") {
    CHECK(std::string(gradpath::version()) == GRADPATH_VERSION);
    const std::string parts = std::to_string(GRADPATH_VERSION_MAJOR) + "." + std::to_string(GRADPATH_VERSION_MINOR) +
                              "." + std::to_string(GRADPATH_VERSION_PATCH);
    CHECK(parts == GRADPATH_VERSION);
}

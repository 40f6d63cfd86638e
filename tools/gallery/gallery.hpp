#pragma once
// The sections of the report that tools/demo leaves behind.
#include <filesystem>

#include <gradpath/tools/report/report.hpp>

namespace gradpath::tools {

/// The half moons: how the network learned, its plane with arrows, and what a tolerance buys. `run` is a folder that
/// `gradpath train --data moons` wrote.
std::vector<Section> moons_sections(const std::filesystem::path& run);
/// A network on images: how it learned, several classes by four methods, and one image for every class.
std::vector<Section> image_sections(const std::filesystem::path& run);

}  // namespace gradpath::tools

#pragma once
// A geodesic for the reader: as a JSON document, as text, as files.
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <gradpath/attribution/geometry/relax.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/report/picture.hpp>

namespace gradpath::tools {

struct FoundGeodesic {
    const Subject& subject;
    std::map<std::string, std::string> options;  ///< of geodesic-ig, all of them
    attribution::geometry::Geodesic curve;
    /// The path integral along the curve, whatever the solver; its input and baseline are the curve's ends.
    attribution::Attribution attribution;
    std::function<std::vector<double>(const Tensor&)> f = {};  ///< the explained number at points
};

/// Schema gradpath.geodesic/1. `file`: where the corners are; empty: they were not written.
nlohmann::ordered_json geodesic_json(const FoundGeodesic& g, const std::string& file);
std::string geodesic_text(const FoundGeodesic& g);
/// geodesic.npz (corners, straight, f, values), geodesic.png and, last, geodesic.json. Throws IoError.
void write_geodesic(const std::filesystem::path& folder, const FoundGeodesic& g);

/// Two features: the plane in colours of F with the straight line and the curve, axes and a legend. Images: corners
/// along the curve, above what they differ by from the straight line. Others: that difference, a line for each corner.
Picture geodesic_picture(const FoundGeodesic& g);
/// The first of these.
Picture geodesic_plane(const FoundGeodesic& g);
/// What the picture shows, for those who cannot see it.
std::string geodesic_alt(const FoundGeodesic& g);
/// The straight line between the curve's ends, with as many corners.
Tensor straight_of(const Tensor& corners);

}  // namespace gradpath::tools

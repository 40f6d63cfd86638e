#include <gradpath/tools/commands/subject_json.hpp>

#include <nlohmann/json.hpp>

namespace gradpath::tools {

nlohmann::ordered_json subject_json(const Subject& subject) {
    nlohmann::ordered_json document{{"file", subject.name}, {"hash", subject.hash}};
    const NetworkEnds& ends = subject.ends;
    if (!ends.scale.empty()) document["scale"] = ends.scale;
    if (!ends.mean.empty()) document["mean"] = ends.mean;
    if (!ends.sd.empty()) document["std"] = ends.sd;
    if (ends.blue_first) document["channels"] = "bgr";
    if (ends.fit) document["fit"] = fit_name(*ends.fit);
    if (!ends.output_tensor.empty()) document["output_tensor"] = ends.output_tensor;
    return document;
}

}  // namespace gradpath::tools

#include <gradpath/tools/commands/onnx.hpp>

#include <limits>

#include <gradpath/models/onnx/conformance.hpp>
#include <gradpath/models/onnx/export.hpp>
#include <gradpath/models/onnx/network.hpp>

namespace gradpath::tools {

models::Model load_onnx(const std::string& file, const std::string& tensor, bool fold_batch_norm) {
    return models::onnx::load(file, {.fold_batch_norm = fold_batch_norm, .output = tensor});
}

void save_onnx(const std::string& file, const models::Model& model) { models::onnx::save(file, model); }

std::vector<nn::Parameter> placed_parameters(const models::Model& model) {
    std::vector<nn::Parameter> parameters = nn::parameters(model);
    if (const auto* network = model.net.get_if<models::onnx::Network>())
        for (const std::map<std::string, std::string> places = network->places(); nn::Parameter& p : parameters)
            if (const auto place = places.find(p.name); place != places.end()) p.name = place->second + "." + p.name;
    return parameters;
}

std::vector<Check> onnx_suite() {
    using Verdict = models::onnx::Case::Verdict;
    std::vector<Check> checks;
    for (const std::filesystem::path& folder : models::onnx::conformance_cases()) {
        const models::onnx::Case one = models::onnx::run_case(folder);
        const Check::Verdict verdict = one.verdict == Verdict::passed   ? Check::Verdict::passed
                                       : one.verdict == Verdict::failed ? Check::Verdict::failed
                                                                        : Check::Verdict::out_of_scope;
        constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
        checks.push_back({"onnx " + one.suite, one.name, verdict, nothing, 0, one.note});
    }
    return checks;
}

}  // namespace gradpath::tools

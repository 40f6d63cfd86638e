// Targets and output stages as text: what a command line takes and a result file shows.
#include <gradpath/attribution/core/model.hpp>

#include <algorithm>
#include <array>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/core/overloaded.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution {
namespace {

const std::array<std::string, 5> stage_names{"logit", "probability", "log-probability", "log-odds", "margin"};

}  // namespace

Target parse_target(std::string_view text) {
    if (text == "predicted") return Predicted{};
    if (text == "all") return AllTargets{};
    const bool digits = !text.empty() && text.find_first_not_of("0123456789,-") == text.npos;
    static const std::vector<std::string> words{"predicted", "all"};
    require(digits, "target: must be predicted, all, an index or one index per row such as 3,1,4 but is '", text, "'",
            suggestion(text, words));
    std::vector<Index> indices;
    for (const std::string& part : split(text, ',')) indices.push_back(parse_index("target", part));
    if (indices.size() == 1) return indices[0];
    return indices;
}

std::string describe(const Target& target) {
    return std::visit(Overloaded{[](const Predicted&) { return std::string("predicted"); },
                                 [](Index index) { return to_text(index); },
                                 [](const std::vector<Index>& indices) {
                                     std::vector<std::string> parts;
                                     for (const Index index : indices) parts.push_back(to_text(index));
                                     return joined(parts, ",");
                                 },
                                 [](const AllTargets&) { return std::string("all"); },
                                 [](const Weights&) { return std::string("weights"); },
                                 [](const OutputFunction&) { return std::string("function"); }},
                      target);
}

OutputStage parse_stage(std::string_view text) {
    const auto name = text.substr(0, text.find(':'));
    const auto found = std::find(stage_names.begin(), stage_names.end(), name);
    const auto kind = static_cast<Stage>(found - stage_names.begin());
    const bool margin = name == "margin";
    const bool known = found != stage_names.end() && (margin ? name.size() < text.size() : name.size() == text.size());
    require(known, "output stage: must be logit, probability, log-probability, log-odds or margin:A,B but is '", text,
            "'", text == "margin" ? "" : suggestion(name, stage_names));
    if (!margin) return {.kind = kind};
    const std::vector<std::string> parts = split(text.substr(name.size() + 1), ',');
    require(parts.size() == 2, "output stage: margin takes two indices, as in margin:3,5, but is '", text, "'");
    return {
        .kind = kind, .first = parse_index("output stage", parts[0]), .second = parse_index("output stage", parts[1])};
}

std::string describe(const OutputStage& stage) {
    const std::string& name = stage_names[static_cast<std::size_t>(stage.kind)];
    return stage.kind == Stage::margin ? text(name, ":", stage.first, ",", stage.second) : name;
}

}  // namespace gradpath::attribution

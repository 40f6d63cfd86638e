// Which units of a network carry what a region of the image does? Those that internal neuron attribution names are
// silenced, and the explanation is looked at again (Lundstrom et al. 2022, section 7).
#include <gradpath/tools/experiments/internal_neurons/findings.hpp>

#include <algorithm>
#include <iterator>

namespace gradpath::tools {
namespace internal_neurons {

void frame(Picture& picture, const attribution::region::Box& box) {
    outline(picture, box.left - 1, box.top - 1, box.right - box.left + 2, box.bottom - box.top + 2, {224, 152, 0});
}

}  // namespace internal_neurons

Study study_internal_neurons(const ExperimentOptions& o) {
    Study study;
    study.dtype = DType::float32;
    study.report = {.title = "Which units carry a region of the image?",
                    .subtitle =
                        "Units are silenced in the order that internal neuron attribution gives them, and the "
                        "network is explained again."};
    Facts facts;
    std::vector<Section> sections;
    for (const auto half : {internal_neurons::sneakers, internal_neurons::two_disks}) {
        internal_neurons::Findings part = half(o);
        std::ranges::move(part.rows, std::back_inserter(study.rows));
        std::ranges::move(part.headline, std::back_inserter(facts.facts));
        std::ranges::move(part.sections, std::back_inserter(sections));
        study.met = study.met && part.met;
    }
    study.report.sections = {{"In short", {std::move(facts)}}};
    std::ranges::move(sections, std::back_inserter(study.report.sections));
    return study;
}

}  // namespace gradpath::tools

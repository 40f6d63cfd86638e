#pragma once
// The two halves of the study of internal neurons, and what they tell.
#include <string>
#include <vector>

#include <gradpath/attribution/neurons/region.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools::internal_neurons {

struct Findings {
    std::vector<StudyRow> rows;
    std::vector<Facts::Fact> headline;
    std::vector<Section> sections;
    bool met = true;  ///< what was to be shown is shown
};

/// Fashion-MNIST, class 7: the hidden units that carry the region of the sole are silenced, and Integrated Gradients
/// recomputed (the table of the published experiment).
Findings sneakers(const ExperimentOptions& options);
/// Images of two disks: the units that carry the right one are silenced; does the explanation move to the left one?
Findings two_disks(const ExperimentOptions& options);

/// A row of pixels around a region, outside of it, on a picture of a pixel per number.
void frame(Picture& picture, const attribution::region::Box& box);

}  // namespace gradpath::tools::internal_neurons

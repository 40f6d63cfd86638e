#pragma once
// Integrated Gradients inside and outside of a region, and the class accuracy, as ever more units are silenced.
#include <string>
#include <vector>

#include <gradpath/attribution/neurons/pruning.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/experiments/experiment.hpp>

namespace gradpath::tools::internal_neurons {

struct Setting {
    const ExperimentOptions& options;
    models::Model net;
    double test_accuracy;  ///< of the network, on all classes
    Index label;           ///< the class whose probability is explained
    std::string layer;     ///< whose units are ranked
    attribution::region::Box region;
    Tensor to_rank;     ///< images that scores are summed over
    Tensor to_explain;  ///< images that are explained after pruning
    Tensor unseen;      ///< test images of the class: how many are still named right?
    Index rank_steps, steps;
    std::vector<Index> counts;  ///< of silent units
    Index repeats;              ///< random orders
};

/// An order of the units, and what silencing its first ones does. Vectors have an entry per count.
struct Ranking {
    std::string name;
    std::vector<Index> order;
    std::vector<double> inside = {}, outside = {};  ///< Integrated Gradients, summed over the images
    /// Half a 95 % interval each: by the spread of the images, of accuracy as a share of them.
    std::vector<double> inside_error = {}, outside_error = {}, probability_error = {}, accuracy_error = {};
    std::vector<double> probability = {};  ///< of the class, mean over the images
    std::vector<double> accuracy = {};     ///< share of the unseen images named right
    std::vector<Tensor> maps = {};         ///< of the first images, where asked for
};

/// By the value of IPNA, by its ratio of inside to outside, by conductance; then the random ones.
std::vector<Ranking> rankings(const Setting& setting);
/// Fills in what an order does.
void measure(const Setting& setting, Ranking& ranking);

}  // namespace gradpath::tools::internal_neurons

// The question of the two traffic lights (Lundstrom et al. 2022, section 7) on drawn images: a network says "disk"
// where there are two of them. Silence the 1 % of a layer's units that carry the right one: does the explanation move
// to the left one? Every image has a ranking of its own.
#include <algorithm>
#include <cmath>

#include <gradpath/attribution/neurons/internal_neurons.hpp>
#include <gradpath/attribution/neurons/pruning.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/data/shapes.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/experiments/internal_neurons/findings.hpp>
#include <gradpath/tools/experiments/spread.hpp>
#include <gradpath/tools/experiments/trained.hpp>

namespace gradpath::tools::internal_neurons {
namespace {

using attribution::Stage;
using attribution::region::Box;

constexpr Index disk = 1, scenes_wanted = 50, shown = 4;
constexpr double shares[] = {0, 0.01, 0.02, 0.05, 0.1};  // of the units
constexpr double enough = 0.8;                           // of the images: on so many the map must move
const char* const layer = "relu2";

struct Scene {
    Tensor image;        ///< [1, 1, 32, 32]
    Tensor left, right;  ///< [32, 32], 1 on the disk
    Box box;             ///< around the right disk
};

double total(const Tensor& t) { return sum(t.to(DType::float64)).at(0); }

/// Integrated Gradients on the pixels of a mask.
double mass(const Tensor& map, const Tensor& mask) { return total(reshape(map, mask.shape()) * mask); }

Box box_around(const Tensor& mask) {
    const Index height = mask.shape()[0], width = mask.shape()[1];
    Box box{height, 0, width, 0};
    for (Index i = 0; i < mask.size(); ++i) {
        if (mask.at(i) == 0) continue;
        box = {std::min(box.top, i / width), std::max(box.bottom, i / width + 1), std::min(box.left, i % width),
               std::max(box.right, i % width + 1)};
    }
    return box;
}

/// Images of two disks, among new ones, that the network calls "disk".
std::vector<Scene> scenes(const models::Model& net, std::uint64_t seed) {
    const models::ShapeImages all = models::shapes({.rows = 1000, .two_objects = true, .seed = seed + 1});
    std::vector<Scene> list;
    for (Index row = 0; row < all.data.x.rows() && static_cast<Index>(list.size()) < scenes_wanted; ++row) {
        const auto picked = [&](const Tensor& t) { return slice(t, 0, row, row + 1); };
        const auto mask = [&](const Tensor& t) { return reshape(picked(t), t.shape().slice(1, t.rank())); };
        const Scene scene{picked(all.data.x), mask(all.left), mask(all.right), box_around(mask(all.right))};
        const bool two_disks = total(mask(all.masks)) == total(scene.left) + total(scene.right);
        if (two_disks && argmax(net(scene.image), 1)[0] == disk) list.push_back(scene);
    }
    return list;
}

/// What was measured under one ranking: per share of silent units, then per image.
struct Moves {
    struct Step {
        std::vector<double> left = {}, right = {};  ///< Integrated Gradients on the disks
        std::vector<double> probability = {};       ///< of "disk"
        std::vector<Tensor> maps = {};
    };
    std::string name;
    std::vector<Step> steps = std::vector<Step>(std::size(shares));

    /// The change from the whole network to 1 % silent.
    std::vector<double> change(std::vector<double> Step::*what) const {
        std::vector<double> list = steps[1].*what;
        for (std::size_t k = 0; k < list.size(); ++k) list[k] -= (steps[0].*what)[k];
        return list;
    }
    Index rises() const {
        return std::ranges::count_if(change(&Step::left), [](double difference) { return difference > 0; });
    }
    double rising_share() const { return static_cast<double>(rises()) / static_cast<double>(steps[0].left.size()); }
};

/// What is done to one image.
class Probe {
public:
    Probe(const ExperimentOptions& o, const models::Model& net) : o_(o), net_(net), steps_(o.quick ? 64 : 256) {}

    /// The orders of one image: by the units that carry the right disk, by conductance, at random.
    std::vector<std::vector<Index>> orders(const Scene& scene, std::uint64_t number) const {
        const auto by = [&](const attribution::Region& region) {
            return attribution::ranked_by_value(attribution::internal_neurons(net_, scene.image,
                                                                              {.target = disk,
                                                                               .stage = {Stage::probability},
                                                                               .layer = layer,
                                                                               .region = region,
                                                                               .steps = steps_,
                                                                               .run = run()})
                                                    .values);
        };
        const std::vector<Index> value = by(scene.box), conductance = by(attribution::region::Whole{});
        const Indices random = random::permutation(static_cast<Index>(value.size()), o_.common.seed, 2000 + number);
        return {value, conductance, {random.data().begin(), random.data().end()}};
    }

    void add(const Scene& scene, const std::vector<Index>& order, Moves& moves) const {
        std::vector<Index> counts;
        for (const double share : shares) counts.push_back(std::llround(share * static_cast<double>(order.size())));
        const std::vector<attribution::PrunedAnswer> answers = attribution::prune(net_, scene.image, order,
                                                                                  {.target = disk,
                                                                                   .stage = {Stage::probability},
                                                                                   .layer = layer,
                                                                                   .region = scene.box,
                                                                                   .counts = counts,
                                                                                   .quadrature = {.steps = steps_},
                                                                                   .run = run()});
        for (std::size_t k = 0; k < answers.size(); ++k) {
            Moves::Step& step = moves.steps[k];
            step.left.push_back(mass(answers[k].ig.values, scene.left));
            step.right.push_back(mass(answers[k].ig.values, scene.right));
            step.probability.push_back(answers[k].ig.f_input[0]);
            step.maps.push_back(answers[k].ig.values);
        }
    }

private:
    attribution::Run run() const { return {.memory = o_.common.memory, .cancel = &o_.interrupted}; }

    const ExperimentOptions& o_;
    const models::Model& net_;
    Index steps_;
};

std::vector<Moves> run(const ExperimentOptions& o, const models::Model& net, const std::vector<Scene>& list) {
    std::vector<Moves> all{{"internal-neurons"}, {"conductance"}, {"random"}};
    const Probe probe(o, net);
    Progress progress(Progress::style(o.common.quiet), "images");
    for (std::size_t k = 0; k < list.size(); ++k) {
        progress.tell("pruning disks", static_cast<Index>(k), static_cast<Index>(list.size()));
        const std::vector<std::vector<Index>> orders = probe.orders(list[k], k);
        for (std::size_t r = 0; r < all.size(); ++r) probe.add(list[k], orders[r], all[r]);
    }
    return all;
}

void add_rows(const Moves& m, std::vector<StudyRow>& rows) {
    const auto quartiles = [&](const std::string& figure, const std::vector<double>& list) {
        rows.push_back({.method = m.name,
                        .figure = figure,
                        .value = quantile(list, 0.5),
                        .low = quantile(list, 0.25),
                        .high = quantile(list, 0.75),
                        .note = "median and quartiles over the images"});
    };
    rows.push_back({.method = m.name,
                    .figure = "share of images on which the left disk rises, 1 % silent",
                    .value = m.rising_share(),
                    .note = text(m.rises(), " of ", m.steps[0].left.size())});
    quartiles("left disk: change of IG, 1 % silent", m.change(&Moves::Step::left));
    quartiles("right disk: change of IG, 1 % silent", m.change(&Moves::Step::right));
    for (std::size_t k = 0; k < m.steps.size(); ++k) {
        const std::string when = text(", ", short_number(100 * shares[k]), " % silent");
        quartiles("left disk: IG" + when, m.steps[k].left);
        quartiles("right disk: IG" + when, m.steps[k].right);
        quartiles("probability of disk" + when, m.steps[k].probability);
    }
}

double median(const std::vector<double>& list) { return quantile(list, 0.5); }
std::string cell(const std::vector<double>& list) { return fixed(median(list), 3); }

Table table_of(const std::vector<Moves>& all) {
    Table table{.caption = text("Medians over ", all[0].steps[0].left.size(),
                                " images of Integrated Gradients of the probability on the pixels of each disk, "
                                "before and after 1 % of the units of ",
                                layer, " are silent."),
                .columns = {{"units ranked by"},
                            {"left, before", true},
                            {"left, after", true},
                            {"left rises on", true},
                            {"right, before", true},
                            {"right, after", true},
                            {"probability, after", true}},
                .rows = {}};
    for (const Moves& m : all) {
        const Moves::Step &before = m.steps[0], &after = m.steps[1];
        table.rows.push_back({m.name, cell(before.left), cell(after.left), percent(m.rising_share()),
                              cell(before.right), cell(after.right), cell(after.probability)});
    }
    return table;
}

Chart chart_of(const std::vector<Moves>& all) {
    Chart chart{.title = "From one disk to the other",
                .x_label = "silent units, %",
                .y_label = "Integrated Gradients on a disk",
                .alt = "as units of the right disk are silenced, its share falls and that of the left one rises",
                .curves = {},
                .caption = "Medians over the images."};
    for (const Moves& m : all) {
        Chart::Curve left{"left, " + m.name, {}, {}}, right{"right, " + m.name, {}, {}};
        for (std::size_t k = 0; k < m.steps.size(); ++k) {
            for (Chart::Curve* curve : {&left, &right}) curve->x.push_back(100 * shares[k]);
            left.y.push_back(median(m.steps[k].left));
            right.y.push_back(median(m.steps[k].right));
        }
        chart.curves.push_back(std::move(left));
        chart.curves.push_back(std::move(right));
    }
    return chart;
}

Section pictures(const std::vector<Scene>& list, const std::vector<Moves>& all) {
    Section section{"Before and after: 1 % of the units silent", {}};
    for (std::size_t k = 0; k < std::min<std::size_t>(shown, list.size()); ++k) {
        const auto one = [](const Tensor& t) { return reshape(t, t.shape().slice(1, t.rank())); };
        std::vector<HeatColumn> columns{{"whole network", one(all[0].steps[0].maps[k])}};
        for (const Moves& m : all) columns.push_back({m.name, one(m.steps[1].maps[k])});
        Panels panels = heat_panels(one(list[k].image), columns);
        frame(panels.panels[0].light, list[k].box);
        section.blocks.push_back(std::move(panels));
    }
    return section;
}

std::string verdict(const std::vector<Moves>& all) {
    const Moves &m = all[0], &random = all[2];
    return text("The network says \"disk\" of images of two disks. Silencing the 1 % of ", layer,
                " that internal-neurons names for the box around the right disk raises what the left one is given on ",
                m.rises(), " of ", m.steps[0].left.size(), " images, 1 % drawn at random on ", random.rises(), ". ",
                m.rising_share() >= enough
                    ? text("Its probability of \"disk\" is ", cell(m.steps[0].probability), " before and ",
                           cell(m.steps[1].probability), " after (medians).")
                    : "That is less than was to be shown: the table and the chart say what happens instead.");
}

}  // namespace

Findings two_disks(const ExperimentOptions& o) {
    const models::ShapeImages data = models::shapes({.rows = o.quick ? 4000 : 8000, .seed = o.common.seed});
    const models::Model net = trained(o, data.data, "lenet-small", o.quick ? 15 : 30);
    const std::vector<Scene> list = scenes(net, o.common.seed);
    require(!list.empty(),
            "reproduce: internal-neurons: the network finds a disk in no image of two; take another --seed");
    const std::vector<Moves> all = run(o, net, list);
    Findings findings{.met = all[0].rising_share() >= enough};
    for (const Moves& m : all) add_rows(m, findings.rows);
    findings.headline = {{"the map moves to the other disk", percent(all[0].rising_share()),
                          text("of ", list.size(), " images; at random: ", percent(all[2].rising_share()))}};
    findings.sections = {
        {"Two disks: where does the explanation go?", {Text{{verdict(all)}}, table_of(all), chart_of(all)}},
        pictures(list, all)};
    return findings;
}

}  // namespace gradpath::tools::internal_neurons

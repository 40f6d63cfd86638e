// Adversarial pixels taken as absent ones: does what is learned from an adversarial image come back to the clean one?
#include <algorithm>

#include <gradpath/attribution/baselines/attack.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/shapes.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/train.hpp>
#include <gradpath/tools/commands/crew.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/experiments/masked_states.hpp>
#include <gradpath/tools/report/heatmap.hpp>

namespace gradpath::tools {
namespace {

constexpr Index side = 8, train_rows = 2000, test_rows = 400, learning_rows = 64, shown = 3;
constexpr double epsilon = 0.2;

struct Images {
    Tensor x;  ///< [rows, 1, 8, 8] in 0 .. 1
    Indices labels;
};

Images small_shapes(Index rows, std::uint64_t seed) {
    const models::DataSet data = models::shapes({.rows = rows, .seed = seed}).data;
    return {clamp(avg_pool2d(data.x.to(DType::float64), {.kernel = 32 / side}), 0, 1), data.labels};
}

/// A clean image, what an attack made of it, and what was learned from that.
struct Case {
    std::string attack;
    Tensor clean, adversarial, recovered = {};
    double before = 0, after = 0;  ///< mean |difference| to the clean one
};

double distance(const Tensor& a, const Tensor& b) { return mean(abs(a - b)).item(); }

/// Adversarial images of test rows that are answered rightly, where the answer changes.
std::vector<Case> attacked(const models::Model& net, const Images& test, Index count) {
    std::vector<Case> cases;
    const Indices answers = argmax(net(test.x), 1);
    const std::vector<Index> labels(test.labels.data().begin(), test.labels.data().end());
    const Tensor by_step = attribution::pgd(net, test.x, {.target = labels, .epsilon = epsilon}),
                 at_once = attribution::fgsm(net, test.x, {.target = labels, .epsilon = epsilon});
    for (const auto& [name, moved] : {std::pair("PGD", by_step), std::pair("FGSM", at_once)}) {
        const Indices led = argmax(net(moved), 1);
        Index found = 0;
        for (Index row = 0; row < test.x.rows() && found < count; ++row) {
            if (answers[row] != test.labels[row] || led[row] == test.labels[row]) continue;
            cases.push_back({name, slice(test.x, 0, row, row + 1), slice(moved, 0, row, row + 1)});
            ++found;
        }
    }
    return cases;
}

void recover(Case& c, const models::Model& net, const Images& train, const ExperimentOptions& o) {
    attribution::LearnBaseline options = attribution::learning_for(side * side);
    const auto labels = train.labels.data();
    options.target = std::vector<Index>(labels.begin(), labels.begin() + learning_rows);
    options.stage = {.kind = attribution::Stage::log_odds};
    options.loss = attribution::PatternLoss::marginal;
    options.from = c.adversarial;
    options.steps = o.quick ? 60 : 300;
    options.seed = o.common.seed;
    options.run.cancel = &o.interrupted;
    c.recovered = attribution::learn_baseline(net, slice(train.x, 0, 0, learning_rows), options).value;
    c.before = distance(c.adversarial, c.clean);
    c.after = distance(c.recovered, c.clean);
}

Panels pictures(const std::vector<Case>& cases) {
    Panels panels{.caption = "Clean, adversarial, and learned from the adversarial one.", .panels = {}};
    for (std::size_t k = 0; k < cases.size() && k < static_cast<std::size_t>(shown); ++k) {
        const auto add = [&](const std::string& what, const Tensor& image) {
            panels.panels.push_back({.title = what,
                                     .light = paint_image(reshape(clamp(image, 0, 1), {side, side})),
                                     .alt = text("image ", k + 1, ", ", what)});
        };
        add("clean", cases[k].clean);
        add("adversarial", cases[k].adversarial);
        add("learned", cases[k].recovered);
    }
    return panels;
}

/// What came of all images of one attack.
std::vector<std::string> summary(const std::string& attack, const std::vector<Case>& cases, Study& study) {
    Index count = 0, nearer = 0;
    double before = 0, after = 0;
    for (const Case& c : cases) {
        if (c.attack != attack) continue;
        ++count;
        nearer += c.after < c.before ? 1 : 0;
        before += c.before;
        after += c.after;
    }
    if (count == 0) return {attack, "0", "-", "-", "-"};
    const Interval interval = wilson(nearer, count);
    const auto n = static_cast<double>(count);
    study.rows.push_back({.method = "recovery from " + attack,
                          .figure = "nearer to the clean image",
                          .value = static_cast<double>(nearer) / n,
                          .low = interval.low,
                          .high = interval.high,
                          .note = text(count, " images")});
    study.rows.push_back({"recovery from " + attack, "mean |adversarial - clean|", before / n});
    study.rows.push_back({"recovery from " + attack, "mean |learned - clean|", after / n});
    return {attack, std::to_string(count), percent(static_cast<double>(nearer) / n), short_number(before / n, 3),
            short_number(after / n, 3)};
}

}  // namespace

void masked_recovery(const ExperimentOptions& o, Study& study) {
    const Images train = small_shapes(train_rows, o.common.seed), test = small_shapes(test_rows, o.common.seed + 1);
    models::Model net = models::make("mlp", {{"widths", text(side * side, "-64-64-2")}},
                                     nn::Init{.seed = o.common.seed, .dtype = DType::float64});
    nn::fit(net, {train.x, train.labels},
            {.epochs = o.quick ? 10 : 30, .optimizer = nn::Adam{.rate = 2e-3}, .seed = 1, .cancel = &o.interrupted});
    std::vector<Case> cases = attacked(net, test, o.quick ? 3 : 20);
    Progress progress(Progress::style(o.common.quiet), "images");
    run_tasks(
        cases.size(), [&](std::size_t k) { recover(cases[k], net, train, o); }, progress, "recovery");
    Table table{.caption = "How many images come nearer to the clean one, and the mean distance of a pixel.",
                .columns = {{"attack"}, {"images", true}, {"nearer", true}, {"before", true}, {"after", true}},
                .rows = {}};
    for (const char* attack : {"PGD", "FGSM"}) table.rows.push_back(summary(attack, cases, study));
    study.report.sections.push_back(
        {"Clean images out of adversarial ones",
         {Text{{text("An MLP on shapes of ", side, " x ", side,
                     " pixels (is there a disk?), attacked with an epsilon of ", epsilon,
                     ". Learning begins at the adversarial image, with the marginal loss on ", learning_rows,
                     " clean images of the training set, the lowest fifth of the orders.")}},
          std::move(table), pictures(cases)}});
}

}  // namespace gradpath::tools

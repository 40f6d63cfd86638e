// What the choice of a baseline does to Integrated Gradients of images, beside Shapley Integrated Gradients, whose
// baselines are coalitions of patches (after arXiv 2310.04821, whose tables could not be read): insertion and deletion,
// how far an answer moves when the input hardly does, whether a second run says the same, and what it costs.
#include <algorithm>
#include <filesystem>
#include <functional>

#include <gradpath/attribution/coalition/exact.hpp>
#include <gradpath/attribution/coalition/shapley_ig.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/attribution/quality/agreement.hpp>
#include <gradpath/attribution/quality/insertion_deletion.hpp>
#include <gradpath/attribution/quality/sensitivity_max.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/data/fashion_mnist.hpp>
#include <gradpath/models/data/load.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/evaluate.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/experiments/collected.hpp>
#include <gradpath/tools/experiments/experiment.hpp>
#include <gradpath/tools/experiments/trained.hpp>

namespace gradpath::tools {
namespace {

namespace baseline = attribution::baseline;
namespace quality = attribution::quality;
using attribution::Attribution;
using attribution::Baseline;

/// How much of everything.
struct Size {
    Index training, epochs, images, runs, perturbations, exact;  ///< exact: images whose exact Shapley values are known
    Index patches;                                               ///< down and across
};
constexpr Size whole{
    .training = 60'000, .epochs = 3, .images = 50, .runs = 5, .perturbations = 10, .exact = 8, .patches = 4};
constexpr Size small{
    .training = 6'000, .epochs = 1, .images = 4, .runs = 2, .perturbations = 2, .exact = 1, .patches = 3};
constexpr Index steps = 50, line_steps = 8, pool = 16;

struct Data {
    models::DataSet train, test;
    std::string words;
};

Data open(std::uint64_t seed, const Size& size) {
    const auto first = [](const models::DataSet& data, Index rows) {
        return subset(data, 0, std::min(rows, data.x.rows()));
    };
    const auto both = [&](const std::string& name, const std::string& words) {
        return Data{first(models::load(name, "train", seed), size.training), models::load(name, "test", seed), words};
    };
    if (std::filesystem::exists(models::FashionMnist{}.folder)) return both("fashion-mnist", "Fashion-MNIST");
    return both("shapes", "generated shapes, as Fashion-MNIST is not installed");
}

/// A trained network and the first images of its test rows that it gets right.
struct Bench {
    const ExperimentOptions& o;
    Size size;
    models::Model net;
    Tensor x, training_images;
    std::vector<Index> target;
    double accuracy;
    std::string words;

    attribution::Model f() const {
        return [this](const Tensor& images) { return net(images); };
    }
    attribution::Run run() const { return {.memory = o.common.memory, .cancel = &o.interrupted}; }
    attribution::Groups patches() const {
        return {.kind = attribution::Groups::Kind::grid, .extent = {size.patches, size.patches}};
    }
};

Bench prepare(const ExperimentOptions& o) {
    const Size size = o.quick ? small : whole;
    const Data data = open(o.common.seed, size);
    models::Model net = trained(o, data.train, "lenet5", size.epochs);
    const models::Task tested = models::task_for(net, data.test);
    const double accuracy =
        nn::evaluate([&](const Tensor& x) { return net(x); }, tested.examples, {.loss = tested.loss}).accuracy;
    std::vector<Index> rows, target;
    const Tensor first = subset(data.test, 0, std::min(data.test.x.rows(), 4 * size.images)).x;
    const Indices predicted = argmax(net(first));
    for (Index r = 0; r < first.rows() && static_cast<Index>(rows.size()) < size.images; ++r)
        if (predicted[r] == data.test.labels[r]) rows.push_back(r), target.push_back(predicted[r]);
    const Indices kept({static_cast<Index>(rows.size())}, std::span<const Index>(rows));
    return {o, size, std::move(net), gather(first, kept), data.train.x, target, accuracy, data.words};
}

struct Competitor {
    const char* name;
    bool random;  ///< does a seed change what it says?
    const char* note;
    std::function<Attribution(const Bench&, const Tensor& x, std::uint64_t seed)> run;
};

Competitor from(const char* name, const Baseline& baseline, bool random = false, const char* note = "") {
    return {name, random, note, [baseline](const Bench& b, const Tensor& x, std::uint64_t seed) {
                return attribution::integrated_gradients(
                    b.f(), x,
                    {.target = b.target,
                     .baseline = baseline,
                     .quadrature = {.steps = steps, .rule = attribution::QuadratureRule::gauss_legendre},
                     .seed = seed,
                     .run = b.run()});
            }};
}

Attribution from_training(const Bench& b, const Tensor& x, std::uint64_t seed) {
    const Indices order = random::permutation(b.training_images.rows(), seed, 1);
    const Indices drawn({pool}, order.data().subspan(0, static_cast<std::size_t>(pool)));
    return from("", baseline::Samples{gather(b.training_images, drawn)}).run(b, x, seed);
}

Attribution from_coalitions(const Bench& b, const Tensor& x, std::uint64_t seed) {
    return attribution::shapley_integrated_gradients(
        b.f(), x,
        {.target = b.target,
         .groups = b.patches(),
         .samples = 1,
         .quadrature = {.steps = line_steps, .rule = attribution::QuadratureRule::gauss_legendre},
         .seed = seed,
         .run = b.run()});
}

/// The yardstick: an order that knows nothing.
Attribution by_chance(const Bench& b, const Tensor& x, std::uint64_t seed) {
    Attribution a{.method = "random"};
    a.values = random::normal(x.shape(), {.seed = seed, .stream = 2, .dtype = x.dtype()});
    a.f_input.assign(b.target.size(), 0);
    return a;
}

const std::vector<Competitor>& competitors() {
    static const std::vector<Competitor> all{
        from("IG, zero", baseline::Zero{}),
        from("IG, mean", baseline::Mean{}, false, "each image's own mean"),
        from("IG, farthest", baseline::Farthest{}),
        from("IG, blur", baseline::Blur{.sigma = 4}, false, "sigma 4"),
        from("IG, uniform", baseline::Uniform{}, true, "one draw"),
        from("IG, gaussian", baseline::Gaussian{.sigma = 0.5}, true, "one draw, 0.5 around the image, clipped"),
        {"IG, training samples", true, "the mean over 16 images", from_training},
        {"Shapley IG", true, "patches as players, zero where absent, one order", from_coalitions},
        {"random", true, "no explanation: the yardstick", by_chance},
    };
    return all;
}

std::vector<quality::List> rows_of(const Tensor& values) {
    std::vector<quality::List> rows;
    const std::size_t count = static_cast<std::size_t>(values.rows()), inner = values.data<double>().size() / count;
    for (std::size_t r = 0; r < count; ++r) rows.push_back(values.data<double>().subspan(r * inner, inner));
    return rows;
}

void measure_curves(const Bench& b, const Competitor& c, const Tensor& values, Collected& all) {
    const quality::PixelSteps options{.target = b.target, .run = b.run()};
    for (const quality::PixelCurve& curve : quality::insertion(b.f(), b.x, values, options))
        all.add(c.name, "insertion", curve.area);
    for (const quality::PixelCurve& curve : quality::deletion(b.f(), b.x, values, options))
        all.add(c.name, "deletion", curve.area);
}

/// The mean of Spearman's correlation over all pairs of runs, for each image.
void measure_runs(const Bench& b, const Competitor& c, const Tensor& first, Collected& all) {
    std::vector<Tensor> runs{first.to(DType::float64)};
    for (Index k = 1; c.random && k < b.size.runs; ++k)
        runs.push_back(c.run(b, b.x, b.o.common.seed + static_cast<std::uint64_t>(k)).values.to(DType::float64));
    for (std::size_t r = 0; r < b.target.size(); ++r) {
        double total = 0, pairs = 0;
        for (std::size_t i = 0; i < runs.size(); ++i)
            for (std::size_t j = 0; j < i; ++j, ++pairs)
                total += quality::spearman(rows_of(runs[i])[r], rows_of(runs[j])[r]);
        all.add(c.name, "run to run", c.random ? total / pairs : 1);
    }
}

/// What each patch got: [images, patches], in float64.
Tensor of_patches(const Bench& b, const Tensor& values) {
    const attribution::Players players =
        attribution::players_of("image-baselines", b.patches(), values.shape().slice(1, values.rank()));
    const Indices of({static_cast<Index>(players.of.size())}, std::span<const Index>(players.of));
    return scatter_add(flatten(values).to(DType::float64), of, 1, players.count());
}

/// The exact Shapley values of the patches of the first images, from zero.
Tensor exact_shares(const Bench& b) {
    const std::vector<Index> target(b.target.begin(), b.target.begin() + b.size.exact);
    return attribution::shapley(b.f(), slice(b.x, 0, 0, b.size.exact),
                                {.target = target, .groups = b.patches(), .run = b.run()})
        .players->to(DType::float64);
}

/// What is told of each image, and of those whose exact Shapley values are known.
struct Figures {
    Collected of_all = {}, of_exact = {};
};

void measure(const Bench& b, const Competitor& c, const Attribution& a, const Tensor& exact, Figures& figures) {
    measure_curves(b, c, a.values, figures.of_all);
    const quality::Explain again = [&](const Tensor& x) { return c.run(b, x, b.o.common.seed).values; };
    for (const double moved :
         quality::sensitivity_max(again, b.x, {.samples = b.size.perturbations, .seed = b.o.common.seed}))
        figures.of_all.add(c.name, "sensitivity-max", moved);
    measure_runs(b, c, a.values, figures.of_all);
    figures.of_all.add(
        c.name, "evaluations an image",
        static_cast<double>(a.evaluations.forward + a.evaluations.backward) / static_cast<double>(b.x.rows()));
    const Tensor shares = of_patches(b, slice(a.values, 0, 0, exact.rows()));
    for (std::size_t r = 0; r < rows_of(exact).size(); ++r) {
        figures.of_exact.add(c.name, "cosine with exact Shapley",
                             quality::cosine(rows_of(shares)[r], rows_of(exact)[r]));
        figures.of_exact.add(c.name, "Spearman with exact Shapley",
                             quality::spearman(rows_of(shares)[r], rows_of(exact)[r]));
    }
}

Panels pictures_of(const Bench& b, Index image, const std::vector<Attribution>& answers) {
    std::vector<HeatColumn> columns;
    for (std::size_t k = 0; k + 1 < answers.size(); ++k) {  // not of chance
        const Tensor map = slice(answers[k].values, 0, image, image + 1);
        columns.push_back({competitors()[k].name, reshape(map, map.shape().slice(1, 4))});
    }
    const Tensor picture = slice(b.x, 0, image, image + 1);
    Panels row = heat_panels(reshape(picture, picture.shape().slice(1, 4)), columns);
    const auto name = static_cast<std::size_t>(b.target[static_cast<std::size_t>(image)]);
    if (name < b.net.class_names.size()) row.caption = b.net.class_names[name] + "; " + row.caption;
    return row;
}

std::string images(Index count) { return text(count, count == 1 ? " image" : " images"); }

Text what_is_measured(const Bench& b) {
    const Index players = b.size.patches * b.size.patches;
    return {
        {text("A LeNet-5 trained on ", b.words, " (", percent(b.accuracy), " of the test rows right), explained at ",
              b.x.rows(), " test images that it gets right, the logit of the class; Integrated Gradients with ", steps,
              " Gauss-Legendre nodes. Shapley IG is full with the shares normalised: ", players,
              " patches are the players, one random order on a circle gives the coalitions, each line has ", line_steps,
              " nodes."),
         "Insertion (high is good) puts pixels back onto a blurred image, deletion (low is good) takes them away to "
         "zero, a few at a time; areas of the probability of the class. Sensitivity-max (low is good) is how far an "
         "answer moves when every pixel moves by at most 0.02, with the same seed. Run to run is the rank correlation "
         "of the pixels under other seeds: 1 by construction where nothing is drawn.",
         text("Deletion to zero and the exact Shapley values of the patches (", images(b.size.exact),
              ") take zero as absence, so they favour what starts from zero: that is by construction. No "
              "figure says that an explanation is true; the row random says what an order without knowledge gets. "
              "The tables of Liu et al. (2023) could not be read, so nothing stands beside these.")}};
}

}  // namespace

Study study_image_baselines(const ExperimentOptions& o) {
    const Bench b = prepare(o);
    const Tensor exact = exact_shares(b);
    Figures figures;
    std::vector<Attribution> answers;
    std::vector<Collected::Note> notes;
    Progress progress(Progress::style(o.common.quiet), "methods");
    for (const Competitor& c : competitors()) {
        answers.push_back(c.run(b, b.x, o.common.seed));
        measure(b, c, answers.back(), exact, figures);
        notes.push_back({c.name, c.note});
        progress.tell("methods", static_cast<Index>(answers.size()), static_cast<Index>(competitors().size()));
    }
    progress.end_line();
    Study study{.dtype = DType::float32};
    figures.of_all.append_rows(study, notes);
    figures.of_exact.append_rows(study, notes);
    Section seen{"How the answers look", {}};
    for (Index k = 0; k < std::min<Index>(4, b.x.rows()); ++k) seen.blocks.emplace_back(pictures_of(b, k, answers));
    study.report = {
        .title = "Baselines of images, and Shapley Integrated Gradients",
        .subtitle = text(b.x.rows(), " images of ", b.words, ", ", competitors().size(), " rankings of pixels."),
        .sections = {{"What is measured", {what_is_measured(b)}},
                     {"Figures",
                      {figures.of_all.table("Means over the images with 95 % intervals."),
                       figures.of_exact.table(text("The same over the ", images(exact.rows()),
                                                   " whose exact "
                                                   "Shapley values are known."))}},
                     std::move(seen)},
        .provenance = {}};
    return study;
}

}  // namespace gradpath::tools

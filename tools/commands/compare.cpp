// Methods side by side: the same images, about the same cost, the same figures. After each method the files are written
// anew, so that a run that is ended leaves what it had, and says so.
#include <algorithm>
#include <chrono>
#include <set>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/comparison_pictures.hpp>
#include <gradpath/tools/commands/controls.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/dry_run.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/provenance.hpp>

namespace gradpath::tools {
namespace {

struct CompareOptions {
    std::string model, data, split = "test", methods, metrics;
    Index images = 100, budget = 50;
    bool dry_run = false;
    models::ReadTable table = {};
    NetworkEnds ends = {};
    Common common = {};
};

void declare(Arguments& arguments, CompareOptions& o) {
    arguments.positional("MODEL", o.model, "a .safetensors or .onnx file");
    arguments.option("--data", "DATA", o.data, data_help);
    arguments.option("--split", "NAME", o.split, "train, test or all (test)");
    arguments.option("--images", "N", o.images, "the first rows of the data, as many (100)");
    arguments.option("--methods", "A,B,..", o.methods, "see gradpath methods (twelve usual ones); controls are added");
    arguments.option("--metrics", "A,B,..", o.metrics,
                     "completeness, cancellation, deletion, insertion, road, comprehensiveness, sufficiency, "
                     "infidelity, sic, aic, sensitivity-max, entropy, gini (all that suit the rows but "
                     "sensitivity-max, which asks each method ten times more)");
    arguments.option("--budget", "N", o.budget,
                     "gradient evaluations per row, where a method has steps or samples; a forward pass counts half "
                     "(50)");
    add_network_ends(arguments, o.ends);
    add_table_options(arguments, o.table);
    add_common(arguments, o.common);
    add_dry_run(arguments, o.dry_run);
}

std::vector<std::string> split_names(const std::string& list) {
    std::vector<std::string> names;
    for (std::size_t first = 0; first <= list.size();) {
        const std::size_t comma = std::min(list.find(',', first), list.size());
        const std::string name = list.substr(first, comma - first);
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
        first = comma + 1;
    }
    return names;
}

void require_method(const std::string& name) {
    if (is_control(name)) return;
    std::vector<std::string> names;
    for (const attribution::Method& method : attribution::methods()) {
        names.push_back(method.name);
        if (method.name != name) continue;
        require<UsageError>(!method.inside, "compare: ", name, " looks at a layer, not at the input");
        return;
    }
    const std::string guess = did_you_mean(name, names);
    throw UsageError(
        text("compare: there is no method \"", name, "\"", guess.empty() ? "; see gradpath methods" : guess));
}

/// The methods as they were named, then the controls.
std::vector<std::string> chosen_methods(const CompareOptions& o, const Contest& q) {
    std::vector<std::string> names = o.methods.empty() ? usual_methods() : split_names(o.methods);
    if (o.methods.empty() && !q.of_pictures()) std::erase(names, "blur-ig");
    for (const std::string& name : names) require_method(name);
    for (const std::string& control : controls_of(q))
        if (std::ranges::find(names, control) == names.end()) names.push_back(control);
    return names;
}

std::vector<std::string> chosen_measures(const CompareOptions& o, const Contest& q) {
    std::vector<std::string> names;
    if (o.metrics.empty()) {
        for (const Measure& m : measures())
            if (m.usual && (!m.pictures || q.of_pictures())) names.emplace_back(m.name);
        return names;
    }
    for (const std::string& name : split_names(o.metrics)) {
        require<UsageError>(!find_measure(name).pictures || q.of_pictures(), "compare: ", name,
                            " is of pictures: rows have the shape ", q.x.shape().slice(1, q.x.rank()));
        names.push_back(name);
    }
    return names;
}

models::DataSet first_rows(const CompareOptions& o, const Subject& subject) {
    const models::DataSet all = open_data("compare: --data", o.data, o.split, o.common.seed, o.table);
    const models::DataSet rows =
        with_dtype(data_for(subject.row, o.ends, subset(all, 0, std::min(o.images, all.x.rows()))), subject.dtype);
    for (const std::string& note : rows.notes) say(o.common, "note: " + note);
    const Shape shape = rows.x.shape().slice(1, rows.x.rank());
    require<UsageError>(shape == subject.row, "compare: ", o.data, " has rows of the shape ", shape, ", ", subject.name,
                        " takes ", subject.row);
    return rows;
}

/// What stands before a softmax at the end of the network: methods explain it, and measures take the softmax.
Subject open_before_softmax(CompareOptions& o) {
    const auto open = [&] {
        return open_subject("compare", o.model, o.common.dtype, "", {.seed = o.common.seed, .ends = o.ends});
    };
    Subject subject = open();
    if (!subject.model || subject.model->ending.kind != models::Ending::probabilities) return subject;
    const models::Ending& ending = subject.model->ending;
    say(o.common, text("note: the network ends in ", ending.step, ": explained is what that is taken of, ",
                       "as by --output-tensor ", ending.before));
    o.ends.output_tensor = ending.before;
    return open();
}

std::vector<Index> predicted(const Subject& subject, const Tensor& x) {
    const NoRecording plain;
    const Indices best = argmax(flatten(subject.run(x)));
    return {best.data().begin(), best.data().end()};
}

Contest contest_for(const CompareOptions& o, const Subject& subject, const Tensor& x,
                    const std::atomic<bool>& interrupted) {
    Contest contest{.subject = subject,
                    .x = x,
                    .target = predicted(subject, x),
                    .budget = o.budget,
                    .seed = o.common.seed,
                    .run = {.memory = o.common.memory, .cancel = &interrupted},
                    .methods = {},
                    .measures = {}};
    contest.methods = chosen_methods(o, contest);
    contest.measures = chosen_measures(o, contest);
    return contest;
}

/// Makes it, and removes what an earlier run left.
void clear_folder(const std::filesystem::path& folder) {
    make_folder(folder);
    for (const char* old : {"compare.csv", "compare.html", "compare.json", "maps.png", "waterfall.svg"})
        remove_file(folder / old);
    for (const Measure& m : measures()) remove_file(folder / text(m.name, ".svg"));
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The first row tells what a row costs; the rows of the metrics count in the time alone.
void only_tell(const CompareOptions& o, const Contest& all) {
    Contest one = all;
    one.x = slice(all.x, 0, 0, 1);
    one.target.resize(1);
    const auto start = std::chrono::steady_clock::now();
    const auto rows = static_cast<double>(all.x.rows());
    std::string names;
    std::set<std::string> drawings;
    DryRun run{.what = {}, .files = {"compare.csv", "compare.html", "compare.json"}};
    for (const std::string& name : all.methods) {
        Contestant c = answer_of(one, name);
        measure(one, c);
        run.forward += c.cost * rows;
        names += (names.empty() ? "" : ", ") + name;
        for (const auto& [curve, points] : c.curves) drawings.insert(curve + ".svg");
        if (c.f_baseline) drawings.insert("waterfall.svg");
    }
    run.files.insert(run.files.end(), drawings.begin(), drawings.end());
    if (all.of_pictures()) run.files.emplace_back("maps.png");
    run.backward = run.forward;
    run.seconds = seconds_since(start) * rows;
    run.what = {{"methods", names}, {"model", all.subject.name}, {"rows", to_text(all.x.rows())}};
    if (const std::string ends = describe(o.ends); !ends.empty()) run.what.emplace_back("prepared", ends);
    tell(o.common, run);
}

void run_all(const CompareOptions& o, Comparison& comparison) {
    const auto start = std::chrono::steady_clock::now();
    const auto total = static_cast<Index>(comparison.planned);
    Progress progress(Progress::style(o.common.quiet), "methods");
    for (const std::string& name : comparison.contest.methods) {
        Contestant c = answer_of(comparison.contest, name);
        measure(comparison.contest, c);
        comparison.contestants.push_back(std::move(c));
        comparison.seconds = seconds_since(start);
        if (!o.common.out.empty()) writing([&] { write_comparison(o.common.out, comparison); });
        progress.tell("methods", static_cast<Index>(comparison.contestants.size()), total, name);
    }
    if (!o.common.out.empty()) writing([&] { write_pictures(o.common.out, comparison); });
}

}  // namespace

Exit compare(Words words, const std::atomic<bool>& interrupted) {
    CompareOptions o;
    Arguments arguments("compare",
                        "Runs methods on the same rows at about the same cost, measures their answers, and says which "
                        "differ beyond noise.",
                        "gradpath compare run/model.safetensors --data fashion-mnist --out compared\n"
                        "gradpath compare run/model.safetensors --data fashion-mnist --images 20 --methods "
                        "gradient,integrated-gradients,idgi --metrics deletion,insertion --json");
    declare(arguments, o);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    require_given(arguments, "MODEL", o.model);
    require_given(arguments, "--data", o.data);
    require<UsageError>(o.images >= 1, "compare: --images must be at least 1");
    require<UsageError>(o.budget >= 1, "compare: --budget must be at least 1");
    apply(o.common);
    const Subject subject = open_before_softmax(o);
    if (subject.model) o.table = table_for(o.table, *subject.model);
    const models::DataSet data = first_rows(o, subject);
    const Contest contest = contest_for(o, subject, data.x, interrupted);
    if (o.dry_run) return only_tell(o, contest), Exit::fine;
    if (!o.common.out.empty()) clear_folder(o.common.out);
    Comparison comparison{.contest = contest,
                          .data = data,
                          .data_name = text(o.data, ", ", o.split),
                          .command = command_line("compare", words),
                          .planned = contest.methods.size()};
    try {
        run_all(o, comparison);
    } catch (const Cancelled&) {
        if (o.common.out.empty() || comparison.contestants.empty()) throw;
        say(o.common,
            "interrupted; " + comparison.missing() + ", and are in " + (o.common.out / "compare.html").string());
        return Exit::interrupted;
    }
    if (!o.common.out.empty()) say(o.common, "wrote " + (o.common.out / "compare.html").string());
    if (o.common.json) print_json(comparison_json(comparison));
    else print(comparison_text(comparison));
    return Exit::fine;
}

}  // namespace gradpath::tools

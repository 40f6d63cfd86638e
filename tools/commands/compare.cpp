// Methods side by side: the same images, about the same cost, the same figures. After each method the files are written
// anew, so that a run that is ended leaves what it had, and says so.
#include <chrono>
#include <set>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/compare_options.hpp>
#include <gradpath/tools/commands/comparison_pictures.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/dry_run.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/provenance.hpp>

namespace gradpath::tools {
namespace {

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
void only_tell(const CompareOptions& o, const Contest& all, const Entrants& entrants) {
    const auto start = std::chrono::steady_clock::now();
    const auto rows = static_cast<double>(all.x.rows());
    std::vector<std::string> names;
    std::set<std::string> drawings;
    DryRun run{.what = {}, .files = {"compare.csv", "compare.html", "compare.json"}};
    Contest one = all.first_row();
    std::erase_if(one.measures, [&](const std::string& name) { return !unsuited(find_measure(name), one).empty(); });
    prepare(one);
    for (const Entrant& entrant : entrants.list) {
        Contestant c = answer_of(one, entrant);
        measure(one, c);
        run.forward += c.cost * rows;
        names.push_back(entrant.name);
        for (const auto& [curve, points] : c.curves) drawings.insert(curve + ".svg");
        if (!c.f_baseline) continue;
        drawings.insert("waterfall.svg");
        if (all.of_pictures()) drawings.insert("maps.png");
    }
    run.files.insert(run.files.end(), drawings.begin(), drawings.end());
    run.backward = run.forward;
    run.seconds = seconds_since(start) * rows;
    run.what = {
        {"methods", attribution::joined(names, ", ")}, {"model", all.subject.name}, {"rows", to_text(all.x.rows())}};
    if (const std::string ends = describe(o.asked.ends); !ends.empty()) run.what.emplace_back("prepared", ends);
    tell(o.asked.common, run);
}

/// What cannot be run: an error where it was named, else left out. What cannot keep to the budget: a warning.
Entrants checked(const CompareOptions& o, Contest& contest) {
    Entrants entrants = entrants_of(contest);
    std::vector<std::string> reasons;
    for (const Refusal& refused : entrants.refused) reasons.push_back(refused.words());
    require<UsageError>(!o.methods || reasons.empty(), "compare: not every method suits ", contest.subject.name,
                        ", so none was run: ", attribution::joined(reasons, "; and "));
    for (const Refusal& refused : entrants.refused) {
        std::erase(contest.methods, refused.name);
        say(o.asked.common, "left out: " + refused.words());
    }
    for (const Entrant& entrant : entrants.list)
        if (over_budget(contest, entrant.cost))
            say(o.asked.common,
                text("warning: ", entrant.name, " does not keep to the budget: about ", excess(contest, entrant.cost)));
    return entrants;
}

void run_all(const CompareOptions& o, Comparison& comparison, const std::vector<Entrant>& entrants) {
    const std::filesystem::path& out = o.asked.common.out;
    const auto start = std::chrono::steady_clock::now();
    Progress progress(Progress::style(o.asked.common.quiet), "methods");
    Index done = 0;
    for (const Entrant& entrant : entrants) {
        add_answer(comparison, entrant);
        comparison.seconds = seconds_since(start);
        if (!out.empty()) writing([&] { write_comparison(out, comparison); });
        progress.tell("methods", ++done, static_cast<Index>(entrants.size()), entrant.name);
    }
    if (!out.empty()) writing([&] { write_pictures(out, comparison); });
}

/// Prints what there is, too, where the run was ended.
Exit deliver(const CompareOptions& o, const Comparison& comparison) {
    const Common& common = o.asked.common;
    const std::string page = (common.out / "compare.html").string();
    if (!comparison.complete())
        say(common, "interrupted; " + comparison.missing() + (common.out.empty() ? "" : ", and are in " + page));
    else if (!common.out.empty()) say(common, "wrote " + page);
    if (common.json) print_json(comparison_json(comparison));
    else print(comparison_text(comparison));
    if (!comparison.complete()) return Exit::interrupted;
    for (const Refusal& failed : comparison.failed) say(common, "failed: " + failed.words());
    return comparison.failed.empty() ? Exit::fine : Exit::failure;
}

}  // namespace

Exit compare(Words words, const std::atomic<bool>& interrupted) {
    CompareOptions o;
    o.asked.interrupted = &interrupted;
    Arguments arguments("compare",
                        "Runs methods on the same rows at about the same cost, measures their answers, and says which "
                        "differ beyond noise.",
                        "gradpath compare run/model.safetensors --data fashion-mnist --out compared\n"
                        "gradpath compare run/model.safetensors --data fashion-mnist --images 20 --methods "
                        "gradient,integrated-gradients,idgi --metrics deletion,insertion --json\n"
                        "gradpath compare run/model.safetensors --data fashion-mnist --methods smooth-grad,idgi "
                        "--metrics all --output log-odds --set smooth-grad.sigma=0.2");
    declare(arguments, o);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    const ExplainOptions& asked = o.asked;
    require_given(arguments, "MODEL", asked.model);
    require_given(arguments, "--data", o.data);
    check_numbers(o);
    check_table_options(arguments, {o.data, asked.baseline, asked.locate}, asked.table);
    apply(asked.common);
    const ReadRows reading{.seed = asked.common.seed, .ends = asked.ends};
    const Subject subject =
        before_softmax("compare", open_subject("compare", asked.model, asked.common.dtype, "", reading), asked.common);
    o.asked.ends = subject.ends;
    if (subject.model) o.asked.table = table_for(asked.table, *subject.model);
    const FirstRows rows = first_rows(o, subject);
    Contest contest = contest_for(o, subject, rows);
    const Entrants entrants = checked(o, contest);
    if (asked.dry_run) return only_tell(o, contest, entrants), Exit::fine;
    if (!asked.common.out.empty()) clear_folder(asked.common.out);
    prepare(contest);
    Comparison comparison{.contest = contest,
                          .data = rows.data,
                          .data_name = text(o.data, ", ", o.split),
                          .data_hash = data_hash(rows.data.x),
                          .command = command_line("compare", words),
                          .question = {.target = told_target(asked.target, contest.stage, subject),
                                       .output = describe(asked_stage("compare", asked.stage, subject).name),
                                       .baseline = asked.baseline_given ? asked.baseline : "",
                                       .groups = o.groups,
                                       .region = asked.locate},
                          .left_out = entrants.refused,
                          .planned = entrants.list.size()};
    try {
        run_all(o, comparison, entrants.list);
    } catch (const Cancelled&) {
        if (comparison.contestants.empty()) throw;
    }
    return deliver(o, comparison);
}

}  // namespace gradpath::tools

// One method on one input, or on every row of a file. The options of the methods are those of the registry; which of
// them a method knows is the registry's to say, so a new method needs nothing here.
#include <algorithm>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/baselines.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/controls.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/dry_run.hpp>
#include <gradpath/tools/commands/explain_cost.hpp>
#include <gradpath/tools/commands/explain_settings.hpp>
#include <gradpath/tools/commands/layers.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/provenance.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/commands/soften.hpp>
#include <gradpath/tools/commands/table_input.hpp>
#include <gradpath/tools/commands/terminal_picture.hpp>

namespace gradpath::tools {
namespace {

void add_setting(ExplainOptions& o, const std::string& text) {
    const auto equals = text.find('=');
    require<UsageError>(equals != text.npos && equals > 0, "explain: --set takes KEY=VALUE: got \"", text, "\"");
    o.set[text.substr(0, equals)] = text.substr(equals + 1);
}

/// An option per name in the registry; --seed is a common option, and `method` is --set's alone, as --method is taken.
void add_method_options(Arguments& arguments, ExplainOptions& o) {
    arguments.group("Options of methods");
    std::set<std::string> seen{"seed", "method"};
    for (const attribution::Method& method : attribution::methods()) {
        for (const attribution::OptionInfo& option : method.options) {
            if (!seen.insert(option.name).second) continue;
            arguments.value("--" + option.name, "VALUE", option.help + " (" + option.standard + ")",
                            [&o, name = option.name](const std::string& text) { o.set[name] = text; });
        }
    }
    arguments.value(
        "--set", "KEY=VALUE", "any option of the method by its name; may be repeated",
        [&o](const std::string& text) { add_setting(o, text); }, true);
}

void declare(Arguments& arguments, ExplainOptions& o) {
    arguments.positional("MODEL", o.model, "a .safetensors or .onnx file, or expr:FORMULA");
    arguments.option("--input", "X", o.input,
                     "numbers such as 1,3, a .csv, .npy, .npz or .png file, FILE.csv:INDEX, or data:DATA:SPLIT:INDEX");
    arguments.option("--index", "I", o.index, "the rows of the input to explain, such as 0 or 3,1,4 (all)");
    arguments.option("--method", "NAME", o.method,
                     "see gradpath methods; or random, constant, edges, which know no model");
    add_question(arguments, o, "its probability",
                 ", or all of the kinds side by side (zero, unless the method says otherwise)");
    arguments.option("--pool", "X", o.pool, "data for methods that lead ways through them (points around the line)");
    arguments.option("--locate", "REGION", o.locate,
                     "how much of the positive values lies in box:TOP,BOTTOM,LEFT,RIGHT (pixels of the model's input "
                     "from its upper left corner, the ends not included) or mask:FILE of the picture, beside its area, "
                     "edges and random numbers");
    add_soften(arguments, o.soften);
    add_method_options(arguments, o);
    add_network_ends(arguments, o.ends);
    add_table_options(arguments, o.table);
    add_common(arguments, o.common);
    add_dry_run(arguments, o.dry_run);
}

const attribution::Method& chosen_method(const ExplainOptions& o) {
    std::vector<std::string> names;
    for (const std::span<const attribution::Method> list : {attribution::methods(), controls()})
        for (const attribution::Method& method : list) {
            if (method.name == o.method) return method;
            names.push_back(method.name);
        }
    const std::string guess = did_you_mean(o.method, names);
    throw UsageError(
        text("explain: there is no method \"", o.method, "\"", guess.empty() ? "; see gradpath methods" : guess));
}

void check_located(const ExplainOptions& o) {
    const auto layer = o.set.find("layer");
    require<UsageError>(o.locate.empty() || (o.baseline != "all" && (layer == o.set.end() || layer->second != "all")),
                        "explain: --locate takes one answer at a time, not all layers or baselines");
}

void check_pool(const ExplainOptions& o, const attribution::Method& method) {
    const auto around = std::ranges::find(method.options, "around", &attribution::OptionInfo::name);  // in its place
    require<UsageError>(o.pool.empty() || around != method.options.end(),
                        "explain: --pool is of geodesic-ig and geodesic-ig-knn, the method is ", method.name);
}

/// The options the method ran with: its defaults, and what was set.
std::map<std::string, std::string> options_used(const ExplainOptions& o, const attribution::Method& method) {
    std::map<std::string, std::string> used = o.set;
    for (const attribution::OptionInfo& option : method.options)
        used.emplace(option.name, option.name == "seed" ? std::to_string(o.common.seed) : option.standard);
    return used;
}

/// What cannot be told from the library's answer: the names are the user's own words.
attribution::Attribution named(attribution::Attribution result, const ExplainOptions& o,
                               const attribution::Method& method, const Subject& subject) {
    if (result.method != method.name) result.method = method.name;
    if (result.baseline_kind == "tensor" || result.baseline_kind == "samples") result.baseline_kind = o.baseline;
    if (!method.takes_target) return result;
    result.stage = asked_stage("explain", o.stage, subject).name;
    if (const std::string note = ending_note(subject); !note.empty()) result.notes.push_back(note);
    return result;
}

/// Calls run(settings) under a progress line, until Ctrl-C.
template <class F>
auto watched(attribution::Settings settings, const ExplainOptions& o, const std::atomic<bool>& interrupted,
             const F& run) {
    Progress progress(Progress::style(o.common.quiet), "rows");
    settings.run.cancel = &interrupted;
    settings.run.progress = [&](std::string_view stage, Index done, Index total) { progress.tell(stage, done, total); };
    return run(settings);
}

attribution::Attribution run_method(const ExplainOptions& o, const attribution::Method& method, const Subject& subject,
                                    const Rows& rows, const std::atomic<bool>& interrupted) {
    return watched(settings_of(o, method, rows, subject), o, interrupted, [&](const attribution::Settings& settings) {
        return named(method.run(subject.run, rows.x, settings), o, method, subject);
    });
}

Explained run_once(const ExplainOptions& o, const attribution::Method& method, const Subject& subject, const Rows& rows,
                   const std::atomic<bool>& interrupted) {
    std::optional<attribution::Region> region;
    if (!o.locate.empty()) region = located_region(o, rows, subject);
    Explained explained{subject, rows, options_used(o, method), run_method(o, method, subject, rows, interrupted)};
    explained.command = o.command, explained.seed = o.common.seed;
    if (region) explained.located = locate(rows.x, explained.attribution.values, *region, o.common.seed);
    return explained;
}

/// Writes the files, of which `last` is the last, or prints the document or the text: as was asked.
template <class Write, class Document, class Words>
void deliver(const ExplainOptions& o, const char* last, const Write& write, const Document& document,
             const Words& words) {
    if (!o.common.out.empty()) {
        make_folder(o.common.out);
        writing(write);
        say(o.common, "wrote " + (o.common.out / last).string());
    }
    if (o.common.json) print_json(document(o.common.out.empty() ? "" : "attribution.npz"));
    else if (o.common.out.empty()) print(words());
}

bool tolerance_failed(const ExplainOptions& o, const attribution::Attribution& a) {
    return o.set.contains("tolerance") && missed_tolerance(a);
}

Exit under_one_baseline(const ExplainOptions& o, const attribution::Method& method, const Subject& subject,
                        const Rows& rows, const std::atomic<bool>& interrupted) {
    const Explained explained = run_once(o, method, subject, rows, interrupted);
    for (const auto* notes : {&rows.notes, &explained.attribution.notes})
        for (const std::string& note : *notes) say(o.common, "note: " + note);
    deliver(
        o, "result.json", [&] { write_result(o.common.out, explained); },
        [&](const char* file) { return result_json(explained, file); },
        [&] {
            const bool seen = stdout_is_terminal() && !o.common.quiet;
            return result_text(explained) +
                   (seen ? result_drawing(explained, stderr_size().columns, stdout_takes_colour()) : "");
        });
    if (!tolerance_failed(o, explained.attribution)) return Exit::fine;
    say(o.common, "the tolerance was not met");
    return Exit::not_met;
}

/// --layer all.
Exit on_all_layers(const ExplainOptions& o, const attribution::Method& method, const Subject& subject, const Rows& rows,
                   const std::atomic<bool>& interrupted) {
    const Explained about{.subject = subject,
                          .rows = rows,
                          .options = options_used(o, method),
                          .attribution = {},
                          .command = o.command,
                          .seed = o.common.seed};
    std::vector<Explained> all =
        watched(settings_of(o, method, rows, subject), o, interrupted,
                [&](const attribution::Settings& settings) { return explain_layers(about, method, settings); });
    std::set<std::string> notes(rows.notes.begin(), rows.notes.end());
    for (Explained& e : all) {
        e.attribution = named(std::move(e.attribution), o, method, subject);
        notes.insert(e.attribution.notes.begin(), e.attribution.notes.end());
    }
    for (const std::string& note : notes) say(o.common, "note: " + note);
    deliver(
        o, "result.json", [&] { write_layers(o.common.out, all); },
        [&](const char* file) { return layers_json(all, file); }, [&] { return layers_text(all); });
    return Exit::fine;
}

Exit under_all_baselines(const ExplainOptions& o, const attribution::Method& method, const Subject& subject,
                         const Rows& rows, const std::atomic<bool>& interrupted) {
    require<UsageError>(method.takes_baseline, "explain: ", method.name, " takes no --baseline");
    const UnderBaselines all = explain_under_all(subject, rows, [&](const std::string& baseline) {
        ExplainOptions one = o;
        one.baseline = baseline;
        return run_method(one, method, subject, rows, interrupted);
    });
    deliver(
        o, "baselines.json", [&] { write_baselines(o.common.out, all); },
        [&](const char*) { return baselines_json(all); }, [&] { return baselines_text(all); });
    const bool failed = std::ranges::any_of(all.answers, [&](const auto& a) { return tolerance_failed(o, a); });
    if (failed) say(o.common, "the tolerance was not met");
    return failed ? Exit::not_met : Exit::fine;
}

/// The first row tells what a row costs, and of a path a few steps.
Exit only_tell(const ExplainOptions& o, const attribution::Method& method, const Subject& subject, const Rows& rows,
               const std::atomic<bool>& interrupted) {
    const auto layer = o.set.find("layer");
    require<UsageError>(o.baseline != "all" && (layer == o.set.end() || layer->second != "all"),
                        "explain: --dry-run looks at one baseline and one layer: name one instead of all");
    const RowCost row = row_cost(o, method, [&](const ExplainOptions& asked) {
        return watched(
            of_first_row(settings_of(asked, method, rows, subject), rows.x), o, interrupted,
            [&](const attribution::Settings& s) { return method.run(subject.run, slice(rows.x, 0, 0, 1), s); });
    });
    const auto count = static_cast<double>(rows.x.rows());
    DryRun run{.what = {{"method", method.name},
                        {"model", subject.name},
                        {"input", text(rows.name, ", ", rows.x.rows(), rows.x.rows() == 1 ? " row" : " rows")}},
               .forward = count * row.forward,
               .backward = count * row.backward,
               .seconds = count * row.seconds,
               .bytes = std::min(static_cast<std::size_t>(count * row.bytes),
                                 std::max(o.common.memory, row.sample.peak_bytes)),
               .files = result_files({subject, rows, {}, row.sample})};
    if (!row.steps.empty()) run.what.emplace_back("steps", row.steps);
    if (const std::string ends = describe(o.ends); !ends.empty()) run.what.emplace_back("prepared", ends);
    tell(o.common, run);
    return Exit::fine;
}

}  // namespace

Exit explain(Words words, const std::atomic<bool>& interrupted) {
    ExplainOptions o;
    o.interrupted = &interrupted;
    o.command = command_line("explain", words);
    Arguments arguments("explain", "Attributes a model's output to the features of its input.",
                        "gradpath explain 'expr:(x1+x2)^3' --input 1,3 --method integrated-gradients\n"
                        "gradpath explain run/model.safetensors --input data:fashion-mnist:test:0 --method "
                        "integrated-gradients --out why\n"
                        "gradpath explain run/model.safetensors --input shoe.png --method smooth-grad --samples 50 "
                        "--target all --json\n"
                        "gradpath explain run/model.safetensors --input shoe.png --method internal-neurons --layer all "
                        "--region box:13,21,16,27 --out inside");
    declare(arguments, o);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    require_given(arguments, "MODEL", o.model);
    require_given(arguments, "--input", o.input);
    require_given(arguments, "--method", o.method);
    const attribution::Method& method = chosen_method(o);
    check_pool(o, method);
    const auto region = o.set.find("region");
    check_table_options(arguments,
                        {o.input, o.baseline, o.pool, o.locate, region == o.set.end() ? "" : region->second}, o.table);
    apply(o.common);

    ReadRows input{.what = "explain: --input",
                   .picks = o.index.empty() ? std::vector<Index>{} : parse_positions("explain: --index", o.index),
                   .index = "explain: --index",
                   .seed = o.common.seed,
                   .table = o.table,
                   .ends = o.ends};
    Subject subject = open_subject("explain", o.model, o.common.dtype, o.input, input);
    if (subject.model) input.table = o.table = table_for(o.table, *subject.model);
    soften("explain", subject, o.soften);
    const Rows rows = read_rows(o.input, subject.row, subject.dtype, input);
    check_located(o);
    if (o.dry_run) return only_tell(o, method, subject, rows, interrupted);
    const auto layer = o.set.find("layer");
    if (method.inside && layer != o.set.end() && layer->second == "all") {
        require<UsageError>(o.baseline != "all", "explain: --layer all takes one baseline: name one instead of all");
        return on_all_layers(o, method, subject, rows, interrupted);
    }
    if (o.baseline == "all") return under_all_baselines(o, method, subject, rows, interrupted);
    return under_one_baseline(o, method, subject, rows, interrupted);
}

}  // namespace gradpath::tools

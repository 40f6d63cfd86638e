// One method on one input, or on every row of a file. The options of the methods are those of the registry; which of
// them a method knows is the registry's to say, so a new method needs nothing here.
#include <algorithm>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/registry.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/baselines.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/groups.hpp>
#include <gradpath/tools/commands/progress.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/commands/table_input.hpp>

namespace gradpath::tools {
namespace {

struct ExplainOptions {
    std::string model, input, index, method, target = "predicted", stage = "logit", baseline = "zero";
    bool baseline_given = false;
    std::optional<Index> samples = {};
    std::map<std::string, std::string> set = {};
    models::ReadTable table = {};
    Common common = {};
};

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
    arguments.positional("MODEL", o.model, "a .safetensors file, or expr:FORMULA");
    arguments.option("--input", "X", o.input,
                     "numbers such as 1,3, a .csv, .npy, .npz or .png file, FILE.csv:INDEX, or data:DATA:SPLIT:INDEX");
    arguments.option("--index", "I", o.index, "the rows of the input to explain, such as 0 or 3,1,4 (all)");
    arguments.option("--method", "NAME", o.method, "see gradpath methods");
    arguments.option("--target", "T", o.target,
                     "N or a class, one N per row (3,1,4, an .npy, or `target` of an .npz), predicted, true, all "
                     "(predicted)");
    arguments.option("--output", "STAGE", o.stage,
                     "logit, probability, log-probability, log-odds or margin:A,B (logit)");
    arguments.value("--baseline", "B",
                    "zero, constant:C, mean, blur:S, uniform:L,H,N, gaussian:S,N, farthest:L,H, black+white:L,H, "
                    "samples:FILE, typical (a table's means), numbers, a file, or all of the kinds side by side (zero, "
                    "unless the method says otherwise)",
                    [&o](const std::string& text) { o.baseline = text, o.baseline_given = true; });
    add_method_options(arguments, o);
    add_table_options(arguments, o.table);
    add_common(arguments, o.common);
}

const attribution::Method& chosen_method(const ExplainOptions& o) {
    std::vector<std::string> names;
    for (const attribution::Method& method : attribution::methods()) {
        if (method.name == o.method) return method;
        names.push_back(method.name);
    }
    const std::string guess = did_you_mean(o.method, names);
    throw UsageError(
        text("explain: there is no method \"", o.method, "\"", guess.empty() ? "; see gradpath methods" : guess));
}

/// --index picks of what a file holds for every row that was read, too.
bool picked_too(const Rows& rows, Index count) { return !rows.picks.empty() && count == rows.read; }

/// The output of the class with that name, if the model has one and the name means nothing else.
std::optional<Index> class_named(const std::string& name, const Subject& subject) {
    const bool taken = name == "predicted" || name == "all" || looks_like_numbers(name);
    if (!subject.model || taken) return std::nullopt;
    const std::vector<std::string>& names = subject.model->class_names;
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt : std::optional<Index>(found - names.begin());
}

attribution::Target chosen_target(const ExplainOptions& o, const Rows& rows, const Subject& subject) {
    if (o.target == "true") {
        require<UsageError>(rows.labels.has_value(), "explain: --target true needs labels: ", rows.name, " has none");
        return std::vector<Index>(rows.labels->data().begin(), rows.labels->data().end());
    }
    if (const std::optional<Index> named = class_named(o.target, subject)) return *named;
    const bool npz = o.target.ends_with(".npz");
    if (npz || o.target.ends_with(".npy")) {
        const Indices read = npz ? io::read_npz_indices(o.target, "target") : io::read_npy_indices(o.target);
        std::vector<Index> targets(read.data().begin(), read.data().end());
        if (picked_too(rows, read.size())) {
            targets.clear();
            for (const Index i : rows.picks) targets.push_back(read[i]);
        }
        require<IoError>(static_cast<Index>(targets.size()) == rows.x.rows(),
                         "explain: --target: there must be one index per row: ", o.target, " has ", targets.size(),
                         " for ", rows.x.rows(), " rows");
        return targets;
    }
    return attribution::parse_target(o.target);
}

attribution::Baseline chosen_baseline(const ExplainOptions& o, const Rows& rows, const Subject& subject) {
    const ReadRows reading{.what = "explain: --baseline", .seed = o.common.seed, .table = o.table};
    if (o.baseline.starts_with("samples:"))
        return attribution::baseline::Samples{read_rows(o.baseline.substr(8), subject.row, subject.dtype, reading).x};
    const auto file = [&](const char* ending) { return o.baseline.ends_with(ending); };
    const bool numbers = looks_like_numbers(o.baseline);
    if (o.baseline == "typical") {
        require<UsageError>(!o.table.columns.empty(),
                            "explain: --baseline typical is a row of a table's means: ", subject.name,
                            " was not trained on a table");
        return read_typed_row(unknown_row(o.table.columns), reading).x.to(subject.dtype);
    }
    const bool row = o.baseline.find(',') != std::string::npos && o.baseline.find(':') == std::string::npos &&
                     is_typed_row(o.baseline, reading);
    const bool read = numbers || row || names_csv(o.baseline) || o.baseline.starts_with("data:") || file(".npy") ||
                      file(".npz") || file(".png");
    static const std::vector<std::string> beside{"samples:FILE", "typical", "all"};
    if (!read) return attribution::parse_baseline(o.baseline, beside);
    const bool single = numbers && o.baseline.find(',') == std::string::npos;
    require<UsageError>(!single || subject.row.size() == 1, "explain: --baseline: the model takes ", subject.row.size(),
                        " numbers a row: got 1; for the same number everywhere write constant:", o.baseline);
    Tensor baseline = read_rows(o.baseline, subject.row, subject.dtype, reading).x;
    if (picked_too(rows, baseline.rows()))
        baseline = gather(baseline, Indices({static_cast<Index>(rows.picks.size())}, rows.picks));
    require<UsageError>(baseline.rows() == 1 || baseline.rows() == rows.x.rows(),
                        "explain: --baseline must have one row, or one per row", " of the input: it has ",
                        baseline.rows(), " for ", rows.x.rows(), " rows");
    return baseline;
}

attribution::Settings settings_of(const ExplainOptions& o, const attribution::Method& method, const Rows& rows,
                                  const Subject& subject) {
    const bool inner = o.set.contains("method");  // a method around another: the other may take a baseline
    require<UsageError>(!o.baseline_given || method.takes_baseline || inner, "explain: ", method.name,
                        " takes no --baseline");
    attribution::Settings settings{.target = chosen_target(o, rows, subject),
                                   .stage = attribution::parse_stage(o.stage),
                                   .seed = o.common.seed,
                                   .set = o.set};
    read_groups(settings.set);
    if (o.baseline_given) settings.baseline = chosen_baseline(o, rows, subject);
    const auto knows = [&](const attribution::OptionInfo& option) { return option.name == "samples"; };
    if (method.takes_baseline && std::ranges::none_of(method.options, knows) && settings.set.contains("samples")) {
        Index samples = 0;
        read_value("explain: --samples", settings.set.extract("samples").mapped(), samples);
        require<UsageError>(settings.baseline && attribution::is_random(*settings.baseline), "explain: --samples of ",
                            method.name, " counts the draws of a random baseline: it is ", o.baseline,
                            "; give --baseline uniform or gaussian");
        settings.samples = samples;
    }
    settings.run.memory = o.common.memory;
    return settings;
}

/// The options the method ran with: its defaults, and what was set.
std::map<std::string, std::string> options_used(const ExplainOptions& o, const attribution::Method& method) {
    std::map<std::string, std::string> used = o.set;
    for (const attribution::OptionInfo& option : method.options)
        used.emplace(option.name, option.name == "seed" ? std::to_string(o.common.seed) : option.standard);
    return used;
}

attribution::Attribution run_method(const ExplainOptions& o, const attribution::Method& method, const Subject& subject,
                                    const Rows& rows, const std::atomic<bool>& interrupted) {
    attribution::Settings settings = settings_of(o, method, rows, subject);
    Progress progress(Progress::style(o.common.quiet), "rows");
    settings.run.cancel = &interrupted;
    settings.run.progress = [&](std::string_view stage, Index done, Index total) { progress.tell(stage, done, total); };
    attribution::Attribution result = method.run(subject.run, rows.x, settings);
    if (result.method != method.name) result.method = method.name;
    if (result.baseline_kind == "tensor" || result.baseline_kind == "samples")
        result.baseline_kind = o.baseline;  // in the user's own words
    return result;
}

bool tolerance_failed(const ExplainOptions& o, const attribution::Attribution& a) {
    return o.set.contains("tolerance") && a.tolerance_met && std::ranges::count(*a.tolerance_met, false) > 0;
}

Exit under_one_baseline(const ExplainOptions& o, const attribution::Method& method, const Subject& subject,
                        const Rows& rows, const std::atomic<bool>& interrupted) {
    const Explained explained{subject, rows, options_used(o, method),
                              run_method(o, method, subject, rows, interrupted)};

    for (const auto* notes : {&rows.notes, &explained.attribution.notes})
        for (const std::string& note : *notes) say(o.common, "note: " + note);
    if (!o.common.out.empty()) {
        make_folder(o.common.out);
        writing([&] { write_result(o.common.out, explained); });
        say(o.common, "wrote " + (o.common.out / "result.json").string());
    }
    if (o.common.json) print_json(result_json(explained, o.common.out.empty() ? "" : "attribution.npz"));
    else if (o.common.out.empty()) print(result_text(explained));
    if (!tolerance_failed(o, explained.attribution)) return Exit::fine;
    say(o.common, "the tolerance was not met");
    return Exit::not_met;
}

Exit under_all_baselines(const ExplainOptions& o, const attribution::Method& method, const Subject& subject,
                         const Rows& rows, const std::atomic<bool>& interrupted) {
    require<UsageError>(method.takes_baseline, "explain: ", method.name, " takes no --baseline");
    const UnderBaselines all = explain_under_all(subject, rows, [&](const std::string& baseline) {
        ExplainOptions one = o;
        one.baseline = baseline;
        return run_method(one, method, subject, rows, interrupted);
    });
    if (!o.common.out.empty()) {
        make_folder(o.common.out);
        writing([&] { write_baselines(o.common.out, all); });
        say(o.common, "wrote " + (o.common.out / "baselines.json").string());
    }
    if (o.common.json) print_json(baselines_json(all));
    else if (o.common.out.empty()) print(baselines_text(all));
    const bool failed = std::ranges::any_of(all.answers, [&](const auto& a) { return tolerance_failed(o, a); });
    if (failed) say(o.common, "the tolerance was not met");
    return failed ? Exit::not_met : Exit::fine;
}

}  // namespace

Exit explain(Words words, const std::atomic<bool>& interrupted) {
    ExplainOptions o;
    Arguments arguments("explain", "Attributes a model's output to the features of its input.",
                        "gradpath explain 'expr:(x1+x2)^3' --input 1,3 --method integrated-gradients\n"
                        "gradpath explain run/model.safetensors --input data:fashion-mnist:test:0 --method "
                        "integrated-gradients --out why\n"
                        "gradpath explain run/model.safetensors --input shoe.png --method smooth-grad --samples 50 "
                        "--target all --json");
    declare(arguments, o);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    require_given(arguments, "MODEL", o.model);
    require_given(arguments, "--input", o.input);
    require_given(arguments, "--method", o.method);
    const attribution::Method& method = chosen_method(o);
    apply(o.common);

    ReadRows input{.what = "explain: --input",
                   .picks = o.index.empty() ? std::vector<Index>{} : parse_positions("explain: --index", o.index),
                   .index = "explain: --index",
                   .seed = o.common.seed,
                   .table = o.table};
    const Subject subject = open_subject("explain", o.model, o.common.dtype, o.input, input);
    if (subject.model) input.table = o.table = table_for(o.table, *subject.model);
    const Rows rows = read_rows(o.input, subject.row, subject.dtype, input);
    if (o.baseline == "all") return under_all_baselines(o, method, subject, rows, interrupted);
    return under_one_baseline(o, method, subject, rows, interrupted);
}

}  // namespace gradpath::tools

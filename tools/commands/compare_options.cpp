#include <gradpath/tools/commands/compare_options.hpp>

#include <algorithm>
#include <numeric>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/controls.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/dry_run.hpp>
#include <gradpath/tools/commands/entrants.hpp>
#include <gradpath/tools/commands/groups.hpp>
#include <gradpath/tools/commands/located.hpp>
#include <gradpath/tools/commands/output_stage.hpp>

namespace gradpath::tools {
namespace {

const std::string prefix = "compare: ";

std::vector<std::string> names_of(const auto& list) {
    std::vector<std::string> names;
    for (const auto& item : list) names.emplace_back(item.name);
    return names;
}

std::vector<std::string> usual_measures() {
    std::vector<std::string> names;
    for (const Measure& m : measures())
        if (m.usual) names.emplace_back(m.name);
    return names;
}

/// Blanks around a name do not count, nor does a name that stood before.
std::vector<std::string> split_names(const std::string& list) {
    std::vector<std::string> names;
    for (std::size_t first = 0; first <= list.size();) {
        const std::size_t comma = std::min(list.find(',', first), list.size());
        std::string name = list.substr(first, comma - first);
        name.erase(0, name.find_first_not_of(" \t"));
        name.erase(name.find_last_not_of(" \t") + 1);
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
        first = comma + 1;
    }
    return names;
}

/// What is wrong, said at once, a line for each.
class Problems {
public:
    template <class F>
    void in(const F& check) {
        try {
            check();
        } catch (const UsageError& error) {
            list_.emplace_back(error.what());
        }
    }
    void require_none() const { require<UsageError>(list_.empty(), attribution::joined(list_, "\n")); }

private:
    std::vector<std::string> list_;
};

void require_method(const std::string& name) {
    if (is_control(name)) return;
    for (const attribution::Method& method : attribution::methods())
        if (method.name == name)
            return require<UsageError>(!method.inside, prefix, name, " looks at a layer, not at the input");
    const std::string guess = did_you_mean(name, names_of(attribution::methods()));
    throw UsageError(
        text(prefix, "there is no method \"", name, "\"", guess.empty() ? "; see gradpath methods" : guess));
}

/// The methods as they were named, then the controls.
std::vector<std::string> chosen_methods(const CompareOptions& o, const Contest& q, Problems& problems) {
    std::vector<std::string> names = o.methods ? split_names(*o.methods) : usual_methods();
    if (!o.methods && !q.of_pictures()) std::erase(names, "blur-ig");
    for (const std::string& name : names) problems.in([&] { require_method(name); });
    for (const std::string& control : controls_of(q))
        if (std::ranges::find(names, control) == names.end()) names.push_back(control);
    return names;
}

std::vector<std::string> chosen_measures(const CompareOptions& o, const Contest& q, Problems& problems) {
    const bool all = o.metrics == "all";
    if (o.metrics && !all) {
        const std::vector<std::string> names = split_names(*o.metrics);
        for (const std::string& name : names)
            problems.in([&] {
                const std::string reason = unsuited(find_measure(name), q);
                require<UsageError>(reason.empty(), prefix, name, " ", reason);
            });
        return names;
    }
    std::vector<std::string> suited;
    std::map<std::string, std::vector<std::string>> others;  // by what they lack
    for (const std::string& name : all ? names_of(measures()) : usual_measures()) {
        const std::string reason = unsuited(find_measure(name), q);
        (reason.empty() ? suited : others[reason]).push_back(name);
    }
    for (const auto& [reason, names] : others)
        if (all) say(o.asked.common, text("left out: ", attribution::joined(names, ", "), ": each ", reason));
    return suited;
}

/// Of one method, or, where none is named, of all that have it.
void give_option(Contest& q, const std::string& words) {
    const auto equals = words.find('=');
    require<UsageError>(equals != words.npos && equals > 0, prefix,
                        "--set takes METHOD.OPTION=VALUE or OPTION=VALUE: got \"", words, "\"");
    const std::string key = words.substr(0, equals), value = words.substr(equals + 1);
    const auto dot = key.find('.');
    const std::string of = dot == key.npos ? "" : key.substr(0, dot),
                      option = key.substr(dot == key.npos ? 0 : dot + 1);
    std::vector<std::string> known;
    bool taken = false;
    for (const attribution::Method& method : attribution::methods()) {
        if (std::ranges::find(q.methods, method.name) == q.methods.end() || (!of.empty() && of != method.name))
            continue;
        const std::vector<std::string> options = names_of(method.options);
        known.insert(known.end(), options.begin(), options.end());
        if (std::ranges::find(options, option) == options.end()) continue;
        q.set[method.name][option] = value;
        taken = true;
    }
    require<UsageError>(of.empty() || std::ranges::find(q.methods, of) != q.methods.end(), prefix, "--set ", words,
                        ": ", of, " is not among the methods", did_you_mean(of, q.methods));
    require<UsageError>(taken, prefix, "--set ", words, ": ", of.empty() ? "no method" : of, " has ",
                        of.empty() ? "the" : "no", " option \"", option, "\"", did_you_mean(option, known));
}

void give_groups(Contest& q, const CompareOptions& o) {
    if (o.groups.empty()) {
        if (q.of_pictures()) q.groups = attribution::parse_groups("grid:3x3");
        return;
    }
    Texts read{{"groups", o.groups}};
    read_groups(o.asked.asker, read);
    q.groups = as_usage("compare: --groups", [&] { return attribution::parse_groups(read["groups"]); });
    for (const attribution::Method& method : attribution::methods())
        if (std::ranges::find(q.methods, method.name) != q.methods.end() &&
            std::ranges::count(method.options, "groups", &attribution::OptionInfo::name) > 0)
            q.set[method.name]["groups"] = read["groups"];
}

std::vector<Index> predicted(const Subject& subject, const Tensor& x) {
    const NoRecording plain;
    const Indices best = argmax(flatten(subject.run(x)));
    return {best.data().begin(), best.data().end()};
}

/// The class of each row.
std::vector<Index> chosen_classes(const CompareOptions& o, const Contest& q, const Rows& rows) {
    const auto count = static_cast<std::size_t>(q.x.rows());
    if (q.stage.kind == attribution::Stage::margin) {
        require<UsageError>(o.asked.target == "predicted", "compare: --output margin takes no --target");
        return std::vector(count, q.stage.first);
    }
    const attribution::Target target =
        as_usage("compare: --target", [&] { return chosen_target(o.asked, rows, q.subject); });
    require<UsageError>(!std::holds_alternative<attribution::AllTargets>(target),
                        "compare: --target all: methods are compared on one target at a time");
    if (std::holds_alternative<attribution::Predicted>(target)) return predicted(q.subject, q.x);
    const Index* one = std::get_if<Index>(&target);
    const std::vector<Index> classes = one ? std::vector(count, *one) : std::get<std::vector<Index>>(target);
    require<UsageError>(classes.size() == count, "compare: --target names ", classes.size(), " classes for ", count,
                        " rows");
    const Index outputs = flatten(q.subject.run(slice(q.x, 0, 0, 1))).size();
    for (const Index k : classes)
        require<UsageError>(k >= 0 && k < outputs, "compare: --target ", k, ": the model has ", outputs, " outputs");
    return classes;
}

/// The first of those that were read.
Rows as_rows(const FirstRows& first, const std::string& name) {
    std::vector<Index> picks(static_cast<std::size_t>(first.data.x.rows()));
    std::iota(picks.begin(), picks.end(), Index{0});
    return {.x = first.data.x, .name = name, .labels = first.data.labels, .read = first.read, .picks = picks};
}

void give_question(Contest& q, const CompareOptions& o, const FirstRows& first) {
    const Rows rows = as_rows(first, o.data);
    q.stage = as_usage("compare: --output", [&] { return asked_stage("compare", o.asked.stage, q.subject).run; });
    q.target = chosen_classes(o, q, rows);
    if (!o.asked.locate.empty()) {
        require<UsageError>(q.of_pictures(), "compare: --locate is of pictures: rows have the shape ",
                            q.x.shape().slice(1, q.x.rank()));
        q.inside = region_pixels("compare: --locate", located_region(o.asked, rows, q.subject), q.x);
    }
    if (!o.asked.baseline_given) return;
    require<UsageError>(o.asked.baseline != "all", "compare: --baseline all: methods are compared under one baseline");
    q.baseline = as_usage("compare: --baseline", [&] { return chosen_baseline(o.asked, rows, q.subject); });
}

std::string metrics_help() {
    return "see gradpath methods --metrics, or all that suit the rows (" + attribution::joined(usual_measures(), ", ") +
           ", where they suit)";
}

}  // namespace

void declare(Arguments& arguments, CompareOptions& o) {
    arguments.positional("MODEL", o.asked.model, "a .safetensors or .onnx file");
    arguments.option("--data", "DATA", o.data, data_help);
    arguments.option("--split", "NAME", o.split, "train, test or all (test)");
    arguments.option("--images", "N", o.images, "the first rows of the data, as many (100)");
    arguments.option("--methods", "A,B,..", o.methods, "see gradpath methods (twelve usual ones); controls are added");
    arguments.option("--metrics", "A,B,..", o.metrics, metrics_help());
    arguments.option("--budget", "N", o.budget,
                     "gradient evaluations per row, where a method has steps or samples; a forward pass counts half "
                     "(50)");
    add_question(arguments, o.asked, "what that is taken of", " (each method's own)");
    arguments.option("--groups", "G", o.groups,
                     "players of methods that have them, and of exact Shapley values: features, patches:7x7, grid:4x4, "
                     "block:K, the player of every feature, or FILE.npy (grid:3x3 for pictures, else features)");
    arguments.option("--locate", "REGION", o.asked.locate,
                     "where the evidence is, for localisation: box:TOP,BOTTOM,LEFT,RIGHT or mask:FILE");
    arguments.value(
        "--set", "[METHOD.]OPTION=VALUE", "an option of one method, or of all that have it; may be repeated",
        [&o](const std::string& text) { o.set.push_back(text); }, true);
    add_network_ends(arguments, o.asked.ends);
    add_table_options(arguments, o.asked.table);
    add_common(arguments, o.asked.common);
    add_dry_run(arguments, o.asked.dry_run);
}

void check_numbers(const CompareOptions& o) {
    require<UsageError>(o.images >= 1, "compare: --images must be at least 1");
    require<UsageError>(o.budget >= 1, "compare: --budget must be at least 1");
}

FirstRows first_rows(const CompareOptions& o, const Subject& subject) {
    const models::DataSet all = open_data("compare: --data", o.data, o.split, o.asked.common.seed, o.asked.table);
    const models::DataSet rows = with_dtype(
        data_for(subject.row, o.asked.ends, subset(all, 0, std::min(o.images, all.x.rows()))), subject.dtype);
    for (const std::string& note : rows.notes) say(o.asked.common, "note: " + note);
    const Shape shape = rows.x.shape().slice(1, rows.x.rank());
    require<UsageError>(shape == subject.row, "compare: ", o.data, " has rows of the shape ", shape, ", ", subject.name,
                        " takes ", subject.row);
    return {rows, all.x.rows()};
}

Contest contest_for(const CompareOptions& o, const Subject& subject, const FirstRows& rows) {
    Contest q{.subject = subject,
              .x = rows.data.x,
              .target = {},
              .budget = o.budget,
              .seed = o.asked.common.seed,
              .run = {.memory = o.asked.common.memory, .cancel = o.asked.interrupted, .concurrent = true},
              .methods = {},
              .measures = {}};
    Problems problems;
    q.methods = chosen_methods(o, q, problems);
    problems.in([&] { give_groups(q, o); });
    for (const std::string& words : o.set) problems.in([&] { give_option(q, words); });
    problems.in([&] { give_question(q, o, rows); });
    q.measures = chosen_measures(o, q, problems);
    problems.require_none();
    return q;
}

}  // namespace gradpath::tools

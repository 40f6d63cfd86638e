// Words that may be numbers, names or files: target, baseline, region.
#include <gradpath/tools/commands/explain_settings.hpp>

#include <algorithm>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/groups.hpp>
#include <gradpath/tools/commands/learned.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/table_input.hpp>

namespace gradpath::tools {
namespace {

/// --index picks of what a file holds for every row that was read, too.
bool picked_too(const Rows& rows, Index count) { return !rows.picks.empty() && count == rows.read; }

/// Rows that go with those of the input: one for all, or one for each (of the file's, too, where --index picks). `what`
/// begins its error.
Tensor matched(const Rows& rows, const Rows& read, const std::string& what) {
    Tensor x = read.x;
    if (picked_too(rows, x.rows())) x = gather(x, Indices({static_cast<Index>(rows.picks.size())}, rows.picks));
    require<UsageError>(x.rows() == 1 || x.rows() == rows.x.rows(), what,
                        " must have one row, or one per row of the input: it has ", x.rows(), " for ", rows.x.rows(),
                        " rows");
    return x;
}

/// The output of the class with that name, if the model has one and the name means nothing else.
std::optional<Index> class_named(const std::string& name, const Subject& subject) {
    const bool taken = name == "predicted" || name == "all" || looks_like_numbers(name);
    if (!subject.model || taken) return std::nullopt;
    const std::vector<std::string>& names = subject.model->class_names;
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt : std::optional<Index>(found - names.begin());
}

void require_target_known(const ExplainOptions& o, const Subject& subject) {
    std::vector<std::string> words{"predicted", "all", "true"};
    if (std::ranges::find(words, o.target) != words.end() || looks_like_numbers(o.target)) return;
    std::string classes;
    if (subject.model)
        for (const std::string& name : subject.model->class_names) {
            classes += (classes.empty() ? ", or a class (" : ", ") + name;
            words.push_back(name);
        }
    throw UsageError(
        text(o.asker, ": --target: it takes predicted, all, true, an index, one index per row such as 3,1,4", classes,
             classes.empty() ? "" : ")", ": got \"", o.target, "\"", did_you_mean(o.target, words)));
}

/// What a baseline puts into a row, or the size of what it adds to it.
std::vector<double> numbers_of(const attribution::Baseline& baseline) {
    const auto numbers = [](const auto& kind) -> std::vector<double> {
        if constexpr (requires { kind.value; }) return {kind.value};
        else if constexpr (requires { kind.low; }) return {kind.low, kind.high};
        else if constexpr (requires { kind.sigma; kind.samples; }) return {kind.sigma};
        else if constexpr (requires { kind.absent; }) return {kind.absent};
        else return {};
    };
    return std::visit(numbers, baseline);
}

/// Of these, as of numbers that are typed, an infinity would be made in silence.
attribution::Baseline fitting(attribution::Baseline baseline, const ExplainOptions& o, const Subject& subject) {
    for (const double number : numbers_of(baseline))
        require<UsageError>(!too_large(full({1}, number, DType::float64), subject.dtype), o.asker,
                            ": --baseline: a number must fit ", subject.dtype, ": ", number, " of ", o.baseline);
    return baseline;
}

}  // namespace

attribution::Target chosen_target(const ExplainOptions& o, const Rows& rows, const Subject& subject) {
    if (o.target == "true") {
        require<UsageError>(rows.labels.has_value(), o.asker, ": --target true needs labels: ", rows.name, " has none");
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
        require<IoError>(static_cast<Index>(targets.size()) == rows.x.rows(), o.asker,
                         ": --target: there must be one index per row: ", o.target, " has ", targets.size(), " for ",
                         rows.x.rows(), " rows");
        return targets;
    }
    require_target_known(o, subject);
    return attribution::parse_target(o.target);
}

attribution::Baseline chosen_baseline(const ExplainOptions& o, const Rows& rows, const Subject& subject) {
    const ReadRows reading = reading_of(o, "--baseline");
    if (o.baseline.starts_with("samples:"))
        return attribution::baseline::Samples{read_rows(o.baseline.substr(8), subject.row, subject.dtype, reading).x};
    if (o.baseline.starts_with("learned:")) return learned_baseline(o, subject, reading);
    const auto file = [&](const char* ending) { return ending_of(o.baseline) == ending; };
    const bool numbers = looks_like_numbers(o.baseline);
    if (o.baseline == "typical") {
        require<UsageError>(!o.table.columns.empty(), o.asker,
                            ": --baseline typical is a row of a table's means: ", subject.name,
                            " was not trained on a table");
        return read_typed_row(unknown_row(o.table.columns), reading).x.to(subject.dtype);
    }
    const bool row = o.baseline.find(',') != std::string::npos && o.baseline.find(':') == std::string::npos &&
                     is_typed_row(o.baseline, reading);
    const bool read = numbers || row || names_csv(o.baseline) || o.baseline.starts_with("data:") || file(".npy") ||
                      file(".npz") || file(".png");
    static const std::vector<std::string> beside{"samples:FILE", "learned:DATA", "typical", "all"};
    if (!read) return fitting(attribution::parse_baseline(o.baseline, beside), o, subject);
    const bool single = numbers && o.baseline.find(',') == std::string::npos;
    require<UsageError>(!single || subject.row.size() == 1, o.asker, ": --baseline: the model takes ",
                        subject.row.size(),
                        " numbers a row: got 1; for the same number everywhere write constant:", o.baseline);
    return matched(rows, read_rows(o.baseline, subject.row, subject.dtype, reading), reading.what);
}

namespace {

void require_target_taken(const ExplainOptions& o, const attribution::Method& method) {
    const auto usual = [&](const char* option, const std::string& given, const char* standard) {
        require<UsageError>(method.takes_target || given == standard, "explain: ", method.name, " takes no ", option,
                            ": what it explains is the unit that --layer and --neuron name");
    };
    usual("--target", o.target, "predicted");
    usual("--output", o.stage.empty() ? "logit" : o.stage, "logit");
}

/// mask:FILE: inside is what is above a half, as white is in a picture.
attribution::Region region_of(const std::string& words, const Rows& rows, const Subject& subject,
                              const ReadRows& reading) {
    if (!words.starts_with("mask:")) return attribution::parse_region(words);
    const Tensor mask = matched(rows, read_rows(words.substr(5), subject.row, subject.dtype, reading), reading.what);
    return attribution::region::Mask{greater(mask, 0.5)};
}

}  // namespace

void add_question(Arguments& arguments, ExplainOptions& o, const std::string& of_softmax, const std::string& more) {
    arguments.option("--target", "T", o.target,
                     "N or a class, one N per row (3,1,4, an .npy, or `target` of an .npz), predicted, true, all "
                     "(predicted)");
    arguments.option("--output", "STAGE", o.stage,
                     "logit, probability, log-probability, log-odds or margin:A,B (logit; of a network that ends in a "
                     "softmax, " +
                         of_softmax + ")");
    arguments.value("--baseline", "B",
                    "zero, constant:C, mean, blur:S, uniform:L,H,N, gaussian:S,N, farthest:L,H, black+white:L,H, "
                    "coalition:C,N, samples:FILE, learned:DATA, typical (a table's means), numbers, a file" +
                        more,
                    [&o](const std::string& text) { o.baseline = text, o.baseline_given = true; });
}

attribution::Settings of_first_row(attribution::Settings settings, const Tensor& x) {
    if (auto* targets = std::get_if<std::vector<Index>>(&settings.target)) targets->resize(1);
    if (auto* baseline = settings.baseline ? std::get_if<Tensor>(&*settings.baseline) : nullptr;
        baseline && baseline->shape() == x.shape())
        *baseline = slice(*baseline, 0, 0, 1);
    return settings;
}

ReadRows reading_of(const ExplainOptions& o, const std::string& option) {
    return {.what = o.asker + ": " + option, .seed = o.common.seed, .table = o.table, .ends = o.ends};
}

attribution::Settings settings_of(const ExplainOptions& o, const attribution::Method& method, const Rows& rows,
                                  const Subject& subject) {
    const bool inner = o.set.contains("method");  // a method around another: the other may take a baseline
    require<UsageError>(!o.baseline_given || method.takes_baseline || inner, "explain: ", method.name,
                        " takes no --baseline");
    require_target_taken(o, method);
    if (const auto metric = o.set.find("metric"); metric != o.set.end())
        check_metric("explain", metric->second, subject);
    attribution::Settings settings{.target = chosen_target(o, rows, subject),
                                   .stage = asked_stage("explain", o.stage, subject).run,
                                   .seed = o.common.seed,
                                   .set = o.set};
    read_groups(o.asker, settings.set);
    if (o.baseline_given) settings.baseline = chosen_baseline(o, rows, subject);
    if (!o.pool.empty()) settings.pool = read_rows(o.pool, subject.row, subject.dtype, reading_of(o, "--pool")).x;
    if (const auto given = o.set.find("region"); given != o.set.end() && given->second.starts_with("mask:")) {
        settings.region = region_of(given->second, rows, subject, reading_of(o, "--region"));
        settings.set.erase("region");
    }
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
    settings.run.concurrent = true;
    return settings;
}

attribution::Region located_region(const ExplainOptions& o, const Rows& rows, const Subject& subject) {
    return region_of(o.locate, rows, subject, reading_of(o, "--locate"));
}

}  // namespace gradpath::tools

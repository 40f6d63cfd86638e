// With --data: how well a model answers. With --input: what it answers.
#include <nlohmann/json.hpp>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/nn/evaluate.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/format.hpp>
#include <gradpath/tools/commands/numbers.hpp>
#include <gradpath/tools/commands/subject.hpp>
#include <gradpath/tools/commands/subject_json.hpp>

namespace gradpath::tools {
namespace {

using Json = nlohmann::ordered_json;

constexpr Index rows_at_once = 256;

struct EvalOptions {
    std::string model, data, split, input;
    models::ReadTable table = {};
    NetworkEnds ends = {};
    Common common = {};
};

ReadRows input_of(const EvalOptions& o) {
    return {.what = "eval: --input", .seed = o.common.seed, .table = o.table, .ends = o.ends};
}

std::string class_name(const Subject& subject, Index i) {
    const auto k = static_cast<std::size_t>(i);
    return k < subject.class_names.size() ? subject.class_names[k] : std::to_string(i);
}

Json confusion_rows(const nn::Evaluation& e) {
    Json rows = Json::array();
    const Index classes = static_cast<Index>(e.per_class.size());
    for (Index i = 0; i < classes; ++i) {
        Json row = Json::array();
        for (Index j = 0; j < classes; ++j) row.push_back(e.confusion[i * classes + j]);
        rows.push_back(std::move(row));
    }
    return rows;
}

Json evaluation_json(const EvalOptions& o, const Subject& subject, const nn::Evaluation& e) {
    return {{"schema", "gradpath.eval/1"},
            {"model", subject_json(subject)},
            {"data", o.data},
            {"split", o.split},
            {"rows", e.rows},
            {"loss", e.loss},
            {"accuracy", e.accuracy},
            {"per_class", e.per_class},
            {"classes", subject.class_names},
            {"confusion", confusion_rows(e)}};
}

std::string evaluation_text(const EvalOptions& o, const Subject& subject, const nn::Evaluation& e) {
    const std::string ends = describe(o.ends);
    std::string words = text("data      ", o.data, " ", o.split, ", ", e.rows, " rows\n",
                             ends.empty() ? "" : "prepared  " + ends + "\n", "loss      ", fixed(e.loss, 4),
                             "\naccuracy  ", percent(e.accuracy), "\n");
    if (e.per_class.empty()) return words;  // it reconstructs
    const Index classes = static_cast<Index>(e.per_class.size());
    std::vector<std::vector<std::string>> table{{"class", "accuracy"}};
    for (Index j = 0; j < classes; ++j) table[0].push_back("as " + std::to_string(j));
    for (Index i = 0; i < classes; ++i) {
        std::vector<std::string> row{text(i, " ", class_name(subject, i)),
                                     percent(e.per_class[static_cast<std::size_t>(i)])};
        for (Index j = 0; j < classes; ++j) row.push_back(to_text(e.confusion[i * classes + j]));
        table.push_back(std::move(row));
    }
    return words + "\n" + table_text(table);
}

/// Rows are made to fit a batch at a time: all of them, as large as the network takes them, may be many bytes.
nn::Evaluation evaluation(const EvalOptions& o, const Subject& subject, const models::DataSet& data,
                          const std::atomic<bool>& interrupted) {
    const models::DataSet one = data_for(subject.row, o.ends, subset(data, 0, 1));
    const std::string fault = misfit(subject.row, one.x, data.name);
    require<UsageError>(fault.empty(), "eval: --data: ", fault);
    for (const std::string& note : one.notes) say(o.common, "note: " + note);
    const models::Model& model = *subject.model;
    const models::Task task = models::task_for(model, data);
    const auto fitted = [&](const Tensor& x) {
        std::vector<std::string> told;
        return pictures_for(subject.row, o.ends, x, data.name, told).to(subject.dtype);
    };
    const auto loss = [&](const Tensor& output, nn::Examples batch) {
        if (model.reconstructs) batch.x = fitted(batch.x);
        return nn::loss_of(task.loss, output, batch);
    };
    return nn::evaluate([&](const Tensor& x) { return model(fitted(x)); }, task.examples,
                        {.batch = rows_at_once, .loss = loss, .cancel = &interrupted});
}

Exit evaluate_data(const EvalOptions& o, const Subject& subject, const std::atomic<bool>& interrupted) {
    require<UsageError>(!subject.is_formula(), "eval: --data needs a trained model: ", subject.name,
                        " is a formula; give --input");
    const models::DataSet data = open_data("eval: --data", o.data, o.split, o.common.seed, o.table);
    const models::Model& model = *subject.model;
    require<UsageError>(model.reconstructs || static_cast<Index>(data.classes.size()) <= model.classes,
                        "eval: ", data.name, " has ", data.classes.size(), " classes, the model has ", model.classes,
                        " outputs");
    require<UsageError>(data.labels.size() > 0, "eval: ", data.name, " has no ", o.split, " rows");
    const nn::Evaluation e = evaluation(o, subject, data, interrupted);
    if (o.common.json) print_json(evaluation_json(o, subject, e));
    else if (o.common.out.empty()) print(evaluation_text(o, subject, e));
    if (o.common.out.empty()) return Exit::fine;
    make_folder(o.common.out);
    const std::filesystem::path file = o.common.out / "eval.json";
    writing([&] { io::write_file(file, json_text(evaluation_json(o, subject, e))); });
    say(o.common, "wrote " + file.string());
    return Exit::fine;
}

/// The outputs of all rows, a few rows at a time, without a graph.
Tensor outputs_of(const Subject& subject, const Tensor& x, const std::atomic<bool>& interrupted) {
    const NoRecording plain;
    std::vector<Tensor> parts;
    for (Index first = 0; first < x.rows(); first += rows_at_once) {
        require<Cancelled>(!interrupted, "eval: cancelled");
        parts.push_back(subject.run(slice(x, 0, first, std::min(first + rows_at_once, x.rows()))));
    }
    return parts.size() == 1 ? parts[0] : concat(parts, 0);
}

std::string outputs_text(const Subject& subject, const Tensor& y) {
    std::vector<std::vector<std::string>> table{{"row"}};
    const Index outputs = y.size() / y.rows();
    for (Index k = 0; k < outputs; ++k)
        table[0].push_back(subject.is_formula() ? text("f", k + 1) : class_name(subject, k));
    for (Index i = 0; i < y.rows(); ++i) {
        table.push_back({to_text(i)});
        for (Index k = 0; k < outputs; ++k) table.back().push_back(short_number(y.at(i * outputs + k)));
    }
    return table_text(table);
}

Json outputs_json(const Subject& subject, const Tensor& y) {
    Json rows = Json::array();
    const Index outputs = y.size() / y.rows();
    for (Index i = 0; i < y.rows(); ++i) {
        Json row = Json::array();
        for (Index k = 0; k < outputs; ++k) row.push_back(short_json(y.at(i * outputs + k), y.dtype()));
        rows.push_back(std::move(row));
    }
    return {{"schema", "gradpath.output/1"},
            {"model", subject_json(subject)},
            {"classes", subject.class_names},
            {"output", rows}};
}

Exit run_on_input(const EvalOptions& o, const Subject& subject, const std::atomic<bool>& interrupted) {
    const Rows rows = read_rows(o.input, subject.row, subject.dtype, input_of(o));
    for (const std::string& note : rows.notes) say(o.common, "note: " + note);
    const Tensor y = outputs_of(subject, rows.x, interrupted);
    if (o.common.json) print_json(outputs_json(subject, y));
    else if (o.common.out.empty()) print(outputs_text(subject, y));
    if (o.common.out.empty()) return Exit::fine;
    make_folder(o.common.out);
    const std::filesystem::path file = o.common.out / "output.npz";
    const std::vector<io::NamedTensor> entries{{"output", y}};
    writing([&] { io::write_npz(file, entries); });
    say(o.common, "wrote " + file.string());
    return Exit::fine;
}

}  // namespace

Exit eval(Words words, const std::atomic<bool>& interrupted) {
    EvalOptions o;
    Arguments arguments("eval",
                        "Loss, accuracy and confusion of a model on a data set; or its outputs for the rows of a file.",
                        "gradpath eval run/model.safetensors --data moons\n"
                        "gradpath eval run/model.safetensors --data fashion-mnist --split train --json\n"
                        "gradpath eval run/model.safetensors --input rows.npy --out answers");
    arguments.positional("MODEL", o.model, "a .safetensors or .onnx file, or expr:FORMULA");
    arguments.option("--data", "DATA", o.data, data_help);
    arguments.option("--split", "NAME", o.split, "train, test or all (test)");
    arguments.option("--input", "X", o.input,
                     "numbers, a .csv, .npy, .npz or .png file, FILE.csv:INDEX, or data:DATA:SPLIT:INDEX");
    add_network_ends(arguments, o.ends);
    add_table_options(arguments, o.table);
    add_common(arguments, o.common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    require_given(arguments, "MODEL", o.model);
    require<UsageError>(o.data.empty() != o.input.empty(),
                        "eval: give either --data or --input; see gradpath eval --help");
    require<UsageError>(o.split.empty() || !o.data.empty(), "eval: --split is of --data, got --input ", o.input);
    if (o.split.empty()) o.split = "test";
    check_table_options(arguments, {o.data.empty() ? o.input : o.data}, o.table);
    apply(o.common);
    const Subject subject = open_subject("eval", o.model, o.common.dtype, o.input, input_of(o));
    if (subject.model) o.table = table_for(o.table, *subject.model);
    return o.input.empty() ? evaluate_data(o, subject, interrupted) : run_on_input(o, subject, interrupted);
}

}  // namespace gradpath::tools

// Everything a user can point at ends as rows of the model's shape and a function of such rows. Where a file does not
// fit, the file is at fault (IoError); where a name, a number or a position does not, the user is (UsageError).
#include <gradpath/tools/commands/subject.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/png.hpp>
#include <gradpath/models/expr.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/models/sha256.hpp>
#include <gradpath/tools/commands/arguments.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/onnx.hpp>
#include <gradpath/tools/commands/table_input.hpp>

namespace gradpath::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view formula_prefix = "expr:";
constexpr std::string_view data_prefix = "data:";

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(' ');
    return first == text.npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts{""};
    for (const char letter : text) {
        if (letter == separator) parts.emplace_back();
        else parts.back() += letter;
    }
    return parts;
}

Subject open_formula(const std::string& name, DType dtype, Index columns) {
    const std::string body = name.substr(formula_prefix.size());
    models::Formula formula;
    try {
        formula = models::parse_formula(body);
        if (columns > formula.inputs) formula = models::parse_formula(body, columns);
    } catch (const ValueError& error) {
        throw UsageError(error.what());
    }
    models::Sha256 digest;
    digest.add(body);
    Subject subject{.run = formula, .name = name, .hash = digest.hex(), .row = {formula.inputs}, .dtype = dtype};
    return subject;
}

/// Rows that a file or a list holds, as [rows, row shape]. `complain` is thrown as E where the numbers do not fit.
template <class E>
Tensor as_rows(const Tensor& x, const Shape& row, const std::string& what, const std::string& name) {
    std::vector<Index> lengths(x.shape().begin(), x.shape().end());
    std::erase(lengths, 1);
    std::vector<Index> wanted(row.begin(), row.end());
    std::erase(wanted, 1);
    const bool one = x.size() == row.size() && (lengths == wanted || row.rank() == 1);
    const bool leading = x.rank() >= 1 && row.size() > 0 && x.shape()[0] > 0 && x.size() == x.shape()[0] * row.size();
    std::vector<Index> inner(x.shape().begin() + (x.rank() > 0 ? 1 : 0), x.shape().end());
    std::erase(inner, 1);
    const bool many = leading && (inner == wanted || row.rank() == 1);
    require<E>(one || many, what, ": rows must have the shape ", row, ": ", name, " has the shape ", x.shape());
    return reshape(x, Shape{many ? x.shape()[0] : 1}.joined(row));
}

Tensor numbers(const std::string& what, const std::string& text) {
    std::vector<double> values;
    for (const std::string& part : split(text, ',')) {
        values.push_back(0);
        read_value(what, trimmed(part), values.back());
    }
    return {{static_cast<Index>(values.size())}, std::span<const double>(values)};
}

Rows read_picture(const std::string& name, const Shape& row, const ReadRows& options) {
    const std::string& what = options.what;
    const bool images = row.rank() == 3 && (row[0] == 1 || row[0] == 3);
    const bool grid = row.rank() == 2;
    require<UsageError>(images || grid, what, ": a picture needs a model of images: this one takes rows of the shape ",
                        row);
    const Tensor seen = models::planes(models::read_png(name), images ? row[0] : 1);
    Rows rows{.x = {}, .name = name};
    const Tensor x = pictures_for(row, options.ends, reshape(seen, Shape{1}.joined(seen.shape())), name, rows.notes);
    const std::string fault = misfit(row, x, name);
    require<IoError>(fault.empty(), what, ": ", fault);
    rows.x = as_rows<IoError>(x, row, what, name);
    return rows;
}

/// The array of an .npz that holds the rows.
std::string rows_key(const std::string& name, const std::string& what) {
    const std::vector<std::string> names = io::npz_names(name);
    const auto has = [&](const char* key) { return std::ranges::find(names, key) != names.end(); };
    require<IoError>(has("x") || has("input") || names.size() == 1, what,
                     ": there must be an array x, or only one: ", name, " has ", names.size());
    return has("x") ? "x" : has("input") ? "input" : names[0];
}

Rows read_npz_rows(const std::string& name, const Shape& row, const std::string& what) {
    const std::string key = rows_key(name, what);
    Rows rows{.x = as_rows<IoError>(io::read_npz(name, key, {.integers = DType::float32}), row, what, name),
              .name = name};
    const std::vector<std::string> names = io::npz_names(name);
    if (std::ranges::find(names, "y") != names.end()) rows.labels = io::read_npz_indices(name, "y");
    require<IoError>(!rows.labels || rows.labels->size() == rows.x.rows(), what,
                     ": y must have one label per row of x: ", name, " has ", rows.labels ? rows.labels->size() : 0,
                     " for ", rows.x.rows(), " rows");
    return rows;
}

Rows pick(const Rows& rows, const std::vector<Index>& picks, const std::string& what) {
    for (const Index i : picks)
        require<UsageError>(i < rows.x.rows(), what, ": there is no row ", i, ": ", rows.name, " has ", rows.x.rows(),
                            " rows");
    const Indices positions({static_cast<Index>(picks.size())}, picks);
    Rows picked{
        .x = gather(rows.x, positions), .name = rows.name, .read = rows.x.rows(), .picks = picks, .notes = rows.notes};
    if (rows.labels) {
        std::vector<Index> labels;
        for (const Index i : picks) labels.push_back((*rows.labels)[i]);
        picked.labels = Indices({static_cast<Index>(labels.size())}, labels);
    }
    return picked;
}

/// What --index leaves.
Rows picked(Rows rows, const ReadRows& options) {
    rows.read = rows.x.rows();
    return options.picks.empty() ? rows : pick(rows, options.picks, options.index);
}

/// NAME, SPLIT and, if it is there, INDEX.
std::vector<std::string> data_parts(const std::string& name, const ReadRows& options) {
    const std::vector<std::string> parts = split(name.substr(data_prefix.size()), ':');
    require<UsageError>(parts.size() >= 2 && parts.size() <= 3, options.what,
                        ": it is data:NAME:SPLIT or data:NAME:SPLIT:INDEX: got \"", name, "\"");
    return parts;
}

Rows read_data(const std::string& name, const Shape& row, const ReadRows& options) {
    const std::vector<std::string> parts = data_parts(name, options);
    const models::DataSet data = open_data(options.what, parts[0], parts[1], options.seed, options.table);
    Rows rows{.x = data.x, .name = parts[0] + ":" + parts[1], .labels = {}, .notes = data.notes};
    if (data.labels.size() == data.x.rows()) rows.labels = data.labels;
    if (parts.size() == 3) rows = pick(rows, parse_positions(options.what, parts[2]), options.what);
    rows.name = name;
    rows.picks.clear();  // what is named is the input; only --index picks of it
    rows = picked(rows, options);
    rows.x = pictures_for(row, options.ends, rows.x, data.name, rows.notes);  // of those that are left
    rows.x = as_rows<UsageError>(rows.x, row, options.what, data.name);
    return rows;
}

/// How many numbers a row of the input has, as far as that can be told without knowing the model; else 0.
Index columns_of(const std::string& text, const ReadRows& options) {
    if (looks_like_numbers(text)) return static_cast<Index>(split(text, ',').size());
    const auto last = [](const Shape& shape) { return shape.rank() > 0 ? shape[-1] : 1; };
    if (text.starts_with(data_prefix)) {
        const std::vector<std::string> parts = data_parts(text, options);
        const Shape shape = open_data(options.what, parts[0], parts[1], options.seed, options.table).x.shape();
        return shape.slice(1, shape.rank()).size();
    }
    if (names_csv(text)) return read_csv_input(text, options).x.shape()[1];
    const std::string ending = ending_of(text);
    if (ending == ".npy") return last(io::read_npy(text, {.integers = DType::float32}).shape());
    if (ending == ".npz")
        return last(io::read_npz(text, rows_key(text, options.what), {.integers = DType::float32}).shape());
    return 0;
}

bool is_number(const std::string& text) {
    double value = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
    return fault == std::errc() && end == text.data() + text.size();
}

/// A file by its ending; nothing if it is none.
std::optional<Rows> read_rows_file(const std::string& name, const Shape& row, const ReadRows& options) {
    if (names_csv(name)) {
        Rows rows = read_csv_input(name, options);
        rows.x = as_rows<IoError>(rows.x, row, options.what, name);
        return rows;
    }
    const std::string ending = ending_of(name);
    if (ending == ".png") return read_picture(name, row, options);
    if (ending == ".npz") return read_npz_rows(name, row, options.what);
    if (ending != ".npy") return std::nullopt;
    const Tensor x = io::read_npy(name, {.integers = DType::float32});
    return Rows{.x = as_rows<IoError>(x, row, options.what, name), .name = name};
}

Rows read_any(const std::string& text, const Shape& row, const ReadRows& options) {
    if (std::optional<Rows> rows = read_rows_file(text, row, options)) return *rows;
    if (is_typed_row(text, options)) return read_typed_row(text, options);
    check_count(text, options);
    require<UsageError>(
        looks_like_numbers(text), options.what,
        ": it takes numbers such as 1,3, a .csv, .npy, .npz or .png file, or data:NAME:SPLIT:INDEX: got \"", text,
        "\"");
    const Tensor x = numbers(options.what, text);
    require<UsageError>(x.size() == row.size(), options.what, ": the model takes ", row.size(), " numbers a row: got ",
                        x.size());
    return {.x = reshape(x, Shape{1}.joined(row)), .name = text};
}

}  // namespace

std::string ending_of(const std::string& file) {
    std::string ending = fs::path(file).extension();
    for (char& letter : ending) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return ending;
}

bool looks_like_numbers(const std::string& text) {
    const std::vector<std::string> parts = split(text, ',');
    return is_number(trimmed(parts[0]));
}

std::vector<Index> parse_positions(const std::string& what, const std::string& text) {
    std::vector<Index> positions;
    for (const std::string& part : split(text, ',')) {
        positions.push_back(0);
        read_value(what, trimmed(part), positions.back());
    }
    return positions;
}

Subject open_subject(const std::string& command, const std::string& name, std::optional<DType> dtype,
                     const std::string& input, const ReadRows& options) {
    if (name.starts_with(formula_prefix)) {
        const std::string asked = describe(options.ends);
        require<UsageError>(asked.empty(), command, ": a formula says by itself what it does with its numbers: got ",
                            asked);
        return open_formula(name, dtype.value_or(DType::float32), input.empty() ? 0 : columns_of(input, options));
    }
    const bool is_onnx = ending_of(name) == ".onnx";
    require<UsageError>(is_onnx || ending_of(name) == ".safetensors", command,
                        ": MODEL is a .safetensors file of gradpath, an .onnx file or expr:FORMULA: got \"", name,
                        "\"");
    const NetworkEnds& ends = options.ends;
    require<UsageError>(is_onnx || ends.output_tensor.empty(), command, ": --output-tensor is of .onnx files: ", name,
                        " is none");
    models::Model model =
        !is_onnx ? models::load_model(name)
                 : as_usage(command + ": --output-tensor", [&] { return load_onnx(name, ends.output_tensor); });
    put_before(command, ends, model);
    check_colours(command, ends, model.input);
    const std::vector<nn::Parameter> parameters = nn::parameters(model);
    const DType chosen = dtype.value_or(parameters.empty() ? DType::float32 : parameters[0].value.dtype());
    Subject subject{.run = {},
                    .name = name,
                    .hash = models::hash(model),
                    .row = model.input,
                    .dtype = chosen,
                    .class_names = model.class_names,
                    .feature_names = models::feature_names(model.columns),
                    .ends = ends};
    nn::each_tensor(model, nn::TensorVisitor([&](const std::string&, Tensor& t, nn::Role) { t = t.to(chosen); }));
    subject.run = model;
    subject.model = std::move(model);
    return subject;
}

Rows read_rows(const std::string& text, const Shape& row, DType dtype, const ReadRows& options) {
    Rows rows =
        text.starts_with(data_prefix) ? read_data(text, row, options) : picked(read_any(text, row, options), options);
    if (const std::optional<double> number = too_large(rows.x, dtype)) {
        const std::string fault =
            gradpath::text(options.what, ": a number must fit ", dtype, ": ", *number, " of ", text);
        require<UsageError>(!looks_like_numbers(text), fault);
        throw IoError(fault);
    }
    rows.x = rows.x.to(dtype);
    return rows;
}

}  // namespace gradpath::tools

// Numbers become part of the function, so that attributions and baselines are of the numbers one has: zero is black.
// Colours and sizes change the rows themselves, of pictures and data sets alone: arrays are taken as they are.
#include <gradpath/tools/commands/network_ends.hpp>

#include <algorithm>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/data_source.hpp>
#include <gradpath/tools/commands/exit.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {
namespace {

using Numbers = std::vector<double>;

Numbers read_numbers(const std::string& what, const std::string& text) {
    Numbers values;
    for (const std::string& part : attribution::split(text, ',')) read_value(what, part, values.emplace_back());
    return values;
}

Numbers positive(const std::string& what, const std::string& text) {
    Numbers values = read_numbers(what, text);
    require<UsageError>(std::ranges::all_of(values, [](double v) { return v > 0; }), what, " must be above 0: got ",
                        text);
    return values;
}

models::PictureFit read_fit(const std::string& what, const std::string& text) {
    if (text == "stretch") return {.way = models::PictureFit::stretch};
    models::PictureFit fit;
    require<UsageError>(text == "crop" || text.starts_with("crop:"), what, " takes crop, crop:SIDE or stretch: got \"",
                        text, "\"");
    if (text != "crop") read_value(what + " crop:SIDE", text.substr(5), fit.side);
    return fit;
}

std::string listed(const Numbers& values) {
    std::string words;
    for (const double value : values) words += (words.empty() ? "" : ",") + short_number(value);
    return words;
}

/// A number for each channel.
Numbers per_channel(const std::string& option, const Numbers& given, double standard, Index channels) {
    const auto count = static_cast<std::size_t>(channels);
    if (given.size() == count) return given;
    require<UsageError>(given.size() <= 1, option, " takes one number, or one per channel: got ", given.size(), " for ",
                        channels, channels == 1 ? " channel" : " channels");
    return Numbers(count, given.empty() ? standard : given[0]);
}

bool has_colours(const Shape& row) { return row.rank() == 3 && row[0] == 3; }

bool are_pictures(const Shape& row, const Tensor& x) { return x.rank() == 4 && (row.rank() == 2 || row.rank() == 3); }

bool same_size(const Shape& a, const Shape& b) { return a[-2] == b[-2] && a[-1] == b[-1]; }

}  // namespace

void add_network_ends(Arguments& arguments, NetworkEnds& ends) {
    const std::string command = arguments.command();
    arguments.group("Options of networks from elsewhere (one number for all channels, or one for each)");
    const auto numbers = [&](const char* name, const char* help, Numbers& field, const auto& read) {
        arguments.value(name, "A,B,..", help,
                        [&field, read, what = command + ": " + name](const std::string& t) { field = read(what, t); });
    };
    numbers("--scale", "times what the network wants numbers; pictures and data by name are 0 .. 1 (1)", ends.scale,
            positive);
    numbers("--mean", "what it wants taken off, after --scale (0)", ends.mean, read_numbers);
    numbers("--std", "what it then wants them divided by (1)", ends.sd, positive);
    arguments.value("--channels", "ORDER",
                    "in which it takes colours: rgb or bgr; pictures and data by name are turned, arrays are taken to "
                    "be so (rgb)",
                    [&ends, command](const std::string& t) {
                        require<UsageError>(t == "rgb" || t == "bgr", command, ": --channels takes rgb or bgr: got \"",
                                            t, "\"");
                        ends.blue_first = t == "bgr";
                    });
    arguments.value("--fit", "HOW",
                    "of pictures of another size: crop (the middle), crop:SIDE (once the shorter side is so long), or "
                    "stretch",
                    [&ends, command](const std::string& t) { ends.fit = read_fit(command + ": --fit", t); });
    arguments.option("--output-tensor", "NAME", ends.output_tensor,
                     "of an .onnx file: what to look at instead of its output, such as what a softmax is made of");
}

std::string fit_name(const models::PictureFit& fit) {
    if (fit.way == models::PictureFit::stretch) return "stretch";
    return fit.side > 0 ? text("crop:", fit.side) : "crop";
}

std::string describe(const NetworkEnds& ends) {
    std::string words;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) words += text(words.empty() ? "" : ", ", name, " ", value);
    };
    add("scale", listed(ends.scale));
    add("mean", listed(ends.mean));
    add("std", listed(ends.sd));
    add("channels", ends.blue_first ? "bgr" : "");
    add("fit", ends.fit ? fit_name(*ends.fit) : "");
    add("output tensor", ends.output_tensor);
    return words;
}

// What the model did before, (x - m) / s, comes after: ((a x - b) / c - m) / s = (x - (b + c m) / a) / (c s / a).
void put_before(const std::string& command, const NetworkEnds& ends, models::Model& model) {
    if (ends.scale.empty() && ends.mean.empty() && ends.sd.empty()) return;
    const Index channels = model.input.rank() > 0 ? model.input[0] : 1;
    const Numbers a = per_channel(command + ": --scale", ends.scale, 1, channels),
                  b = per_channel(command + ": --mean", ends.mean, 0, channels),
                  c = per_channel(command + ": --std", ends.sd, 1, channels);
    models::Normalisation& own = model.normalisation;
    own.mean.resize(a.size(), 0);
    own.sd.resize(a.size(), 1);
    for (std::size_t k = 0; k < a.size(); ++k) {
        own.mean[k] = (b[k] + c[k] * own.mean[k]) / a[k];
        own.sd[k] *= c[k] / a[k];
    }
}

void check_colours(const std::string& command, const NetworkEnds& ends, const Shape& row) {
    require<UsageError>(!ends.blue_first || has_colours(row), command,
                        ": --channels bgr is of pictures in colour: rows have the shape ", row);
}

Tensor pictures_for(const Shape& row, const NetworkEnds& ends, const Tensor& pictures, const std::string& name,
                    std::vector<std::string>& notes) {
    Tensor x = pictures;
    if (!are_pictures(row, x)) return x;
    if (ends.fit && !same_size(x.shape(), row)) {
        x = as_usage("--fit", [&] { return models::fitted(x, row[-2], row[-1], *ends.fit); });
        notes.push_back(name + ": " + models::fit_words(pictures.shape(), row[-2], row[-1], *ends.fit));
    }
    return ends.blue_first && x.shape()[1] == 3 ? flip(x, {1}) : x;
}

models::DataSet data_for(const Shape& row, const NetworkEnds& ends, models::DataSet data) {
    data.x = pictures_for(row, ends, data.x, data.name, data.notes);
    return data;
}

std::string misfit(const Shape& row, const Tensor& pictures, const std::string& name) {
    if (!are_pictures(row, pictures) || same_size(pictures.shape(), row)) return "";
    return text("pictures must be ", row[-1], " by ", row[-2], " pixels: ", name, " is ", pictures.shape()[-1], " by ",
                pictures.shape()[-2], "; --fit crop or --fit stretch makes it so");
}

Tensor red_first(const NetworkEnds& ends, const Tensor& row) {
    return ends.blue_first && has_colours(row.shape()) ? flip(row, {0}) : row;
}

}  // namespace gradpath::tools

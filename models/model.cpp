// One row per architecture: its default options as text, what a data set says about them, and how to build the net and
// tell the shapes. Options travel as text, so files, the command line and this table share one form.
#include <gradpath/models/model.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <span>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/autoencoder.hpp>
#include <gradpath/models/data/nearest.hpp>
#include <gradpath/models/image_nets.hpp>
#include <gradpath/models/mlp.hpp>
#include <gradpath/models/sha256.hpp>
#include <gradpath/nn/loss.hpp>

namespace gradpath::models {

namespace {

struct Built {
    nn::Layer net;
    Settings options;
    Shape input;
    Index outputs;
    bool reconstructs = false;
};

struct Architecture {
    std::string name;
    std::function<Built(const Settings& options, const nn::Init& init)> build;
    std::function<Settings(const Shape& row, const DataSet& data)> fitting;  ///< options that suit a data set
};

Index classes_of(const DataSet& data) {
    if (!data.classes.empty()) return static_cast<Index>(data.classes.size());
    require(data.labels.size() > 0, "model: ", data.name, " must have labels to tell how many classes there are");
    return std::ranges::max(data.labels.data()) + 1;
}

Architecture dense(const std::string& name) {
    return {name,
            [name](const Settings& settings, const nn::Init& init) {
                const Mlp options = with_settings(name, Mlp{}, settings);
                nn::Layer net = mlp(options, init);
                return Built{std::move(net), settings_of(options), {options.widths.front()}, options.widths.back()};
            },
            [](const Shape& row, const DataSet& data) {
                std::vector<Index> widths = Mlp{}.widths;
                widths.front() = row.size();
                widths.back() = classes_of(data);
                return Settings{{"widths", setting_text(widths)}};
            }};
}

Architecture reconstructing(const std::string& name) {
    return {name,
            [name](const Settings& settings, const nn::Init& init) {
                const Autoencoder o = with_settings(name, Autoencoder{}, settings);
                nn::Layer net = autoencoder(o, init);
                return Built{std::move(net), settings_of(o), {o.widths.front()}, o.widths.front(), true};
            },
            [](const Shape& row, const DataSet&) {
                std::vector<Index> widths = Autoencoder{}.widths;
                widths.front() = row.size();
                return Settings{{"widths", setting_text(widths)}};
            }};
}

template <class Options>
Architecture convolutional(const std::string& name, nn::Layer (*build)(const Options&, const nn::Init&)) {
    return {name,
            [name, build](const Settings& settings, const nn::Init& init) {
                const Options o = with_settings(name, Options{}, settings);
                return Built{build(o, init), settings_of(o), {o.channels, o.size, o.size}, o.classes};
            },
            [name](const Shape& row, const DataSet& data) {
                require(row.rank() == 3 && row[1] == row[2], name,
                        ": it takes square images (channels, size, size): the data's rows are ", row, "; use mlp");
                return Settings{{"channels", setting_text(row[0])},
                                {"size", setting_text(row[1])},
                                {"classes", setting_text(classes_of(data))}};
            }};
}

const std::vector<Architecture>& table() {
    static const std::vector<Architecture> rows = {
        dense("mlp"),
        dense("moons-mlp"),
        convolutional<ImageOptions>("lenet5", lenet5),
        convolutional<ImageOptions>("lenet-small", lenet_small),
        convolutional<ImageOptions>("small-cnn", small_cnn),
        convolutional<StagedOptions>("residual-cnn", residual_cnn),
        convolutional<StagedOptions>("depthwise-cnn", depthwise_cnn),
        reconstructing("autoencoder"),
    };
    return rows;
}

const Architecture& row_of(std::string_view name) {
    const auto found = std::ranges::find(table(), name, &Architecture::name);
    if (found == table().end()) {
        std::vector<std::string_view> names;
        std::ranges::transform(table(), std::back_inserter(names), &Architecture::name);
        throw ValueError(text("model: there is no architecture \"", name, "\"", suggestion_or_names(name, names)));
    }
    return *found;
}

template <class T>
std::string_view bytes_of(std::span<const T> numbers) {
    return {reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()};
}

}  // namespace

Tensor Model::operator()(const Tensor& x) const {
    const bool exact = x.rank() == input.rank() + 1 && x.shape().slice(1, x.rank()) == input;
    const bool flat = input.rank() == 1 && x.rank() >= 2 && x.shape().slice(1, x.rank()).size() == input.size();
    require<ShapeError>(exact || flat, architecture, ": x must be rows of the shape ", input, ": its shape is ",
                        x.shape());
    return net(normalised(x, normalisation));
}

std::vector<std::string> architectures() {
    std::vector<std::string> names;
    std::ranges::transform(table(), std::back_inserter(names), &Architecture::name);
    return names;
}

Model make(std::string_view architecture, const Settings& options, const nn::Init& init) {
    const Architecture& row = row_of(architecture);
    Built built = row.build(options, init);
    return {row.name, std::move(built.options), std::move(built.net), built.input, built.outputs, built.reconstructs};
}

Model make_for(const DataSet& data, std::string_view architecture, const Settings& options, std::uint64_t seed) {
    const Shape row = data.x.shape().slice(1, data.x.rank());
    Settings merged = row_of(architecture).fitting(row, data);
    for (const auto& [key, value] : options) merged[key] = value;
    Model model = make(architecture, merged, nn::Init{.seed = seed, .dtype = data.x.dtype()});
    require(model.input == row || (model.input.rank() == 1 && model.input.size() == row.size()), architecture,
            ": it must fit the data: it takes rows of the shape ", model.input, ", those of ", data.name, " are ", row);
    model.normalisation = data.normalisation;
    if (model.reconstructs) return model;
    const Index classes = classes_of(data);
    require(model.classes == classes, architecture, ": outputs must be as many as classes: there are ", model.classes,
            " outputs, ", data.name, " has ", classes, " classes");
    model.class_names = data.classes;
    model.columns = data.columns;
    model.label = data.label;
    return model;
}

Task task_for(const Model& model, const DataSet& data) {
    const auto of_probabilities = [](const Tensor& output, const nn::Examples& batch) {
        constexpr double least = 1e-30;  // what float32 can still hold stands for 0
        return nn::negative_log_likelihood(log(maximum(output, least)), batch.labels);
    };
    if (model.ending.kind == Ending::probabilities) return {{data.x, data.labels}, of_probabilities};
    if (!model.reconstructs) return {{data.x, data.labels}, {}};
    const auto to_input = [by = model.normalisation](const Tensor& output, const nn::Examples& batch) {
        return nn::mean_squared_error(output, reshape(normalised(batch.x, by), output.shape()));
    };
    return {{data.x}, to_input};
}

std::vector<Place> places(const Model& model) {
    const NoRecording plain;
    DType dtype = DType::float32;
    nn::each_parameter(model,
                       nn::ConstParameterVisitor([&](const std::string&, const Tensor& p) { dtype = p.dtype(); }));
    const Taps taps;
    model(zeros(Shape{1}.joined(model.input), dtype));
    std::vector<Place> list;
    for (const Taps::Visit& visit : taps.visits())
        list.push_back({visit.name, visit.value.shape().slice(1, visit.value.rank())});
    return list;
}

std::string hash(const Model& model) {
    Sha256 digest;
    const auto line = [&](const auto&... parts) { digest.add(text(parts..., "\n")); };
    line("architecture ", model.architecture);
    for (const auto& [key, value] : model.options) line("option ", key, " ", value);
    for (const double mean : model.normalisation.mean) line("mean ", mean);
    for (const double sd : model.normalisation.sd) line("sd ", sd);
    nn::each_tensor(
        model, nn::ConstTensorVisitor([&](const std::string& name, const Tensor& t, nn::Role role) {
            line(role == nn::Role::parameter ? "parameter " : "buffer ", name, " ", t.dtype(), " ", t.shape());
            digest.add(t.dtype() == DType::float32 ? bytes_of(t.data<float>()) : bytes_of(t.data<double>()));
        }));
    return digest.hex();
}

}  // namespace gradpath::models

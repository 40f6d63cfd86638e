// A file is its tensors and a description: JSON under the metadata key "gradpath". Loading is making the model that the
// description names and giving it the file's numbers. Before any memory is taken, the weights that the options ask for
// are counted against those in the file, so a forged description cannot ask for more than the file holds.
#include <gradpath/models/saved.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/saved_columns.hpp>
#include <gradpath/models/saved_parts.hpp>

namespace gradpath::models {

namespace {

using Json = nlohmann::json;

constexpr const char* model_schema = "gradpath.model/1";

/// The model as described, its weights still zero.
Model blank_model(const Reading& file, const Json& description) {
    const auto architecture = file.field<std::string>(description, "architecture");
    const auto options = file.field<Settings>(description, "options");
    Index left = 0;
    DType dtype = DType::float32;
    for (const auto& [name, value] : file.tensors) {
        if (is_training(name)) continue;
        left += value.size();
        dtype = value.dtype();
    }
    const auto draw = [&](const Shape& weight) {
        left -= weight.size();
        file.fault.unless(left >= 0, "the options ask for more numbers than the file holds: a weight of the shape ",
                          weight);
        return zeros(weight, dtype);
    };
    try {
        return make(architecture, options, nn::Init{.dtype = dtype, .draw = draw});
    } catch (const ValueError& error) {
        throw IoError(text("load: ", std::string(error.what()), " (", file.fault.name, ")"));
    } catch (const ShapeError& error) {
        throw IoError(text("load: ", std::string(error.what()), " (", file.fault.name, ")"));
    }
}

/// What is said of a model must fit its shapes, in both directions: a file that could not be read back is not written.
/// A net on vectors may have been given images, so its channels are only known to divide its inputs.
void check_description(const Model& model, const auto& unless) {
    const auto &mean = model.normalisation.mean, &sd = model.normalisation.sd;
    const auto channels = static_cast<Index>(mean.size());
    unless(mean.size() == sd.size(), "there must be as many means as sds: there are ", mean.size(), " and ", sd.size());
    const bool fits =
        channels == 0 || (model.input.rank() == 1 ? model.input.size() % channels == 0 : model.input[0] == channels);
    unless(fits, "the normalisation must be one per channel: there are ", channels, " means, rows have the shape ",
           model.input);
    for (const double value : sd) unless(value > 0, "an sd must be above 0: it is ", value);
    const auto names = static_cast<Index>(model.class_names.size());
    unless(names == 0 || names == model.classes, "class names must be one per class, or none: there are ", names,
           ", the model has ", model.classes, " classes");
    try {
        check(model.columns, model.input.size());
    } catch (const ValueError& error) {
        unless(false, std::string(error.what()));
    }
}

}  // namespace

Model read_model(Reading& file) {
    const Json description = file.object(model_key, model_schema);
    Model model = blank_model(file, description);
    const auto normalisation = file.field<Json>(description, "normalisation");
    model.normalisation.mean = file.field<std::vector<double>>(normalisation, "mean");
    model.normalisation.sd = file.field<std::vector<double>>(normalisation, "sd");
    model.class_names = file.field<std::vector<std::string>>(description, "class_names");
    read_columns(description, file.fault, model);
    check_description(model, [&](bool ok, const auto&... parts) { file.fault.unless(ok, parts...); });
    nn::each_tensor(model, nn::TensorVisitor([&](const std::string& name, Tensor& t, nn::Role) {
                        t = file.take(name, t.shape(), t.dtype());
                    }));
    return model;
}

std::string describe(const Model& model) {
    const std::vector<std::string> known = architectures();
    require(std::ranges::find(known, model.architecture) != known.end(),
            "save_model: the architecture must be one that make() knows, or nobody could load the file: it is \"",
            model.architecture, "\"; keep a network of your own with save_tensors");
    const auto finite = [](const std::vector<double>& values) {
        return std::ranges::all_of(values, [](double v) { return std::isfinite(v); });
    };
    const Normalisation& by = model.normalisation;
    require(finite(by.mean) && finite(by.sd),
            "save_model: the normalisation must be finite, as JSON has no other numbers");
    check_description(model, [](bool ok, const auto&... parts) { require(ok, "save_model: ", parts...); });
    Json description = {{"schema", model_schema},
                        {"architecture", model.architecture},
                        {"options", model.options},
                        {"normalisation", {{"mean", by.mean}, {"sd", by.sd}}},
                        {"class_names", model.class_names}};
    write_columns(description, model);
    return metadata_text(description);
}

void save_model(const std::filesystem::path& path, const Model& model) {
    io::SafeTensors file{.metadata = {{model_key, describe(model)}}};
    for (nn::Parameter& t : nn::tensors(model)) file.tensors.push_back({std::move(t.name), std::move(t.value)});
    io::write_safetensors(path, file);
}

Model load_model(const std::filesystem::path& path) {
    Reading file(path);
    file.leave_training();
    Model model = read_model(file);
    file.finish();
    return model;
}

}  // namespace gradpath::models

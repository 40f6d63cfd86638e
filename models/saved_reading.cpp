// Whatever is not as it was written is a fault of the file, and what is not asked for is one, too.
#include <string_view>

#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/autodiff/io/utf8.hpp>
#include <gradpath/models/saved_parts.hpp>
#include <gradpath/nn/train.hpp>

namespace gradpath::models {

using Json = nlohmann::json;

std::string training(const std::string& name) { return "training/" + name; }
bool is_training(const std::string& name) { return name.starts_with("training/"); }

Reading::Reading(const std::filesystem::path& path) : fault{"load", path.string()} {
    io::SafeTensors file = io::read_safetensors(path);
    metadata = std::move(file.metadata);
    for (io::NamedTensor& entry : file.tensors) tensors.emplace(std::move(entry.name), std::move(entry.value));
    for (const io::NamedIndices& entry : file.indices) refuse(entry.name);
}

Json Reading::object(const char* key, const char* schema) const {
    const auto found = metadata.find(key);
    fault.unless(found != metadata.end(), "the metadata must have the key \"", key, "\": this file is not ",
                 std::string_view(key) == model_key ? "a model of gradpath" : "a training checkpoint of gradpath");
    const Json value = Json::parse(found->second, nullptr, false);
    fault.unless(value.is_object(), "the metadata under \"", key, "\" must be a JSON object");
    const auto named = field<std::string>(value, "schema");
    fault.unless(named == schema, "the schema must be ", schema, ": it is ", named);
    return value;
}

Index Reading::count(const Json& object, const char* name) const {
    const auto value = field<Index>(object, name);
    fault.unless(value >= 0 && value <= nn::most_counted, "a count must not be negative or huge: ", name, " is ",
                 value);
    return value;
}

Tensor Reading::take(const std::string& name, const Shape& shape, DType dtype) {
    const auto found = tensors.find(name);
    fault.unless(found != tensors.end(), "a tensor is missing: \"", name, "\" of the shape ", shape);
    Tensor value = std::move(found->second);
    tensors.erase(found);
    fault.unless(value.shape() == shape, "tensor \"", name, "\" has shape ", value.shape(), ", the model expects ",
                 shape);
    fault.unless(value.dtype() == dtype, "tensor \"", name, "\" is ", value.dtype(), ", the model expects ", dtype);
    return value;
}

void Reading::leave_training() {
    if (metadata.contains(training_key))
        std::erase_if(tensors, [](const auto& entry) { return is_training(entry.first); });
}

std::string metadata_text(const Json& object) {
    const Json flat = object.flatten();  // the place of each value, as in /class_names/0
    for (const auto& [place, value] : flat.items())
        require(io::is_utf8(place) && (!value.is_string() || io::is_utf8(value.get_ref<const std::string&>())),
                "save: names and settings must be UTF-8: ", place, " is not; rename it");
    return object.dump();
}

void Reading::refuse(const std::string& name) const { fault.unless(false, "the model has no tensor \"", name, "\""); }

void Reading::finish() const {
    if (!tensors.empty()) refuse(tensors.begin()->first);
}

}  // namespace gradpath::models

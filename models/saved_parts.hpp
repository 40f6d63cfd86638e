#pragma once
// What model files, checkpoints and the files of networks of one's own share: strict reading, and the description of a
// model.
#include <concepts>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/layer.hpp>

namespace gradpath::models {

constexpr const char* model_key = "gradpath";
constexpr const char* training_key = "gradpath.training";

/// A file being read. Every complaint is an IoError that ends in the file's name.
struct Reading {
    io::Fault fault;
    std::map<std::string, std::string> metadata = {};
    std::map<std::string, Tensor> tensors = {};  ///< those not yet taken

    explicit Reading(const std::filesystem::path& path);
    /// A metadata text as a JSON object of the schema.
    nlohmann::json object(const char* key, const char* schema) const;
    template <class T>
    T field(const nlohmann::json& object, const char* name) const {
        try {
            const nlohmann::json& value = object.at(name);
            if (!std::integral<T> || value.is_number_integer()) return value.get<T>();  // get() would cut 1.5 to 1
        } catch (const nlohmann::json::exception&) {                                    // told below
        }
        throw IoError(text("load: the metadata must have a field \"", name, "\" of the right kind (", fault.name, ")"));
    }
    Index count(const nlohmann::json& object, const char* name) const;
    Tensor take(const std::string& name, const Shape& shape, DType dtype);
    /// What a checkpoint has beside the tensors of its network is of no interest.
    void leave_training();
    void refuse(const std::string& name) const;
    void finish() const;
};

/// The name in a file of what belongs to training and not to the network.
std::string training(const std::string& name);
bool is_training(const std::string& name);

/// JSON as the text of a file's metadata. Throws ValueError, naming the field, where a text in it is not UTF-8.
std::string metadata_text(const nlohmann::json& object);
/// The metadata text of a model. Throws ValueError where save_model() does.
std::string describe(const Model& model);
/// The model as the file describes it, with the file's numbers, which are taken out of `file`.
Model read_model(Reading& file);

}  // namespace gradpath::models

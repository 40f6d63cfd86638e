#pragma once
// Models and training checkpoints as safetensors files. What the tensors are is told by JSON under the metadata key
// "gradpath"; it carries no clock, so equal models give equal bytes. Needs the io feature.
#include <filesystem>

#include <gradpath/models/model.hpp>
#include <gradpath/nn/train.hpp>

namespace gradpath::models {

/// Writes atomically: one tensor per parameter and buffer, under its name. Throws IoError if it cannot be written,
/// ValueError for an architecture that make() does not know, a normalisation that is not finite, an sd that is not
/// above 0, a normalisation or class names that do not fit the model, or names and settings that are not UTF-8.
void save_model(const std::filesystem::path& path, const Model& model);
/// The model of a file written by save_model() or save_checkpoint(). Throws IoError, naming the file, if it is not
/// ours, if a tensor is missing, misshaped, or not the model's, or if normalisation or class names do not fit it.
Model load_model(const std::filesystem::path& path);

/// A run that may go on: the model with the parameters and buffers of `state`, and what else the caller wants to
/// remember of it.
struct Checkpoint {
    Model model;
    nn::TrainState state;
    Settings run = {};
};
/// Writes weights, optimiser, random state, position in the epoch, history, and the average and the best epoch's
/// weights where there are any, atomically, in one file. Throws as save_model() does.
void save_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);
/// Throws IoError as load_model() does, and if the file holds a model only.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace gradpath::models

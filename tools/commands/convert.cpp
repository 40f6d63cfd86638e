// From one kind of file to another, told by their endings: models of ours and ONNX models, and files of named tensors.
#include <filesystem>
#include <map>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/onnx.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {
namespace {

struct ConvertOptions {
    std::string from, to, into;
    bool fold_batch_norm = false;
    Common common = {};
};

/// With the metadata of a .safetensors file: they make it a model, or name who wrote it.
using Tensors = io::SafeTensors;

models::Model read_model(const std::string& file, bool fold_batch_norm) {
    const bool is_onnx = ending_of(file) == ".onnx";
    if (is_onnx) return load_onnx(file, "", fold_batch_norm);
    require<UsageError>(
        ending_of(file) == ".safetensors",
        "convert: an ONNX file is made of a model: a .safetensors file of gradpath or an .onnx file: got \"", file,
        "\"");
    return models::load_model(file);
}

Tensors read_tensors(const std::string& file, bool fold_batch_norm) {
    if (ending_of(file) == ".safetensors") return io::read_safetensors(file);
    if (ending_of(file) == ".npz") {
        io::NpzArrays held = io::read_npz_arrays(file);
        return {.tensors = std::move(held.tensors), .indices = std::move(held.indices)};
    }
    require<UsageError>(ending_of(file) == ".onnx", "convert: it reads .safetensors, .npz and .onnx files: got \"",
                        file, "\"");
    Tensors tensors;
    for (const nn::Parameter& t : nn::tensors(read_model(file, fold_batch_norm)))
        tensors.tensors.push_back({t.name, t.value});
    return tensors;
}

void write_tensors(const std::string& file, const Tensors& tensors) {
    if (ending_of(file) == ".npz") io::write_npz(file, tensors.tensors, tensors.indices);
    else io::write_safetensors(file, tensors);
}

/// Gives the network the tensors of a file: just those it has, of the same shapes, in its own dtypes.
void give(models::Model& model, const Tensors& tensors, const std::string& file) {
    std::map<std::string, Tensor> left;
    for (const io::NamedTensor& t : tensors.tensors) left.emplace(t.name, t.value);
    nn::each_tensor(model, nn::TensorVisitor([&](const std::string& name, Tensor& slot, nn::Role) {
                        const auto found = left.find(name);
                        require<IoError>(found != left.end(), "convert: a tensor is missing: ", file, " has no \"",
                                         name, "\" of the shape ", slot.shape());
                        require<IoError>(found->second.shape() == slot.shape(), "convert: \"", name, "\" of ", file,
                                         " has the shape ", found->second.shape(), ", the network expects ",
                                         slot.shape());
                        slot = found->second.to(slot.dtype());
                        left.erase(found);
                    }));
    require<IoError>(left.empty() && tensors.indices.empty(), "convert: the network has no tensor \"",
                     left.empty() ? tensors.indices.empty() ? "" : tensors.indices[0].name : left.begin()->first,
                     "\", which ", file, " has");
}

void write_model(const ConvertOptions& o) {
    models::Model model = read_model(o.into.empty() ? o.from : o.into, o.fold_batch_norm);
    if (!o.into.empty()) give(model, read_tensors(o.from, false), o.from);
    writing([&] { save_onnx(o.to, model); });
}

void check(const ConvertOptions& o) {
    require<UsageError>(!o.from.empty() && !o.to.empty(), "convert: name two files: IN and OUT");
    const std::string ending = ending_of(o.to);
    require<UsageError>(ending == ".onnx" || ending == ".safetensors" || ending == ".npz",
                        "convert: it writes .safetensors, .npz and .onnx files: got \"", o.to, "\"");
    require<UsageError>(o.into.empty() || ending == ".onnx",
                        "convert: --into makes a network, which goes into an .onnx file: got \"", o.to, "\"");
    const std::string& network = o.into.empty() ? o.from : o.into;
    require<UsageError>(ending_of(network) == ".onnx" || !o.fold_batch_norm,
                        "convert: --fold-batch-norm is of .onnx files: got \"", network, "\"");
    require<UsageError>(!o.common.dtype && !o.common.json && o.common.out.empty(),
                        "convert: it writes OUT alone, in the dtypes of IN: leave out --dtype, --json and --out");
    std::error_code unknown;
    require<UsageError>(!std::filesystem::equivalent(o.from, o.to, unknown),
                        "convert: OUT must be another file than IN: got \"", o.to, "\"");
}

}  // namespace

Exit convert(Words words, const std::atomic<bool>&) {
    ConvertOptions o;
    Arguments arguments(
        "convert",
        "Converts models and tensor files: .safetensors, .npz and .onnx, told by their endings. Tensors "
        "alone do not say how a network is built.",
        "gradpath convert run/model.safetensors model.onnx\ngradpath convert model.onnx weights.npz\n"
        "gradpath convert weights.npz changed.onnx --into model.onnx\n"
        "gradpath convert model.onnx folded.onnx --fold-batch-norm");
    arguments.positional("IN", o.from, "a .safetensors, .npz or .onnx file");
    arguments.positional("OUT", o.to, "the file to write, of one of these kinds");
    arguments.option("--into", "MODEL", o.into, "the network that gets the tensors of IN before it is written");
    arguments.flag("--fold-batch-norm", o.fold_batch_norm,
                   "make batch normalisations of an .onnx file part of the products and convolutions before them");
    add_common(arguments, o.common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    apply(o.common);
    check(o);
    if (ending_of(o.to) == ".onnx") {
        write_model(o);
    } else {
        const Tensors tensors = read_tensors(o.from, o.fold_batch_norm);
        writing([&] { write_tensors(o.to, tensors); });
    }
    say(o.common, "wrote " + o.to);
    if (ending_of(o.from) == ".onnx" && ending_of(o.to) == ".safetensors")
        say(o.common, "note: " + o.to + " has tensors alone and is not a model; --into gives them to one");
    return Exit::fine;
}

}  // namespace gradpath::tools

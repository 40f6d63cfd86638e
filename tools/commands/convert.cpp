// From one kind of file to another, told by their endings: models of ours and ONNX models, and files of named tensors.
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/onnx.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tools {
namespace {

struct Tensors {
    std::vector<io::NamedTensor> real;
    std::vector<io::NamedIndices> whole;
};

models::Model read_model(const std::string& file) {
    if (ending_of(file) == ".onnx") return load_onnx(file);
    require<UsageError>(
        ending_of(file) == ".safetensors",
        "convert: an ONNX file is made of a model: a .safetensors file of gradpath or an .onnx file: got \"", file,
        "\"");
    return models::load_model(file);
}

Tensors read_tensors(const std::string& file) {
    if (ending_of(file) == ".safetensors") {
        io::SafeTensors held = io::read_safetensors(file);
        return {std::move(held.tensors), std::move(held.indices)};
    }
    if (ending_of(file) == ".npz") return {io::read_npz(file), {}};
    require<UsageError>(ending_of(file) == ".onnx", "convert: it reads .safetensors, .npz and .onnx files: got \"",
                        file, "\"");
    Tensors tensors;
    for (const nn::Parameter& t : nn::tensors(load_onnx(file))) tensors.real.push_back({t.name, t.value});
    return tensors;
}

void write_tensors(const std::string& file, const Tensors& tensors) {
    if (ending_of(file) == ".npz") io::write_npz(file, tensors.real, tensors.whole);
    else io::write_safetensors(file, {.tensors = tensors.real, .indices = tensors.whole});
}

}  // namespace

Exit convert(Words words, const std::atomic<bool>&) {
    Common common;
    std::string from, to;
    Arguments arguments(
        "convert",
        "Converts models and tensor files: .safetensors, .npz and .onnx, told by their endings. Tensors "
        "alone do not say how a network is built.",
        "gradpath convert run/model.safetensors model.onnx\ngradpath convert model.onnx weights.npz");
    arguments.positional("IN", from, "a .safetensors, .npz or .onnx file");
    arguments.positional("OUT", to, "the file to write, of one of these kinds");
    add_common(arguments, common);
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    apply(common);
    require<UsageError>(!from.empty() && !to.empty(), "convert: name two files: IN and OUT");
    const std::string ending = ending_of(to);
    require<UsageError>(ending == ".onnx" || ending == ".safetensors" || ending == ".npz",
                        "convert: it writes .safetensors, .npz and .onnx files: got \"", to, "\"");
    if (ending == ".onnx") {
        const models::Model model = read_model(from);
        writing([&] { save_onnx(to, model); });
    } else {
        const Tensors tensors = read_tensors(from);
        writing([&] { write_tensors(to, tensors); });
    }
    say(common, "wrote " + to);
    return Exit::fine;
}

}  // namespace gradpath::tools

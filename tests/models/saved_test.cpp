#include <doctest/doctest.h>

#include <filesystem>
#include <limits>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/saved.hpp>

#include "scratch.hpp"

using namespace gradpath;
using namespace gradpath::models;

namespace {

const std::string moons_metadata =
    R"({"architecture":"moons-mlp","class_names":[],"normalisation":{"mean":[],"sd":[]},)"
    R"("options":{"activation":"relu","widths":"2-3-2"},"schema":"gradpath.model/1"})";

io::SafeTensors small_file() {
    io::SafeTensors file{.metadata = {{"gradpath", moons_metadata}}};
    file.tensors = {{"dense1.weight", zeros({3, 2})},
                    {"dense1.bias", zeros({3})},
                    {"dense2.weight", zeros({2, 3})},
                    {"dense2.bias", zeros({2})}};
    return file;
}

/// The message with which a file is refused, without the name of the file.
std::string refusal(const io::SafeTensors& file) {
    const Scratch folder;
    const std::filesystem::path path = folder / "bad.safetensors";
    io::write_safetensors(path, file);
    try {
        (void)load_model(path);
    } catch (const IoError& error) {
        const std::string message = error.what(), tail = " (" + path.string() + ")";
        REQUIRE(message.ends_with(tail));
        return message.substr(0, message.size() - tail.size());
    }
    return "loaded";
}

std::string refusal(const std::string& metadata) {
    io::SafeTensors file = small_file();
    file.metadata["gradpath"] = metadata;
    return refusal(file);
}

std::string with(const std::string& from, const std::string& to) {
    std::string changed = moons_metadata;
    const std::size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    return changed.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("a model that is saved and loaded is the same to the bit") {
    const Scratch folder;
    for (const std::string& name : architectures()) {
        for (const DType dtype : {DType::float32, DType::float64}) {
            Model model = make(name, {}, nn::Init{.seed = 3, .dtype = dtype});
            const Index channels = model.input[0];
            model.normalisation = {std::vector<double>(static_cast<std::size_t>(channels), 0.1),
                                   std::vector<double>(static_cast<std::size_t>(channels), 1.0 / 3)};
            model.class_names.assign(static_cast<std::size_t>(model.classes), "Büro \"1\"\n");
            save_model(folder / "model.safetensors", model);
            const Model back = load_model(folder / "model.safetensors");
            CHECK(hash(back) == hash(model));
            CHECK(back.class_names == model.class_names);
            CHECK(back.normalisation == model.normalisation);
            CHECK(back.input == model.input);
            const Tensor x = random::uniform(Shape{2}.joined(model.input), 0, 1, {.seed = 1, .dtype = dtype});
            CHECK(same_bits(back(x), model(x)));
        }
    }
}

TEST_CASE("equal models give equal bytes") {
    const Scratch folder;
    save_model(folder / "a", make("moons-mlp", {}, 1));
    save_model(folder / "b", make("moons-mlp", {}, 1));
    CHECK(io::read_file(folder / "a") == io::read_file(folder / "b"));
}

TEST_CASE("a file with every tensor in its place is loaded") { CHECK(refusal(small_file()) == "loaded"); }

TEST_CASE("tensors that are missing, misshaped, of the other dtype or too many are named") {
    io::SafeTensors file = small_file();
    file.tensors.pop_back();
    CHECK(refusal(file) == "load: a tensor is missing: \"dense2.bias\" of the shape (2,)");
    file.tensors.push_back({"dense2.bias", zeros({3})});
    CHECK(refusal(file) == "load: tensor \"dense2.bias\" has shape (3,), the model expects (2,)");
    file.tensors.back().value = zeros({2}, DType::float64);
    CHECK(refusal(file) == "load: tensor \"dense2.bias\" is float64, the model expects float32");
    file = small_file();
    file.tensors.push_back({"dense3.bias", zeros({2})});
    CHECK(refusal(file) == "load: the model has no tensor \"dense3.bias\"");
    file = small_file();
    file.indices.push_back({"labels", {1, 2}});
    CHECK(refusal(file) == "load: the model has no tensor \"labels\"");
}

TEST_CASE("a safetensors file of somebody else is not a model of gradpath") {
    io::SafeTensors file = small_file();
    file.metadata = {{"format", "pt"}};
    CHECK(refusal(file) == "load: the metadata must have the key \"gradpath\": this file is not a model of gradpath");
}

TEST_CASE("metadata that is not what save_model writes is refused, telling the field") {
    CHECK(refusal("{") == "load: the metadata under \"gradpath\" must be a JSON object");
    CHECK(refusal("[1]") == "load: the metadata under \"gradpath\" must be a JSON object");
    CHECK(refusal("{}") == "load: the metadata must have a field \"schema\" of the right kind");
    CHECK(refusal(with("gradpath.model/1", "gradpath.model/9")) ==
          "load: the schema must be gradpath.model/1: it is gradpath.model/9");
    CHECK(refusal(with("\"architecture\"", "\"arch\"")) ==
          "load: the metadata must have a field \"architecture\" of the right kind");
    CHECK(refusal(with("{\"activation\":\"relu\",\"widths\":\"2-3-2\"}", "[1]")) ==
          "load: the metadata must have a field \"options\" of the right kind");
    CHECK(refusal(with("\"mean\":[]", "\"mean\":[\"a\"]")) ==
          "load: the metadata must have a field \"mean\" of the right kind");
    CHECK(refusal(with("\"class_names\":[]", "\"class_names\":[1]")) ==
          "load: the metadata must have a field \"class_names\" of the right kind");
}

TEST_CASE("a normalisation that does not fit the model is refused") {
    const auto with_normalisation = [](const std::string& mean, const std::string& sd) {
        return refusal(with(R"({"mean":[],"sd":[]})", R"({"mean":)" + mean + R"(,"sd":)" + sd + "}"));
    };
    CHECK(with_normalisation("[0,0]", "[1,2]") == "loaded");
    CHECK(with_normalisation("[0]", "[1]") == "loaded");  // rows (1, 2, 1), say
    CHECK(with_normalisation("[0]", "[]") == "load: there must be as many means as sds: there are 1 and 0");
    CHECK(with_normalisation("[]", "[1]") == "load: there must be as many means as sds: there are 0 and 1");
    CHECK(with_normalisation("[0,0,0]", "[1,1,1]") ==
          "load: the normalisation must be one per channel: there are 3 means, rows have the shape (2,)");
    CHECK(with_normalisation("[0,0]", "[1,0]") == "load: an sd must be above 0: it is 0");
    CHECK(with_normalisation("[0,0]", "[-0.5,1]") == "load: an sd must be above 0: it is -0.5");
    CHECK(with_normalisation("[0,0]", "[1,1e999]") ==
          "load: the metadata under \"gradpath\" must be a JSON object");  // no number is infinite in JSON
}

TEST_CASE("an image model is normalised by as many numbers as it has channels, or not at all") {
    const Scratch folder;
    Model model = make("lenet5");
    model.normalisation = {{0, 0}, {1, 1}};
    const char* const told =
        "save_model: the normalisation must be one per channel: there are 2 means, rows have the shape (1, 28, 28)";
    CHECK_THROWS_WITH_AS(save_model(folder / "m", model), told, ValueError);
    CHECK_FALSE(std::filesystem::exists(folder / "m"));
}

TEST_CASE("class names are one per class, or none, in a file and before it is written") {
    CHECK(refusal(with("\"class_names\":[]", "\"class_names\":[\"a\",\"b\"]")) == "loaded");
    CHECK(refusal(with("\"class_names\":[]", "\"class_names\":[\"a\"]")) ==
          "load: class names must be one per class, or none: there are 1, the model has 2 classes");
    const Scratch folder;
    Model model = make("moons-mlp");
    model.class_names = {"a", "b", "c"};
    CHECK_THROWS_WITH_AS(save_model(folder / "m", model),
                         "save_model: class names must be one per class, or none: there are 3, the model has 2 classes",
                         ValueError);
}

TEST_CASE("a model that make() could not build again is not written") {
    const Scratch folder;
    Model model = make("moons-mlp");
    model.architecture = "mine";
    CHECK_THROWS_WITH_AS(save_model(folder / "m", model),
                         "save_model: the architecture must be one that make() knows, or nobody could load the file: "
                         "it is \"mine\"; keep a network of your own with save_tensors",
                         ValueError);
    CHECK(!std::filesystem::exists(folder / "m"));
}

TEST_CASE("the columns of a table live in the file, and a model of no table says nothing of them") {
    const Scratch folder;
    Model model = make("moons-mlp", {{"widths", "4-3-2"}});
    save_model(folder / "plain", model);
    CHECK(io::read_safetensors(folder / "plain").metadata.at("gradpath").find("columns") == std::string::npos);
    const std::string plain = hash(model);
    model.columns = {{.name = "age", .mean = 0.1}, {.name = "colour", .categories = {"b", "r", "ü"}, .usual = "r"}};
    model.label = "species";
    save_model(folder / "m", model);
    const Model loaded = load_model(folder / "m");
    CHECK(loaded.columns == model.columns);
    CHECK(loaded.label == "species");
    CHECK(hash(loaded) == plain);
    const std::string written = io::read_safetensors(folder / "m").metadata.at("gradpath");
    CHECK(written.find(R"("columns":[{"missing":0.1,"name":"age"},)"
                       R"({"categories":["b","r","ü"],"missing":"r","name":"colour"}])") != std::string::npos);
    model.columns.pop_back();
    CHECK_THROWS_WITH_AS(save_model(folder / "m", model),
                         "save_model: columns: features must be as many as inputs: 1 for 4", ValueError);
}

TEST_CASE("columns of a file are read strictly") {
    const auto told = [](const std::string& columns, const std::string& label = R"(,"label":"y")") {
        return refusal(with("\"class_names\":[]", "\"class_names\":[],\"columns\":" + columns + label));
    };
    CHECK(told(R"([{"name":"a","missing":1},{"name":"b","missing":2.5}])") == "loaded");
    CHECK(told(R"([{"name":"k","categories":["u","v"],"missing":"v"}])") == "loaded");
    const std::string kinds =
        "load: the metadata must describe columns by \"name\", \"missing\" and \"categories\", and name a \"label\"";
    CHECK(told(R"([{"name":"a"},{"name":"b","missing":2}])") == kinds);
    CHECK(told(R"([{"name":7,"missing":1},{"name":"b","missing":2}])") == kinds);
    CHECK(told(R"([{"name":"a","missing":"x"},{"name":"b","missing":2}])") == kinds);
    CHECK(told(R"([{"name":"k","categories":["u","v"],"missing":1}])") == kinds);
    CHECK(told("7") == kinds);
    CHECK(told(R"([{"name":"a","missing":1},{"name":"b","missing":2}])", "") == kinds);
    CHECK(told("[]") == "load: \"columns\" of the metadata must be a list of at least one");
    CHECK(told(R"({"x":{"name":"k","categories":["u","v"],"missing":"u"}})") ==
          "load: \"columns\" of the metadata must be a list of at least one");
    CHECK(told(R"([{"name":"a","missing":1}])") == "load: columns: features must be as many as inputs: 1 for 2");
    CHECK(told(R"([{"name":"k","categories":["u","v"],"missing":"w"}])") ==
          "load: columns: the usual category of \"k\" must be one of its categories: \"w\"");
}

TEST_CASE("a dense model made for images keeps the normalisation of their channels") {
    const Scratch folder;
    const DataSet data{"tiny", zeros({2, 3, 2, 2}), {0, 1}, {"a", "b"}, {{0, 0, 0}, {1, 2, 3}}};
    const Model model = make_for(data, "mlp");
    save_model(folder / "m", model);
    CHECK(load_model(folder / "m").normalisation == data.normalisation);
}

TEST_CASE("an unknown architecture or option in a file names the nearest and the file") {
    CHECK(refusal(with("moons-mlp", "moon-mlp")) ==
          "load: model: there is no architecture \"moon-mlp\"; did you mean \"moons-mlp\"?");
    CHECK(refusal(with("\"widths\"", "\"width\"")) ==
          "load: moons-mlp: there is no option \"width\"; did you mean \"widths\"?");
    CHECK(refusal(with("relu", "relux")) ==
          "load: mlp: activation is one of relu, leaky-relu, elu, selu, silu, gelu, gelu-tanh, softplus, tanh, "
          "sigmoid, hardtanh: got \"relux\"; did you mean \"relu\"?");
}

TEST_CASE("a file cannot make the loader take more memory than it holds") {
    CHECK(refusal(with("2-3-2", "100000000-100000000-2")) ==
          "load: the options ask for more numbers than the file holds: a weight of the shape (100000000, 100000000)");
}

TEST_CASE("a missing file and a file that is no safetensors are told") {
    const Scratch folder;
    CHECK_THROWS_AS(load_model(folder / "none.safetensors"), IoError);
    io::write_file(folder / "text", "hello");
    CHECK_THROWS_AS(load_model(folder / "text"), IoError);
}

TEST_CASE("a model whose normalisation is not finite is not saved") {
    const Scratch folder;
    Model model = make("moons-mlp");
    model.normalisation = {{0, 0}, {1, std::numeric_limits<double>::infinity()}};
    CHECK_THROWS_WITH_AS(save_model(folder / "m", model),
                         "save_model: the normalisation must be finite, as JSON has no other numbers", ValueError);
    CHECK_FALSE(std::filesystem::exists(folder / "m"));
}

TEST_CASE("a model whose names are not UTF-8 is not saved") {
    const Scratch folder;
    Model model = make("moons-mlp");
    model.class_names = {"caf\u00e9", "caf\xe9"};
    CHECK_THROWS_WITH_AS(save_model(folder / "m", model),
                         "save: names and settings must be UTF-8: /class_names/1 is not; rename it", ValueError);
    CHECK_FALSE(std::filesystem::exists(folder / "m"));
    model.class_names = {"caf\u00e9", "b"};
    save_model(folder / "m", model);
    CHECK(load_model(folder / "m").class_names == model.class_names);
}

TEST_CASE("a model file holds running values beside the weights, and none may be missing") {
    const Scratch folder;
    Model model = make("residual-cnn", {{"width", "2"}, {"size", "8"}}, 1);
    nn::each_tensor(model, nn::TensorVisitor([](const std::string&, Tensor& t, nn::Role role) {
                        if (role == nn::Role::buffer) t = t + 0.25;
                    }));
    save_model(folder / "m.safetensors", model);
    CHECK(hash(load_model(folder / "m.safetensors")) == hash(model));
    io::SafeTensors file = io::read_safetensors(folder / "m.safetensors");
    CHECK(file.tensors.size() == nn::tensors(model).size());
    std::erase_if(file.tensors, [](const io::NamedTensor& t) { return t.name == "stem.norm.running_mean"; });
    CHECK(refusal(file) == "load: a tensor is missing: \"stem.norm.running_mean\" of the shape (2,)");
}

TEST_CASE("a forged description of a staged network takes no more memory than its file holds") {
    const auto forged = [](const std::string& option) {
        return refusal(
            R"({"architecture":"residual-cnn","class_names":[],"normalisation":{"mean":[],"sd":[]},"options":{)" +
            option + R"(},"schema":"gradpath.model/1"})");
    };
    const std::string told = "load: the options ask for more numbers than the file holds: a weight of the shape ";
    CHECK(forged(R"("width":"100000000")") == told + "(100000000, 1, 3, 3)");
    CHECK(forged(R"("width":"1","blocks":"100000000")").starts_with(told));
}

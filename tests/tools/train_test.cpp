// Training recipes by command: what they are called, what is refused, and that a run goes on only as it began.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/recipe.hpp>

#include "program.hpp"

namespace {

using Json = nlohmann::json;
using namespace gradpath;

const std::string small = "train --model mlp --data moons --set widths=2-8-2 --quiet --json ";

Json trained(const std::string& more, const program::Folder& folder) {
    const program::Outcome outcome = program::run(small + more, folder.path());
    REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
    return Json::parse(outcome.out);
}

const std::string everything =
    "--optimizer sgd --rate 0.1 --momentum 0.9 --nesterov --weight-decay 0.001 --schedule plateau:patience=1 --warmup "
    "9 "
    "--clip-norm 1 --clip-value 0.5 --average ema:0.99 --patience 2 --augment noise:0.05 --label-smoothing 0.1 "
    "--class-weights 1,1.5 --validation 0.2 --batch 32 --seed 4 ";

}  // namespace

TEST_CASE("a file whose name is not UTF-8 is not trained on, but asked about as any other") {
    const program::Folder folder;
    trained("--epochs 1 --out run", folder);
    const std::vector<io::NamedTensor> x{{"x", zeros({10, 2})}};
    const std::vector<io::NamedIndices> y{{"y", Indices{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}}};
    io::write_npz(folder / "caf\xe9.npz", x, y);
    io::write_npy(folder / "caf\xe9.npy", zeros({2}));
    const program::Outcome refused = program::run("train --model mlp --data caf\xe9.npz --out o", folder.path());
    CHECK(refused.exit == 2);
    CHECK_FALSE(std::filesystem::exists(folder / "o"));
    CHECK(refused.err ==
          "gradpath: train: --data is kept with the run and must be UTF-8: got \"caf\xe9.npz\"; rename it\n");
    const auto answer = [&](const std::string& words) {
        const program::Outcome outcome = program::run(words, folder.path());
        REQUIRE_MESSAGE(outcome.exit == 0, outcome.err);
    };
    answer("eval run/model.safetensors --data caf\xe9.npz --quiet --out e");
    CHECK(Json::parse(program::read(folder / "e/eval.json"))["data"] == "caf\ufffd.npz");
    answer("explain run/model.safetensors --input caf\xe9.npy --method gradient --quiet --out x");
    CHECK(Json::parse(program::read(folder / "x/result.json")).is_object());
    answer("geodesic run/model.safetensors --from caf\xe9.npy --to 1,1 --quiet --out g");
    CHECK(Json::parse(program::read(folder / "g/geodesic.json")).is_object());
}

TEST_CASE("a recipe's words are read, and written back in one way") {
    const auto schedule = [](const std::string& text) {
        return tools::schedule_text({.shape = tools::read_schedule("s", text)});
    };
    CHECK(schedule("step") == "step:every=10,factor=0.1");
    CHECK(schedule("step:factor=0.5") == "step:every=10,factor=0.5");
    CHECK(schedule("cosine:final=0.01,period=3") == "cosine:period=3,growth=1,final=0.01");
    CHECK(schedule("one-cycle") == "one-cycle:rise=0.3,start=25,finish=1e+05");
    CHECK(schedule("plateau:patience=2") == "plateau:patience=2,factor=0.1,threshold=1e-04,least=0");
    CHECK(tools::schedule_text({}) == "constant");
    CHECK(tools::average_text(tools::read_average("a", "ema:0.990")) == "ema:0.99");
    CHECK(tools::average_text(tools::read_average("a", "last:3")) == "last:3");
    CHECK(tools::average_text({}) == "none");
    CHECK(tools::augment_text(tools::read_augment("a", "noise:0.10,flip,rotate:10")) == "flip,rotate:10,noise:0.1");
    CHECK(tools::class_weights_text(tools::read_class_weights("c", "1,2.50")) == "1,2.5");
    CHECK(tools::class_weights_text(tools::read_class_weights("c", "balanced")) == "balanced");
}

TEST_CASE("balanced weights give each class as much to say") {
    models::DataSet data{.name = "three", .x = zeros({6, 1}), .labels = {0, 0, 0, 1, 1, 0}, .classes = {"a", "b", "c"}};
    CHECK(tools::weights_for("w", {.balanced = true}, data) == std::vector<double>{0.5, 1, 1});
    CHECK(tools::weights_for("w", {}, data).empty());
}

TEST_CASE("a recipe that makes no sense is refused with the words for it, and no folder appears") {
    const program::Folder folder;
    const auto refused = [&](const std::string& words, const std::string& message) {
        CAPTURE(words);
        const program::Outcome outcome = program::run(small + "--out o " + words, folder.path());
        CHECK(outcome.exit == 2);
        CHECK(outcome.err == "gradpath: " + message + "\n");
        CHECK(program::listing(folder.path()).empty());
    };
    refused("--schedule cosin",
            "train: --schedule takes step, cosine, one-cycle or plateau: got \"cosin\"; did you mean \"cosine\"?");
    refused("--schedule step:evry=3",
            "train: --schedule step: there is no field \"evry\", it has every or factor; did you mean \"every\"?");
    refused("--schedule step:every", "train: --schedule step: every needs a value, as in every=1");
    refused("--schedule step:every=x", "train: --schedule step: every takes a whole number: got \"x\"");
    refused("--schedule step:factor=2", "schedule: step: factor must lie in (0, 1]: it is 2");
    refused("--warmup -1", "train: --warmup must not be negative: got -1");
    refused("--clip-norm -1", "clip: norm must be finite and not negative: it is -1");
    refused("--clip-value -1", "clip: value must be finite and not negative: it is -1");
    refused("--average eam:0.9", "train: --average takes ema or last: got \"eam\"; did you mean \"ema\"?");
    refused("--average ema", "train: --average ema needs a number, as in ema:0.999");
    refused("--average ema:1", "average: decay must lie in [0, 1): it is 1");
    refused("--average last:0", "average: epochs must be at least 1: they are 0");
    refused("--augment filp",
            "train: --augment takes flip, shift, rotate or noise: got \"filp\"; did you mean \"flip\"?");
    refused("--augment noise:0.1,shift", "train: --augment shift needs a number, as in shift:2");
    refused("--augment flip:2", "train: --augment flip takes no number");
    refused("--augment noise:x", "train: --augment noise takes a number: got \"x\"");
    refused("--augment flip",
            "augment: flip, rotate and shift take images [rows, channels, height, width]: x has the "
            "shape (7500, 2); noise takes any");
    refused("--patience -1", "train: --patience must not be negative: got -1");
    refused("--label-smoothing 1", "train: --label-smoothing must lie in [0, 1): got 1");
    refused("--class-weights balancd",
            "train: --class-weights takes balanced, or a number for each class joined by commas: got \"balancd\"; did "
            "you mean \"balanced\"?");
    refused("--class-weights 1,2x", "train: --class-weights takes a number: got \"2x\"");
    refused("--class-weights 1,0", "train: --class-weights must be positive: got 0");
    refused("--class-weights 1,2,3",
            "train: --class-weights takes a number for each class: there are 3, moons has 2 classes");
    refused("--optimizer rmsprop --momentum 0.9 --nesterov", "train: --nesterov needs sgd with a --momentum above 0");
    refused("--nesterov", "train: --nesterov needs sgd with a --momentum above 0");
    refused("--optimizer adma",
            "train: --optimizer takes adam, adamw, rmsprop or sgd: got \"adma\"; did you mean \"adam\"?");
}

TEST_CASE("every recipe learns two moons by command") {
    const program::Folder folder;
    for (const char* recipe :
         {"--optimizer adamw --rate 0.02 --schedule cosine --warmup 50",
          "--schedule one-cycle --rate 0.02 --clip-norm 1",
          "--optimizer sgd --rate 0.3 --momentum 0.9 --nesterov --schedule step:every=4,factor=0.3",
          "--optimizer rmsprop --rate 0.003 --momentum 0.5", "--average last:2 --augment noise:0.05 --rate 0.01",
          "--rate 0.02 --class-weights balanced --label-smoothing 0.05"}) {
        CAPTURE(std::string(recipe));
        const Json document = trained(std::string(recipe) + " --epochs 8 --batch 32 --out run", folder);
        CHECK(document["test"]["accuracy"].get<double>() > 0.95);
    }
    CHECK(trained("--optimizer adamw --epochs 1 --out run", folder)["settings"]["weight-decay"] == "0.01");
}

TEST_CASE("with everything switched on, a run that is prolonged ends in the bytes of a long run, on any threads") {
    const program::Folder folder;
    trained(everything + "--epochs 5 --threads 1 --out long", folder);
    trained(everything + "--epochs 2 --threads 2 --out parts", folder);
    trained(everything + "--epochs 5 --threads 2 --resume --out parts", folder);
    for (const char* file : {"model.safetensors", "history.csv", "checkpoint.safetensors"})
        CHECK(program::read(folder / "long" / file) == program::read(folder / "parts" / file));
}

TEST_CASE("patience ends a run early, says so, and writes the best epoch's model") {
    const program::Folder folder;
    const std::string line = "--rate 1e-30 --patience 2 --validation 0.2 --epochs 9 --out run ";
    const Json document = trained(line, folder);
    CHECK(document["epochs"] == 3);
    CHECK(document["best_epoch"] == 1);
    const program::Outcome again =
        program::run("train --model mlp --data moons --set widths=2-8-2 " + line + "--resume", folder.path());
    CHECK(again.exit == 0);
    CHECK(again.err == "this run is finished: it ended after 3 epochs, as the loss got no lower\n");
    CHECK(again.out.find("epochs         3, the best was 1\n") != std::string::npos);
}

TEST_CASE("a run does not go on with another recipe, nor with another length where its course depends on it") {
    const program::Folder folder;
    trained("--schedule cosine --clip-norm 2 --epochs 1 --out run", folder);
    const auto refused = [&](const std::string& words, const std::string& differences) {
        CAPTURE(words);
        const program::Outcome outcome = program::run(small + "--out run --resume " + words, folder.path());
        CHECK(outcome.exit == 2);
        CHECK(outcome.err == "gradpath: train: --resume goes on with the settings the run began with: " + differences +
                                 "; give those, or train anew without --resume\n");
    };
    refused("--schedule cosine --clip-norm 2 --epochs 2", "--epochs was 1 and is 2");
    refused("--epochs 1",
            "--clip-norm was 2 and is not given, --epochs was 1 and is not given, --schedule was "
            "cosine:period=0,growth=1,final=0 and is not given");
    refused("--schedule cosine --clip-norm 2 --epochs 1 --average ema:0.9", "--average was not given and is ema:0.9");
}

TEST_CASE("info tells what each layer of a trained model costs, and a row in all") {
    const program::Folder folder;
    trained("--epochs 1 --out run", folder);
    const Json model = Json::parse(program::run("info run/model.safetensors --json", folder.path()).out);
    const Json expected = Json::parse(R"([
        {"name": "dense1", "shape": [8], "parameters": 24, "multiply_adds": 16, "bytes": 32},
        {"name": "relu1", "shape": [8], "parameters": 0, "multiply_adds": 0, "bytes": 32},
        {"name": "dense2", "shape": [2], "parameters": 18, "multiply_adds": 16, "bytes": 8}])");
    CHECK(model["layers"] == expected);
    CHECK(model["per_row"] == Json({{"multiply_adds", 32}, {"bytes", 72}}));
    const std::string text = program::run("info run/checkpoint.safetensors", folder.path()).out;
    CHECK(text.find("one row        32 multiply-adds, 72 bytes of outputs\n") != std::string::npos);
    CHECK(text.find("\nlayers  shape  parameters  multiply-adds    output\n") != std::string::npos);
}

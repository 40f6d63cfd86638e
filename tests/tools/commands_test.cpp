// What each command says, word for word where it does not depend on the machine, and by its keys where it does.
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <regex>

#include <gradpath/attribution/registry.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/report/png.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
using program::fine;
using program::json_of;

/// Durations differ from run to run.
std::string timeless(const std::string& text) { return std::regex_replace(text, std::regex(R"(\d+\.\d+ s\b)"), "T s"); }

std::vector<std::string> keys(const Json& object) {
    std::vector<std::string> names;
    for (const auto& [key, value] : object.items()) names.push_back(key);
    return names;
}

/// Two networks, trained in a blink.
void train_small(const program::Folder& folder) {
    fine("train --model moons-mlp --set widths=2-8-2 --data moons --epochs 2 --out moons --quiet", folder.path());
    const auto images = random::uniform({40, 1, 12, 12}, 0, 1, {.seed = 1});
    io::write_npz(folder / "images.npz", std::vector<io::NamedTensor>{{"x", images}, {"y", zeros({40})}});
    models::save_model(folder / "net.safetensors", models::make("lenet5", {{"size", "12"}}, 1));
    io::write_npy(folder / "images.npy", slice(images, 0, 0, 3));
}

}  // namespace

TEST_CASE("a formula is explained as a table of its features") {
    const program::Folder folder;
    const auto outcome =
        fine("explain 'expr:2*x1-3*x2' --input 1,3 --baseline 0,1 --method integrated-gradients --steps 2 --dtype f64",
             folder.path());
    CHECK(timeless(outcome.out) ==
          "method  integrated-gradients of the logit, baseline 0,1\n"
          "model   expr:2*x1-3*x2\n"
          "input   1,3, 1 row of 2\n"
          "cost    4 forward and 2 backward rows, T s\n"
          "\n"
          "target          0\n"
          "f(input)        -7\n"
          "f(baseline)     -3\n"
          "delta           0\n"
          "relative delta  0\n"
          "steps           2\n"
          "\n"
          "feature  input  baseline  attribution\n"
          "x1           1         0            2\n"
          "x2           3         1           -6\n"
          "sum                                -4\n");
}

TEST_CASE("result.json has the keys of its schema, in their order") {
    const program::Folder folder;
    const Json d =
        json_of("explain expr:(x1+x2)^3 --input 1,3 --method integrated-gradients --dtype f64 --json", folder.path());
    CHECK(keys(d) == std::vector<std::string>{"schema",
                                              "version",
                                              "method",
                                              "options",
                                              "model",
                                              "input",
                                              "target",
                                              "output_stage",
                                              "baseline",
                                              "layer",
                                              "values",
                                              "sum",
                                              "f_input",
                                              "f_baseline",
                                              "delta",
                                              "relative_delta",
                                              "quadrature_error",
                                              "ncc_gap",
                                              "identities",
                                              "stderr",
                                              "steps",
                                              "rule",
                                              "tolerance",
                                              "tolerance_met",
                                              "samples",
                                              "evaluations",
                                              "seconds",
                                              "peak_bytes",
                                              "seed",
                                              "dtype",
                                              "isa",
                                              "threads",
                                              "notes"});
    CHECK(d["schema"] == "gradpath.result/1");
    CHECK(keys(d["model"]) == std::vector<std::string>{"file", "hash"});
    CHECK(d["values"]["shape"] == Json({1, 2}));
    CHECK(std::abs(d["values"]["data"][0][0].get<double>() - 16) < 1e-9);
    CHECK(std::abs(d["values"]["data"][0][1].get<double>() - 48) < 1e-9);
    CHECK(d["sum"].size() == 1);
    CHECK(d["tolerance_met"] == Json({true}));
    CHECK(d["tolerance"] == 1e-6);
    CHECK(d["rule"] == "gauss-kronrod");
    const Json noisy = json_of("explain expr:x1 --input 1 --method smooth-grad --samples 7 --json", folder.path());
    CHECK(noisy["samples"] == 7);
    CHECK(noisy["rule"].is_null());
    CHECK(noisy["tolerance"].is_null());
    CHECK(d["notes"].is_array());
    CHECK(program::listing(folder.path()).empty());
}

TEST_CASE("integrated gradients of every closed form come out of the command line") {
    const program::Folder folder;
    const Json product =
        json_of("explain expr:x1*x2*x3 --input 3,1,2 --baseline 1,2,0 --method integrated-gradients --dtype f64 --json",
                folder.path());
    const std::vector<double> exact{8.0 / 3, -7.0 / 3, 17.0 / 3};
    for (std::size_t i = 0; i < exact.size(); ++i)
        CHECK(std::abs(product["values"]["data"][0][i].get<double>() - exact[i]) < 1e-9);
    const Json left =
        json_of("explain expr:x1^2 --input 1 --method integrated-gradients --rule left --steps 4 --dtype f64 --json",
                folder.path());
    CHECK(left["values"]["data"][0][0] == 0.75);  // 2 (0 + 1/4 + 1/2 + 3/4) / 4
}

TEST_CASE("a tolerance that was asked for and not met ends with exit code 3, and the result is still there") {
    const program::Folder folder;
    const auto outcome = program::run(
        "explain expr:sin(40*x1) --input 3 --method integrated-gradients --tolerance 1e-9 --max-steps 30 --json",
        folder.path());
    CHECK(outcome.exit == 3);
    CHECK(outcome.err.ends_with("the tolerance was not met\n"));
    CHECK(Json::parse(outcome.out)["tolerance_met"] == Json({false}));
}

TEST_CASE("with --out an explanation writes its numbers, and for images a picture") {
    const program::Folder folder;
    train_small(folder);
    fine("explain net.safetensors --input images.npy --method integrated-gradients --steps 4 --out why --quiet",
         folder.path());
    const Json d = Json::parse(program::read(folder / "why/result.json"));
    CHECK(d["values"]["file"] == "attribution.npz");
    CHECK(d["values"]["shape"] == Json({3, 1, 12, 12}));
    CHECK_FALSE(d["values"].contains("data"));
    CHECK(d["delta"].size() == 3);
    const Tensor values = io::read_npz(folder / "why/attribution.npz", "values");
    CHECK(values.shape() == Shape{3, 1, 12, 12});
    CHECK(same_bits(io::read_npz(folder / "why/attribution.npz", "input"), io::read_npy(folder / "images.npy")));
    for (Index row = 0; row < 3; ++row) {
        const double total = sum(slice(values, 0, row, row + 1).to(DType::float64)).item();
        CHECK(std::abs(total - d["sum"][static_cast<std::size_t>(row)].get<double>()) < 1e-9);
    }
    CHECK(tools::read_png(folder / "why/heatmap.png").width > 300);
}

TEST_CASE("rows of a file can be picked, and all targets explained in one pass") {
    const program::Folder folder;
    train_small(folder);
    const Json all = json_of(
        "explain net.safetensors --input images.npy --index 2,0 --method gradient --target all --json", folder.path());
    CHECK(all["values"]["shape"] == Json({2, 10, 1, 12, 12}));
    CHECK(all["f_input"].size() == 2);
    CHECK(all["f_input"][0].size() == 10);
    const Json one = json_of("explain net.safetensors --input images.npy --index 2 --method gradient --target 4 --json",
                             folder.path());
    CHECK(one["f_input"][0] == all["f_input"][0][4]);
    CHECK(one["target"] == Json({4}));
    const Json labelled =
        json_of("explain moons/model.safetensors --input data:moons:test:5,6 --method gradient --target true --json",
                folder.path());
    CHECK(labelled["target"].size() == 2);
}

TEST_CASE("a picture file is read as the model's input") {
    const program::Folder folder;
    train_small(folder);
    tools::Picture picture{12, 12, 1, std::vector<std::uint8_t>(144)};
    std::iota(picture.pixels.begin(), picture.pixels.end(), std::uint8_t{0});
    tools::write_png(folder / "ramp.png", picture);
    fine("explain net.safetensors --input ramp.png --method input-x-gradient --out why --quiet", folder.path());
    const Tensor x = io::read_npz(folder / "why/attribution.npz", "input");
    CHECK(x.shape() == Shape{1, 1, 12, 12});
    CHECK(x.at(143) == doctest::Approx(143.0 / 255));
}

TEST_CASE("the memory budget changes no bit of an explanation") {
    const program::Folder folder;
    train_small(folder);
    const std::string line =
        "explain net.safetensors --input images.npy --method integrated-gradients --steps 64 --quiet ";
    fine(line + "--memory 1M --out small", folder.path());
    fine(line + "--memory 1G --threads 1 --out large", folder.path());
    CHECK(program::read(folder / "small/attribution.npz") == program::read(folder / "large/attribution.npz"));
}

TEST_CASE("eval counts every row once: accuracy is the diagonal of the confusion") {
    const program::Folder folder;
    train_small(folder);
    const Json d = json_of("eval moons/model.safetensors --data moons --json", folder.path());
    CHECK(d["schema"] == "gradpath.eval/1");
    CHECK(d["rows"] == 2500);
    int total = 0, right = 0;
    for (std::size_t i = 0; i < 2; ++i) {
        for (std::size_t j = 0; j < 2; ++j) total += d["confusion"][i][j].get<int>();
        right += d["confusion"][i][i].get<int>();
    }
    CHECK(total == 2500);
    CHECK(d["accuracy"].get<double>() == doctest::Approx(right / 2500.0));
    CHECK(d["per_class"].size() == 2);
    const Json trained =
        json_of("train --model moons-mlp --set widths=2-8-2 --data moons --epochs 2 --out moons --json --resume",
                folder.path());
    CHECK(trained["test"]["accuracy"] == d["accuracy"]);
    CHECK(trained["model"]["hash"] == d["model"]["hash"]);
    CHECK(trained["history"].size() == 2);
}

TEST_CASE("eval writes the outputs for the rows of a file") {
    const program::Folder folder;
    io::write_npy(folder / "rows.npy", Tensor({2, 2}, {1, 2, 3, 4}));
    fine("eval expr:x1*x2,x1+x2 --input rows.npy --out answers --quiet", folder.path());
    CHECK(same_bits(io::read_npz(folder / "answers/output.npz", "output"), Tensor({2, 2}, {2, 3, 12, 7})));
    CHECK(fine("eval expr:x1*x2,x1+x2 --input rows.npy", folder.path()).out ==
          "row  f1  f2\n0     2   3\n1    12   7\n");
}

TEST_CASE("methods lists the registry, as text and as JSON") {
    const program::Folder folder;
    const Json d = json_of("methods --json", folder.path());
    const std::string text = fine("methods", folder.path()).out;
    CHECK(d["schema"] == "gradpath.methods/1");
    REQUIRE(d["methods"].size() == attribution::methods().size());
    for (std::size_t i = 0; i < d["methods"].size(); ++i) {
        const std::string name = attribution::methods()[i].name;
        CHECK(d["methods"][i]["name"] == name);
        CHECK(text.find(name + "  (") != std::string::npos);
    }
}

TEST_CASE("gradcheck and selftest pass on this machine and count what they did") {
    const program::Folder folder;
    for (const std::string command : {"gradcheck", "selftest"}) {
        const Json d = json_of(command + " --json --quiet", folder.path());
        CHECK(d["schema"] == "gradpath." + command + "/1");
        CHECK(d["failed"] == 0);
        CHECK(d["passed"].get<std::size_t>() + d["out_of_scope"].get<std::size_t>() == d["cases"].size());
        CHECK(d["passed"].get<int>() > 30);
    }
    CHECK(json_of("selftest --suite coalitions --json", folder.path())["passed"].get<int>() > 40);
    CHECK(json_of("selftest --suite inside --json", folder.path())["passed"].get<int>() == 28);
    const Json analytic = json_of("selftest --suite analytic --json", folder.path());
    for (const Json& row : analytic["cases"]) CHECK(row["figure"].get<double>() <= 1e-9);
}

TEST_CASE("info tells the build, and what every kind of file holds") {
    const program::Folder folder;
    train_small(folder);
    CHECK(json_of("info --threads 2 --json", folder.path())["threads"] == 2);
    const Json model = json_of("info net.safetensors --json", folder.path());
    CHECK(model["kind"] == "model");
    CHECK(model["layers"][0]["name"] == "conv1");
    CHECK(model["layers"][0]["shape"] == Json({6, 12, 12}));
    const Json checkpoint = json_of("info moons/checkpoint.safetensors --json", folder.path());
    CHECK(checkpoint["kind"] == "checkpoint");
    CHECK(checkpoint["training"]["epoch"] == 2);
    CHECK(json_of("info images.npy --json", folder.path())["tensors"][0]["shape"] == Json({3, 1, 12, 12}));
    CHECK(json_of("info images.npz --json", folder.path())["tensors"].size() == 2);
}

TEST_CASE("every command shows its help, examples first") {
    const program::Folder folder;
    for (const std::string command :
         {"train", "eval", "explain", "methods", "gradcheck", "selftest", "bench", "info"}) {
        const std::string help = fine(command + " --help", folder.path()).out;
        CHECK(help.find("\nExamples:\n  gradpath " + command) < help.find("\nUsage: gradpath " + command));
        for (const char* option : {"--seed", "--threads", "--dtype", "--memory", "--out", "--json", "--quiet"})
            CHECK_MESSAGE(help.find(option) != std::string::npos, command, " ", option);
    }
    CHECK(fine("--version", folder.path()).out.starts_with("gradpath "));
    CHECK(program::run("", folder.path()).exit == 2);
}

TEST_CASE("--quiet leaves stderr empty, and stdout is data alone") {
    const program::Folder folder;
    const auto outcome =
        fine("train --model mlp --set widths=2-4-2 --data moons --epochs 1 --out run --json --quiet", folder.path());
    CHECK(outcome.err.empty());
    CHECK(Json::parse(outcome.out)["schema"] == "gradpath.train/1");
}

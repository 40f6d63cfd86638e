// What explain makes of the model's dtype, of rows picked from files, and of a folder that holds an older result.
#include <doctest/doctest.h>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/saved.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
using program::fine;
using program::json_of;

}  // namespace

TEST_CASE("a model runs in the dtype it was trained in, unless another is asked for") {
    const program::Folder folder;
    const nn::Init init{.seed = 1, .dtype = DType::float64};
    models::save_model(folder / "net.safetensors", models::make("mlp", {{"widths", "2-4-2"}}, init));
    const std::string line = "explain net.safetensors --input 0.1,0.2 --method gradient --json";
    CHECK(json_of(line, folder)["dtype"] == "float64");
    CHECK(json_of(line + " --dtype f32", folder)["dtype"] == "float32");
    CHECK(json_of("explain expr:x1 --input 1 --method gradient --json", folder)["dtype"] == "float32");
    fine("eval net.safetensors --input 0.1,0.2 --out answers", folder);
    CHECK(io::read_npz(folder / "answers/output.npz", "output").dtype() == DType::float64);
}

TEST_CASE("with all targets the arrays are [rows, targets], and target is read back as integers") {
    const program::Folder folder;
    io::write_npy(folder / "rows.npy", Tensor({3, 2}, {1, 2, 4, 3, 5, 6}));
    const std::string line = "explain expr:x1*x2,x1-x2,x2^2 --input rows.npy --method integrated-gradients --quiet ";
    fine(line + "--target all --out all", folder);
    for (const char* name : {"f_input", "f_baseline", "delta", "relative_delta", "quadrature_error"})
        CHECK(io::read_npz(folder / "all/attribution.npz", name).shape() == Shape{3, 3});
    CHECK(io::read_npz(folder / "all/attribution.npz", "f_input").at(4) == 1);  // 4 - 3
    fine(line + "--target 1,0,2 --out some", folder);
    const Json d = json_of(line + "--target some/attribution.npz --json", folder);
    CHECK(d["target"] == Json({1, 0, 2}));
}

TEST_CASE("--index picks of targets and baselines that a file has for every row, and names the rows picked") {
    const program::Folder folder;
    io::write_npy(folder / "rows.npy", Tensor({4, 2}, {1, 2, 3, 4, 5, 6, 7, 8}));
    io::write_npy(folder / "ends.npy", Tensor({4, 2}, {0, 0, 1, 1, 2, 2, 3, 3}));
    io::write_npy(folder / "targets.npy", Indices{0, 1, 0, 1});
    const std::string line =
        "explain expr:x1,x2 --input rows.npy --index 3,2 --method integrated-gradients --target targets.npy "
        "--baseline ends.npy ";
    const Json d = json_of(line + "--json", folder);
    CHECK(d["target"] == Json({1, 0}));
    CHECK(d["baseline"] == "ends.npy");
    CHECK(d["values"]["data"] == Json::parse("[[0.0, 5.0], [3.0, 0.0]]"));
    const std::string words = fine(line, folder).out;
    CHECK(words.find("\nrow 3\n") < words.find("\nrow 2\n"));
    CHECK(words.find("\nrow 2\n") != std::string::npos);
    CHECK(words.find("row 0") == std::string::npos);
}

TEST_CASE("a formula is as wide as the rows of an npz or a data set, and blanks between numbers are free") {
    const program::Folder folder;
    io::write_npz(folder / "rows.npz", std::vector<io::NamedTensor>{{"x", ones({2, 3})}});
    const std::string line = "explain expr:x1^2 --method gradient --json --input ";
    CHECK(json_of(line + "rows.npz", folder)["values"]["shape"] == Json({2, 3}));
    CHECK(json_of(line + "data:moons:test:0", folder)["values"]["shape"] == Json({1, 2}));
    CHECK(json_of(line + "'3, 1'", folder)["values"]["data"] == Json::parse("[[6.0, 0.0]]"));
}

TEST_CASE("what a folder holds is of one explanation") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("lenet5", {{"size", "12"}}, 1));
    io::write_npy(folder / "image.npy", ones({1, 12, 12}));
    fine("explain net.safetensors --input image.npy --method gradient --out why --quiet", folder);
    CHECK(std::filesystem::exists(folder / "why/heatmap.png"));
    fine("explain expr:x1 --input 1 --method gradient --out why --quiet", folder);
    CHECK_FALSE(std::filesystem::exists(folder / "why/heatmap.png"));
    CHECK(std::filesystem::exists(folder / "why/result.json"));
}

TEST_CASE("info says none where nothing is normalised, and gives every setting a line") {
    const program::Folder folder;
    fine("train --model mlp --set widths=2-4-2 --data moons --epochs 1 --out run --quiet", folder);
    const std::string words = fine("info run/checkpoint.safetensors", folder).out;
    CHECK(words.find("\nnormalisation  none\n") != std::string::npos);
    CHECK(words.find("\nbatch         64\n") != std::string::npos);
    CHECK(words.find("\ndata          moons\n") != std::string::npos);
}

TEST_CASE("a formula has as many inputs as the input has numbers; the rest are dummies") {
    const program::Folder folder;
    const Json d = json_of("explain expr:x1^2 --input 3,7 --method gradient --json", folder);
    CHECK(d["values"]["data"] == Json::parse("[[6.0, 0.0]]"));
}

TEST_CASE("a negative number may follow an option") {
    const program::Folder folder;
    CHECK(json_of("explain expr:x1^3 --input -2 --method gradient --json", folder)["values"]["data"][0][0] == 12);
}

TEST_CASE("groups are text or a file, and their shares stand in the result") {
    const program::Folder folder;
    io::write_npy(folder / "players.npy", Indices{0, 0, 1});
    const std::vector<io::NamedIndices> named{{"groups", Indices{0, 0, 1}}};
    io::write_npz(folder / "players.npz", std::vector<io::NamedTensor>{}, named);
    const std::string line = "explain 'expr:x1*x2+x3' --input 2,3,5 --method shapley --dtype f64 --json --groups ";
    for (const char* groups : {"0,0,1", "players.npy", "players.npz"}) {
        const Json d = json_of(line + groups, folder);
        CHECK(d["players"]["data"] == Json({{6.0, 5.0}}));
        CHECK(d["values"]["data"] == Json({{3.0, 3.0, 5.0}}));
        CHECK(d["options"]["groups"] == groups);
    }
    io::write_npy(folder / "none.npy", Indices({0}, std::vector<Index>{}));
    CHECK(program::run(line + "none.npy", folder.path()).err.find("explain: --groups: none.npy holds no numbers") !=
          std::string::npos);
    fine("explain 'expr:x1*x2*x3' --input 1,1,1 --method harsanyi --dtype f64 --out why", folder);
    CHECK(io::read_npz(folder / "why/attribution.npz", "dividends").shape() == Shape{1, 8});
}

TEST_CASE("a number that is infinite in the model's dtype is refused wherever it stands") {
    const program::Folder folder;
    io::write_npy(folder / "far.npy", Tensor({1, 2}, {0.5, 1e300}, DType::float64));
    const auto refused = [&](const std::string& words, int exit, const std::string& message) {
        const std::string line = "explain expr:x1*x2 --method integrated-gradients " + words;
        const program::Outcome o = program::run(line, folder.path());
        CHECK(o.exit == exit);
        CHECK(o.err == "gradpath: explain: " + message + "\n");
        CHECK(program::run(line + " --dtype f64", folder.path()).exit == 0);
    };
    refused("--input 0.5,1e39", 2, "--input: a number must fit float32: 1e+39 of 0.5,1e39");
    refused("--input far.npy", 4, "--input: a number must fit float32: 1e+300 of far.npy");
    refused("--input 1,2 --baseline 0,1e39", 2, "--baseline: a number must fit float32: 1e+39 of 0,1e39");
    for (const std::string baseline : {"constant:1e39", "uniform:0,1e39,4", "gaussian:1e39,4", "farthest:0,1e39",
                                       "black+white:0,1e39", "coalition:1e39,4"})
        refused("--input 1,2 --baseline " + baseline, 2, "--baseline: a number must fit float32: 1e+39 of " + baseline);
}

TEST_CASE("a target that is none is told what there is, the nearest first") {
    const program::Folder folder;
    models::Model model = models::make("moons-mlp", {}, {.seed = 1});
    model.class_names = {"upper", "lower"};
    models::save_model(folder / "net.safetensors", model);
    const auto error = [&](const std::string& target) {
        const program::Outcome o =
            program::run("explain net.safetensors --input 1,2 --method gradient --target " + target, folder.path());
        CHECK(o.exit == 2);
        return o.err;
    };
    const std::string there =
        "gradpath: explain: --target: it takes predicted, all, true, an index, one index per row such as 3,1,4, or a "
        "class "
        "(upper, lower): got ";
    CHECK(error("blah") == there + "\"blah\"\n");
    CHECK(error("Lower") == there + "\"Lower\"; did you mean \"lower\"?\n");
    fine("explain net.safetensors --input 1,2 --method gradient --target lower", folder);
}

TEST_CASE("all layers are explained under one baseline") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("moons-mlp", {}, {.seed = 1}));
    const program::Outcome o = program::run(
        "explain net.safetensors --input 1,2 --method conductance --layer all --baseline all", folder.path());
    CHECK(o.exit == 2);
    CHECK(o.err == "gradpath: explain: --layer all takes one baseline: name one instead of all\n");
}

TEST_CASE("a tolerance that is missed is noted, and ends in exit code 3 where it was asked for") {
    const program::Folder folder;
    const std::string jump =
        "explain 'expr:sigmoid(1e6*(x1-0.5123))' --input 1 --method integrated-gradients --dtype f64";
    const std::string note =
        "note: tolerance 1e-06 was missed in row 0 by all passes of gauss-kronrod: F jumps, or its slope is too sharp "
        "for any node; exact sees every bend of a piecewise-linear model\n";
    CHECK(fine(jump, folder).err == note);
    const program::Outcome asked = program::run(jump + " --tolerance 1e-6", folder.path());
    CHECK(asked.exit == 3);
    CHECK(asked.err == note + "the tolerance was not met\n");
    CHECK(fine(jump + " --rule midpoint --steps 30000 --tolerance 1e-2 --max-steps 2000000", folder).err.empty());
}

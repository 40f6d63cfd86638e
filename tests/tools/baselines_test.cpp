// explain --baseline: all kinds side by side, and the pools and ranges that one may name.
#include <doctest/doctest.h>

#include <set>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/report/png.hpp>

#include "program.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;

Json json_of(const std::string& line, const program::Folder& folder) {
    const program::Outcome outcome = program::run(line + " --json", folder.path());
    CHECK_MESSAGE(outcome.exit == 0, line, ": ", outcome.err);
    return Json::parse(outcome.out);
}

const std::string line = "explain expr:(x1+x2)^3+x3 --input 1,3,2 --method integrated-gradients --dtype f64 ";

}  // namespace

TEST_CASE("--baseline all explains under each kind, and says how far they agree") {
    const program::Folder folder;
    const Json d = json_of(line + "--baseline all", folder);
    CHECK(d["schema"] == "gradpath.baselines/1");
    CHECK(d["method"] == "integrated-gradients");
    CHECK(d["f_input"] == Json({66.0}));
    std::vector<std::string> names;
    for (const Json& one : d["baselines"]) {
        names.push_back(one["baseline"]);
        CHECK(one["relative_delta"][0].get<double>() <= 1e-6);
    }
    CHECK(names == std::vector<std::string>{"zero", "constant:1", "mean", "blur:10", "farthest:0,1", "black+white:0,1",
                                            "uniform:0,1,8", "gaussian:1,8", "coalition:0,8"});
    CHECK(d["baselines"][1]["f_baseline"] == Json({9.0}));
    CHECK(d["baselines"][5]["f_baseline"] == Json({4.5}));
    CHECK(d["left_out"].get<std::string>().starts_with("training samples (samples:FILE), learned ones"));
    REQUIRE(d["agreement"].size() == 9);
    for (std::size_t a = 0; a < 9; ++a) {
        CHECK(d["agreement"][a][a] == 1.0);
        for (std::size_t b = 0; b < 9; ++b) CHECK(d["agreement"][a][b] == d["agreement"][b][a]);
    }
}

TEST_CASE("with --out the answers under all baselines are files, for images a picture, too") {
    const program::Folder folder;
    CHECK(program::run(line + "--baseline all --out all", folder.path()).exit == 0);
    CHECK(io::read_npz(folder / "all/attribution.npz", "values").shape() == Shape{9, 1, 3});
    CHECK(std::filesystem::exists(folder / "all/baselines.json"));
    CHECK_FALSE(std::filesystem::exists(folder / "all/heatmap.png"));
    models::save_model(folder / "net.safetensors", models::make("lenet-small", {}, {.seed = 1}));
    io::write_npy(folder / "image.npy", random::uniform({1, 1, 28, 28}, 0, 1, {.seed = 2}));
    CHECK(program::run("explain net.safetensors --input image.npy --method integrated-gradients --steps 1 "
                       "--baseline all --out all",
                       folder.path())
              .exit == 0);
    const tools::Picture picture = tools::read_png(folder / "all/heatmap.png");
    CHECK(picture.width > 9 * picture.height / 2);  // ten panels in a row
    const std::string targets =
        "explain net.safetensors --input image.npy --method integrated-gradients --steps 1 "
        "--baseline all --out targets --target ";
    CHECK(program::run(targets + "0", folder.path()).exit == 0);
    const std::string first = program::read(folder / "targets/heatmap.png");
    CHECK(program::run(targets + "all", folder.path()).exit == 0);
    CHECK(program::read(folder / "targets/heatmap.png") == first);
}

TEST_CASE("a folder holds the files of one run, whichever kind of run was there before") {
    const program::Folder folder;
    models::save_model(folder / "net.safetensors", models::make("moons-mlp", {}, {.seed = 1}));
    const std::string words = "explain net.safetensors --input 1,2 --method ";
    const std::vector<std::string> runs{words + "integrated-gradients --steps 2",
                                        words + "integrated-gradients --steps 2 --baseline all",
                                        words + "conductance --steps 2 --layer all"};
    const auto names_after = [&](const std::string& run, const std::string& out) {
        CHECK(program::run(run + " --out " + out, folder.path()).exit == 0);
        std::set<std::string> names;
        for (const auto& file : std::filesystem::directory_iterator(folder / out)) names.insert(file.path().filename());
        return names;
    };
    for (std::size_t k = 0; k < runs.size(); ++k) {
        const std::set<std::string> alone = names_after(runs[k], std::to_string(k));
        for (const std::string& before : runs) {
            names_after(before, "shared");
            CHECK_MESSAGE(names_after(runs[k], "shared") == alone, before, ", then ", runs[k]);
        }
    }
}

TEST_CASE("a pool of samples, the farther end, and both ends are baselines by name") {
    const program::Folder folder;
    io::write_npy(folder / "pool.npy", Tensor({2, 3}, {0, 0, 0, 1, 1, 0}));
    const Json pool = json_of(line + "--baseline samples:pool.npy", folder);
    CHECK(pool["baseline"] == "samples:pool.npy");
    CHECK(pool["samples"] == 2);
    CHECK(pool["f_baseline"] == Json({4.0}));  // the mean of 0 and 8
    CHECK(json_of(line + "--baseline black+white:0,2", folder)["f_baseline"] == Json({33.0}));
    CHECK(json_of(line + "--baseline farthest:-1,2", folder)["f_baseline"] == Json({-9.0}));  // -1 everywhere
}

TEST_CASE("a learned baseline is the one that leaves a product a single pattern, and stays in the range of its data") {
    const program::Folder folder;
    io::write_npy(folder / "rows.npy", random::bernoulli({40, 4}, 0.5, {.seed = 2}));
    const std::string product = "explain expr:x1*x2*x3*x4 --input 1,1,1,1 --method integrated-gradients --json ";
    const Json d = json_of(product + "--baseline learned:rows.npy", folder);
    CHECK(d["baseline"] == "learned:rows.npy");
    CHECK(d["f_baseline"][0].get<double>() <= 1e-3);
    CHECK(d["f_baseline"][0].get<double>() >= 0);
    const program::Outcome missing = program::run(product + "--baseline learned:none.npy", folder.path());
    CHECK(missing.exit == 4);
    CHECK(missing.err.find("none.npy") != std::string::npos);
}

TEST_CASE("a method without a baseline cannot run under all of them") {
    const program::Folder folder;
    const program::Outcome outcome =
        program::run("explain expr:x1 --input 1 --method gradient --baseline all", folder.path());
    CHECK(outcome.exit == 2);
    CHECK(outcome.err == "gradpath: explain: gradient takes no --baseline\n");
}

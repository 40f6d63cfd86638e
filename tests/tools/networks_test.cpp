// Networks with running values, and one without classes, through the whole program: trained, killed, resumed, evaluated
// and explained by command.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <thread>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/saved.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;
using program::fine;
using program::json_of;

/// Fifty images whose brighter half tells their class.
void write_images(const program::Folder& folder) {
    const Tensor noise = random::uniform({50, 1, 8, 8}, 0, 0.5, {.seed = 1});
    std::vector<double> bright(50 * 64);
    std::vector<Index> labels;
    for (std::size_t row = 0; row < 50; ++row) {
        labels.push_back(row % 2 == 0 ? 0 : 1);
        std::fill_n(bright.begin() + static_cast<std::ptrdiff_t>(row * 64 + row % 2 * 32), 32, 0.5);
    }
    const Tensor x = noise + Tensor({50, 1, 8, 8}, bright).to(DType::float32);
    io::write_npz(folder / "images.npz", std::vector<io::NamedTensor>{{"x", x}},
                  std::vector<io::NamedIndices>{{"y", Indices({50}, labels)}});
}

}  // namespace

TEST_CASE("a residual network killed at random moments and resumed each time ends in the same bytes") {
    const program::Folder folder;
    const std::string line =
        "train --model residual-cnn --set width=2 --data shapes --epochs 2 --batch 250 --seed 3 --quiet --json --out ";
    const auto start = std::chrono::steady_clock::now();
    fine(line + "whole", folder);
    const std::chrono::duration<double> whole = std::chrono::steady_clock::now() - start;
    int killed = 0;
    for (std::uint64_t k = 0; k < 4; ++k) {
        const pid_t process = program::start(program::words_of(line + "parts --resume"), folder.path());
        std::this_thread::sleep_for(whole * (0.6 * random::uniform_at(2, 0, k)));
        kill(process, SIGKILL);
        killed += program::finish(process) == 128 + SIGKILL ? 1 : 0;
    }
    CHECK(killed > 0);
    fine(line + "parts --resume", folder);
    for (const char* file : {"model.safetensors", "history.csv", "checkpoint.safetensors"}) {
        CAPTURE(file);
        CHECK(program::read(folder / ("whole/" + std::string(file))) ==
              program::read(folder / ("parts/" + std::string(file))));
    }
}

TEST_CASE("networks with batch normalisation learn by command, and are explained with their running values") {
    const program::Folder folder;
    write_images(folder);
    for (const std::string model : {"residual-cnn", "depthwise-cnn"}) {
        CAPTURE(model);
        const Json run = json_of(
            "train --model " + model +
                " --set width=4 --data images.npz --epochs 25 --batch 8 --rate 0.01 --seed 1 --json --quiet --out " +
                model,
            folder);
        CHECK(run["test"]["accuracy"] == 1.0);
        const std::string file = model + "/model.safetensors";
        const Json info = json_of("info " + file + " --json", folder);
        std::vector<std::string> names;
        for (const Json& tensor : info["tensors"]) names.push_back(tensor["name"]);
        CHECK(std::ranges::find(names, "stem.norm.running_variance") != names.end());
        const Json why = json_of("explain " + file +
                                     " --input data:images.npz:test:0,1 --method integrated-gradients --dtype f64 "
                                     "--tolerance 1e-3 --json",
                                 folder);
        CHECK(why["dtype"] == "float64");
        CHECK(why["tolerance_met"] == Json::array({true, true}));
        fine("info " + file, folder);
    }
}

TEST_CASE("an autoencoder is trained, evaluated without an accuracy, run and explained") {
    const program::Folder folder;
    write_images(folder);
    const std::string settings =
        " --model autoencoder --set widths=64-16-4 --data images.npz --epochs 30 --batch 8 --seed 1 --quiet ";
    const Json run = json_of("train --validation 0.2 --json --out run" + settings, folder);
    CHECK(run["history"][29]["loss"] < 0.5 * run["history"][0]["loss"].get<double>());
    CHECK(run["history"][29]["accuracy"].is_null());
    CHECK(run["history"][29]["validation_loss"] > 0);
    CHECK(run["test"]["accuracy"].is_null());
    CHECK(program::read(folder / "run/history.csv")
              .starts_with("epoch,loss,accuracy,validation_loss,validation_accuracy\n1,"));
    const Json seen = json_of("eval run/model.safetensors --data images.npz --json", folder);
    CHECK(seen["loss"] == run["test"]["loss"]);
    CHECK(seen["accuracy"].is_null());
    CHECK(seen["confusion"].empty());
    CHECK(fine("eval run/model.safetensors --data images.npz", folder).out.ends_with("\naccuracy  -\n"));
    const Json answers = json_of("eval run/model.safetensors --input data:images.npz:test:0 --json", folder);
    CHECK(answers["output"][0].size() == 64);
    const Json why = json_of(
        "explain run/model.safetensors --input data:images.npz:test:0 --target 5 --method gradient --json", folder);
    CHECK(why["target"] == Json::array({5}));
    const program::Outcome again = fine("train --validation 0.2 --resume --out run" + settings, folder);
    CHECK(again.out.find("accuracy -") != std::string::npos);
}

TEST_CASE("the help of train names every architecture") {
    const program::Folder folder;
    const std::string help = fine("train --help", folder).out;
    for (const std::string& name : models::architectures()) CHECK_MESSAGE(help.find(name) != std::string::npos, name);
}

// A network of one's own in a file: its tensors, and a run that goes on from its state.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/two_moons.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/models/saved_net.hpp>
#include <gradpath/nn/nn.hpp>

#include "scratch.hpp"

using namespace gradpath;
using namespace gradpath::models;

namespace {

/// A struct of one's own with children of every kind: parameters, buffers, a draw in training.
struct Net {
    nn::Sequential body;
    Tensor factor = ones({2});

    explicit Net(std::uint64_t seed)
        : body(nn::Linear(2, 8, {.init = {.seed = seed}}), nn::BatchNorm1d(8), nn::relu, nn::Dropout(0.2),
               nn::Linear(8, 2, {.init = {.seed = seed, .stream = 1}})) {}
    Tensor operator()(const Tensor& x) const { return nn::named("body", body, x) * factor; }
    static void visit(auto& self, auto&& f) { f("body", self.body), f("factor", self.factor); }
};

bool same_tensors(const auto& a, const auto& b) {
    const std::vector<nn::Parameter> left = nn::tensors(a), right = nn::tensors(b);
    return std::ranges::equal(left, right, [](const nn::Parameter& x, const nn::Parameter& y) {
        return x.name == y.name && same_bits(x.value, y.value);
    });
}

nn::Examples examples() {
    const DataSet data = two_moons({.rows = 60, .seed = 3});
    return {data.x, data.labels};
}

nn::Fit recipe() {
    return {.epochs = 3,
            .batch = 16,
            .optimizer = nn::RmsProp{.rate = 1e-2, .momentum = 0.9},
            .seed = 7,
            .schedule = {.shape = nn::OneCycle{}, .warmup = 2},
            .average = nn::TailAverage{2},
            .patience = 3};
}

/// What reading says of a file, without the name of the file.
std::string refusal(auto&& read) {
    try {
        read();
    } catch (const IoError& error) {
        const std::string message = error.what();
        return message.substr(0, message.rfind(" ("));
    }
    return "loaded";
}

}  // namespace

TEST_CASE("the tensors of a network of one's own come back to the bit, running values included") {
    const Scratch folder;
    Net net(1), other(2);
    nn::fit(net, examples(), {.epochs = 1, .batch = 16});
    CHECK_FALSE(same_tensors(net, other));
    save_tensors(folder / "net", net);
    load_tensors(folder / "net", other);
    CHECK(same_tensors(net, other));
    CHECK(same_bits(net(examples().x), other(examples().x)));
    save_tensors(folder / "again", other);
    CHECK(io::read_file(folder / "net") == io::read_file(folder / "again"));
}

TEST_CASE("a file of other tensors is refused by name, and the network stays as it is") {
    const Scratch folder;
    const Net before(1);
    Net net(1);
    const auto told = [&](const auto& written) {
        save_tensors(folder / "bad", written);
        const std::string message = refusal([&] { load_tensors(folder / "bad", net); });
        CHECK(same_tensors(net, before));
        return message;
    };
    Net other(2);
    CHECK(told(other.body) == "load: a tensor is missing: \"body.0.weight\" of the shape (8, 2)");
    other.factor = ones({3});
    CHECK(told(other) == "load: tensor \"factor\" has shape (3,), the model expects (2,)");
    other.factor = ones({2}, DType::float64);
    CHECK(told(other) == "load: tensor \"factor\" is float64, the model expects float32");
    other.factor = ones({2});
    other.body.layers.emplace_back(nn::Linear(2, 2));
    CHECK(told(other) == "load: the model has no tensor \"body.5.bias\"");
}

TEST_CASE("a run of a network of one's own goes on from its file to the same bytes, wherever it was cut") {
    const Scratch folder;
    Net whole(5);
    const nn::TrainState end = nn::fit(whole, examples(), recipe());
    save_state(folder / "whole", whole, end);
    for (Index cut = 1; cut <= end.steps; ++cut) {
        CAPTURE(cut);
        Net first(5), second(9);
        nn::Fit until = recipe();
        until.on_progress = [&](const nn::Progress& p) {
            if (p.state.steps < cut) return nn::Next::go_on;
            save_state(folder / "cut", first, p.state);
            return nn::Next::stop;
        };
        nn::fit(first, examples(), until);
        const nn::TrainState kept = load_state(folder / "cut", second);
        CHECK(kept.steps == cut);
        CHECK(same_tensors(second, Net(9)));
        const nn::TrainState resumed = nn::fit(second, examples(), recipe(), kept);
        save_state(folder / "resumed", second, resumed);
        CHECK(io::read_file(folder / "resumed") == io::read_file(folder / "whole"));
        CHECK(same_tensors(second, whole));
    }
    nn::Fit longer = recipe();
    longer.epochs = 4;
    CHECK_THROWS_WITH_AS(nn::fit(whole, examples(), longer, load_state(folder / "cut", whole)),
                         "fit: the state to go on from belongs to another run: its number of epochs that rates or the "
                         "average are planned for is 3, here it is 4; ask for the same or begin anew",
                         ValueError);
}

TEST_CASE("the tensors in a file of a state are those of its last step") {
    const Scratch folder;
    Net net(1), other(2);
    nn::Fit plain{.epochs = 1, .batch = 16};
    save_state(folder / "s", net, nn::fit(net, examples(), plain));
    load_tensors(folder / "s", other);
    CHECK(same_tensors(net, other));
}

TEST_CASE("the state of a model that make() built can be read for it, too, but not the other way round") {
    const Scratch folder;
    Model model = make("moons-mlp", {}, 5);
    const nn::TrainState state = nn::fit(model, examples(), {.epochs = 1});
    save_checkpoint(folder / "c", {model, state});
    CHECK(load_state(folder / "c", model).steps == state.steps);
    save_state(folder / "s", model, state);
    CHECK(refusal([&] { load_checkpoint(folder / "s"); }) ==
          "load: the metadata must have the key \"gradpath\": this file is not a model of gradpath");
}

TEST_CASE("a state of another network is neither written nor read") {
    const Scratch folder;
    Net net(1);
    CHECK_THROWS_WITH_AS(save_state(folder / "s", net, {}),
                         "save_state: the state must be the model's: it has 0 parameters, the model 7", ValueError);
    CHECK_FALSE(std::filesystem::exists(folder / "s"));
    save_tensors(folder / "t", net);
    CHECK(refusal([&] { load_state(folder / "t", net); }) ==
          "load: the metadata must have the key \"gradpath.training\": this file is not a training checkpoint of "
          "gradpath");
    save_state(folder / "s", net, nn::fit(net, examples(), {.epochs = 1}));
    CHECK(refusal([&] { load_state(folder / "s", net.body); }) ==
          "load: a tensor is missing: \"0.weight\" of the shape (8, 2)");
    io::SafeTensors torn = io::read_safetensors(folder / "s");
    std::erase_if(torn.tensors, [](const io::NamedTensor& t) { return t.name == "body.1.running_mean"; });
    io::write_safetensors(folder / "torn", torn);
    CHECK(refusal([&] { load_state(folder / "torn", net); }) ==
          "load: a tensor is missing: \"body.1.running_mean\" of the shape (8,)");
}

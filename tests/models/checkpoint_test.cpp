#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>
#include <gradpath/models/data/shapes.hpp>
#include <gradpath/models/data/two_moons.hpp>
#include <gradpath/models/saved.hpp>

#include "scratch.hpp"

using namespace gradpath;
using namespace gradpath::models;

namespace {

constexpr Index batches = 4;

nn::Examples examples() {
    const DataSet data = two_moons({.rows = 60, .seed = 3});
    return {data.x, data.labels};
}

nn::Fit options(const nn::Optimizer& optimizer) {
    return {.epochs = 3, .batch = 16, .optimizer = optimizer, .seed = 18446744073709551557u};
}

/// Stops after `cut` steps, saving the state at that moment as a checkpoint.
nn::Fit stopping(nn::Fit fit, const Model& model, Index cut, const std::filesystem::path& path) {
    fit.on_progress = [&model, cut, path](const nn::Progress& p) {
        if (p.state.steps < cut) return nn::Next::go_on;
        save_checkpoint(path, {model, p.state, {{"data", "moons"}}});
        return nn::Next::stop;
    };
    return fit;
}

std::string refusal(const std::filesystem::path& path) {
    try {
        (void)load_checkpoint(path);
    } catch (const IoError& error) {
        const std::string message = error.what();
        return message.substr(0, message.rfind(" ("));
    }
    return "loaded";
}

}  // namespace

TEST_CASE("a run that goes on from its checkpoint file ends in the same file as one that was never cut") {
    const nn::Optimizer optimizers[] = {nn::Adam{.rate = 1e-2}, nn::Sgd{.rate = 0.1},
                                        nn::Sgd{.rate = 0.1, .momentum = 0.9}, nn::RmsProp{.rate = 1e-2},
                                        nn::RmsProp{.rate = 1e-3, .momentum = 0.9, .centered = true}};
    for (const nn::Optimizer& optimizer : optimizers) {
        const Scratch folder;
        Model whole = make("moons-mlp", {}, 5);
        const nn::TrainState end = nn::fit(whole, examples(), options(optimizer));
        save_checkpoint(folder / "whole", {whole, end, {{"data", "moons"}}});
        for (const Index cut : {Index{1}, Index{3}, batches, batches + 1, 2 * batches, 3 * batches - 1, 3 * batches}) {
            CAPTURE(cut);
            Model first = make("moons-mlp", {}, 5);
            nn::fit(first, examples(), stopping(options(optimizer), first, cut, folder / "cut"));
            Checkpoint kept = load_checkpoint(folder / "cut");
            CHECK(kept.state.steps == cut);
            CHECK(kept.state.seed == 18446744073709551557u);
            CHECK(kept.run == Settings{{"data", "moons"}});
            const nn::TrainState resumed = nn::fit(kept.model, examples(), options(optimizer), kept.state);
            save_checkpoint(folder / "resumed", {kept.model, resumed, kept.run});
            CHECK(io::read_file(folder / "resumed") == io::read_file(folder / "whole"));
        }
    }
}

TEST_CASE("the largest batch and the longest plan that fit takes are read back") {
    const Scratch folder;
    nn::Fit fit = options(nn::Adam{});
    fit.batch = fit.epochs = nn::most_counted;
    fit.schedule = {.shape = nn::OneCycle{}};
    Model model = make("moons-mlp", {}, 5);
    nn::fit(model, examples(), stopping(fit, model, 1, folder / "cut"));
    const nn::TrainState state = load_checkpoint(folder / "cut").state;
    CHECK(state.epoch == 1);
    CHECK(state.batch_rows == nn::most_counted);
    CHECK(state.planned_epochs == nn::most_counted);
}

TEST_CASE("averages and the best epoch's weights are in the checkpoint, and a run goes on from it to the same file") {
    const Scratch folder;
    nn::Fit fit = options(nn::Adam{.rate = 1e-2});
    fit.schedule = {.shape = nn::OneCycle{}, .warmup = 2};
    fit.average = nn::MovingAverage{0.9};
    fit.augment = {.noise = 0.05};
    fit.patience = 2;
    Model whole = make("moons-mlp", {}, 5);
    const nn::TrainState end = nn::fit(whole, examples(), fit);
    save_checkpoint(folder / "whole", {whole, end});
    const Checkpoint read = load_checkpoint(folder / "whole");
    CHECK(read.state.average.size() == 6);
    CHECK(read.state.best.size() == 6);
    for (const Index cut : {Index{1}, batches, batches + 1, 3 * batches - 1}) {
        CAPTURE(cut);
        Model first = make("moons-mlp", {}, 5);
        nn::fit(first, examples(), stopping(fit, first, cut, folder / "cut"));
        Checkpoint kept = load_checkpoint(folder / "cut");
        const nn::TrainState resumed = nn::fit(kept.model, examples(), fit, kept.state);
        save_checkpoint(folder / "resumed", {kept.model, resumed});
        CHECK(io::read_file(folder / "resumed") == io::read_file(folder / "whole"));
        CHECK(hash(kept.model) == hash(whole));
    }
    io::SafeTensors torn = io::read_safetensors(folder / "whole");
    std::erase_if(torn.tensors, [](const io::NamedTensor& t) { return t.name == "training/best/dense2.bias"; });
    io::write_safetensors(folder / "torn", torn);
    CHECK(refusal(folder / "torn") == "load: a tensor is missing: \"training/best/dense2.bias\" of the shape (64,)");
}

TEST_CASE("a residual network with its running values goes on from its file to the same bytes") {
    const Scratch folder;
    const DataSet data = shapes({.rows = 40, .seed = 2}).data;
    const Settings tiny{{"width", "2"}};
    const nn::Fit fit{.epochs = 2,
                      .batch = 16,
                      .optimizer = nn::Adam{.rate = 1e-2},
                      .seed = 3,
                      .average = nn::MovingAverage{0.9},
                      .augment = {.flip = true, .shift = 1},
                      .patience = 2};
    Model whole = make_for(data, "residual-cnn", tiny, 1);
    const nn::TrainState end = nn::fit(whole, {data.x, data.labels}, fit);
    CHECK(end.buffers.size() == nn::buffers(whole).size());
    save_checkpoint(folder / "whole", {whole, end});
    for (const Index cut : {1, 3, 5}) {
        Model first = make_for(data, "residual-cnn", tiny, 1);
        nn::Fit until = fit;
        until.on_progress = [&](const nn::Progress& p) {
            if (p.state.steps < cut) return nn::Next::go_on;
            save_checkpoint(folder / "cut", {first, p.state});
            return nn::Next::stop;
        };
        nn::fit(first, {data.x, data.labels}, until);
        Checkpoint kept = load_checkpoint(folder / "cut");
        const nn::TrainState resumed = nn::fit(kept.model, {data.x, data.labels}, fit, kept.state);
        save_checkpoint(folder / "resumed", {kept.model, resumed});
        CHECK(io::read_file(folder / "resumed") == io::read_file(folder / "whole"));
    }
    CHECK(load_checkpoint(folder / "whole").state.best_buffers.size() == end.buffers.size());
}

TEST_CASE("a checkpoint is also a model file") {
    const Scratch folder;
    Model model = make("moons-mlp", {}, 5);
    const nn::TrainState end = nn::fit(model, examples(), options(nn::Adam{}));
    save_checkpoint(folder / "c", {model, end});
    CHECK(hash(load_model(folder / "c")) == hash(model));
}

TEST_CASE("sums and history keep their bits, NaN included") {
    const Scratch folder;
    const Model model = make("mlp", {{"widths", "1-1"}});
    nn::TrainState state{.epoch = 1, .optimizer = minimize::SgdState{}, .loss_sum = 0.1 + 0.2};
    for (const nn::Parameter& p : nn::parameters(model)) state.parameters.push_back(p.value);
    state.history = {
        {1.0 / 3, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), -0.0}};
    save_checkpoint(folder / "c", {model, state});
    const nn::TrainState back = load_checkpoint(folder / "c").state;
    CHECK(back.loss_sum == 0.1 + 0.2);
    CHECK(back.history.at(0).loss == 1.0 / 3);
    CHECK(std::isnan(back.history.at(0).accuracy));
    CHECK(std::isinf(back.history.at(0).validation_loss));
    CHECK(std::signbit(back.history.at(0).validation_accuracy));
}

TEST_CASE("a model file is no checkpoint") {
    const Scratch folder;
    save_model(folder / "m", make("moons-mlp"));
    CHECK(refusal(folder / "m") ==
          "load: the metadata must have the key \"gradpath.training\": this file is not a training checkpoint of "
          "gradpath");
}

TEST_CASE("a checkpoint with a part missing or forged is refused") {
    const Scratch folder;
    Model model = make("moons-mlp", {}, 5);
    const nn::TrainState end = nn::fit(model, examples(), options(nn::Adam{}));
    save_checkpoint(folder / "c", {model, end});
    const io::SafeTensors good = io::read_safetensors(folder / "c");
    const auto without = [&](const std::string& name) {
        io::SafeTensors file = good;
        std::erase_if(file.tensors, [&](const io::NamedTensor& t) { return t.name == name; });
        io::write_safetensors(folder / "bad", file);
        return refusal(folder / "bad");
    };
    CHECK(without("training/mean/dense1.bias") ==
          "load: a tensor is missing: \"training/mean/dense1.bias\" of the shape (64,)");
    CHECK(without("training/history") == "load: a tensor is missing: \"training/history\" of the shape (3, 4)");
    const auto with = [&](const std::string& from, const std::string& to) {
        io::SafeTensors file = good;
        std::string& numbers = file.metadata["gradpath.training"];
        const std::size_t at = numbers.find(from);
        REQUIRE(at != std::string::npos);
        numbers.replace(at, from.size(), to);
        io::write_safetensors(folder / "bad", file);
        return refusal(folder / "bad");
    };
    CHECK(with("\"steps\":12", "\"steps\":-1") == "load: a count must not be negative or huge: steps is -1");
    CHECK(with("\"optimizer_steps\":12", "\"optimizer_steps\":-1") ==
          "load: a count must not be negative or huge: optimizer_steps is -1");
    CHECK(with("\"steps\":12", "\"steps\":1.5") == "load: the metadata must have a field \"steps\" of the right kind");
    CHECK(with("\"epoch\":3", "\"epoch\":2") ==
          "load: tensor \"training/history\" has shape (3, 4), the model expects (2, 4)");
    CHECK(with("gradpath.training/2", "gradpath.training/1") ==
          "load: the schema must be gradpath.training/2: it is gradpath.training/1");
    CHECK(with("\"planned_epochs\"", "\"epochs_planned\"") ==
          "load: the metadata must have a field \"planned_epochs\" of the right kind");
    CHECK(with("\"adam\"", "\"adaam\"") == "load: the optimizer must be adam, sgd or rmsprop: it is adaam");
    CHECK(with("\"adam\"", "\"sgd\"").starts_with("load: a tensor is missing: \"training/velocity/dense1.weight\""));
}

TEST_CASE("a checkpoint of a run whose settings are not UTF-8 is not saved") {
    const Scratch folder;
    Model model = make("moons-mlp", {}, 5);
    nn::Fit nothing = options(nn::Adam{});
    nothing.epochs = 0;
    const nn::TrainState state = nn::fit(model, examples(), nothing);
    CHECK_THROWS_WITH_AS(save_checkpoint(folder / "c", {model, state, {{"data", "caf\xe9"}}}),
                         "save: names and settings must be UTF-8: /run/data is not; rename it", ValueError);
    CHECK_FALSE(std::filesystem::exists(folder / "c"));
}

TEST_CASE("a state of another model is not saved") {
    const Scratch folder;
    CHECK_THROWS_WITH_AS(save_checkpoint(folder / "c", {make("moons-mlp"), {}}),
                         "save_checkpoint: the state must be the model's: it has 0 parameters, the model 6",
                         ValueError);
    const Model normed = make("residual-cnn", {{"width", "2"}});
    nn::TrainState state;
    for (const nn::Parameter& p : nn::parameters(normed)) state.parameters.push_back(p.value);
    CHECK_THROWS_WITH_AS(save_checkpoint(folder / "c", {normed, state}),
                         "save_checkpoint: the state must be the model's: it has 0 buffers, the model 20", ValueError);
}

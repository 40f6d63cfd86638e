#include <doctest/doctest.h>

#include <cmath>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/model.hpp>
#include <gradpath/nn/train.hpp>

using namespace gradpath;
using namespace gradpath::models;

namespace {

DataSet tiny_images() {
    DataSet data;
    data.name = "tiny";
    data.x = random::uniform({4, 2, 16, 16}, 0, 1, {.seed = 1});
    data.labels = {0, 1, 2, 1};
    data.classes = {"a", "b", "c"};
    data.normalisation = {{0.5, 0.25}, {2, 4}};
    return data;
}

std::vector<std::string> names(const std::vector<Place>& places) {
    std::vector<std::string> list;
    for (const Place& place : places) list.push_back(place.name);
    return list;
}

}  // namespace

TEST_CASE("every architecture is made by its name and runs on rows of its input's shape") {
    for (const std::string& name : architectures()) {
        CAPTURE(name);
        const Model model = make(name, {}, 1);
        CHECK(model.architecture == name);
        CHECK(model(zeros(Shape{2}.joined(model.input))).shape() == Shape{2, model.classes});
    }
}

TEST_CASE("a model keeps all its options as text, defaults included") {
    CHECK(make("lenet5", {{"classes", "3"}}).options == Settings{{"channels", "1"}, {"size", "28"}, {"classes", "3"}});
    CHECK(make("moons-mlp").options == Settings{{"widths", "2-64-64-2"}, {"activation", "relu"}});
}

TEST_CASE("an unknown architecture names the nearest, or all") {
    CHECK_THROWS_WITH_AS(make("lenet6"), "model: there is no architecture \"lenet6\"; did you mean \"lenet5\"?",
                         ValueError);
    CHECK_THROWS_WITH_AS(make("transformer"),
                         "model: there is no architecture \"transformer\"; there are mlp, moons-mlp, lenet5, "
                         "lenet-small, small-cnn, residual-cnn, depthwise-cnn, autoencoder",
                         ValueError);
    CHECK_THROWS_WITH_AS(make("lenet5", {{"clases", "3"}}),
                         "lenet5: there is no option \"clases\"; did you mean \"classes\"?", ValueError);
}

TEST_CASE("a model subtracts the mean of each channel and divides by its deviation") {
    Model model = make("lenet5", {{"channels", "2"}, {"size", "16"}}, 1);
    const Tensor x = random::uniform({3, 2, 16, 16}, 0, 1, {.seed = 2});
    const Tensor raw = model(x);
    model.normalisation = {{0.5, 0.25}, {2, 4}};
    const Tensor first = (slice(x, 1, 0, 1) - 0.5) / 2, second = (slice(x, 1, 1, 2) - 0.25) / 4;
    CHECK(same_bits(model(x), model.net(concat({first, second}, 1))));
    CHECK_FALSE(same_bits(model(x), raw));
}

TEST_CASE("a model refuses rows of another shape, telling both") {
    CHECK_THROWS_WITH_AS(make("lenet5")(zeros({2, 784})),
                         "lenet5: x must be rows of the shape (1, 28, 28): its shape is (2, 784)", ShapeError);
    CHECK_THROWS_WITH_AS(make("moons-mlp")(zeros({2})),
                         "moons-mlp: x must be rows of the shape (2,): its shape is (2,)", ShapeError);
    Model model = make("lenet5");
    model.normalisation = {{1, 2}, {1, 1}};
    CHECK_THROWS_WITH_AS(model(zeros({1, 1, 28, 28})), "normalised: x has 1 channels but there are 2 means and 2 sds",
                         ShapeError);
}

TEST_CASE("a model for a data set takes sizes, classes and normalisation from it") {
    const DataSet data = tiny_images();
    const Model model = make_for(data, "lenet-small", {}, 1);
    CHECK(model.options == Settings{{"channels", "2"}, {"size", "16"}, {"classes", "3"}});
    CHECK(model.class_names == data.classes);
    CHECK(model.normalisation.mean == data.normalisation.mean);
    CHECK(model(data.x).shape() == Shape{4, 3});
    const Model dense = make_for(data, "mlp", {{"activation", "tanh"}}, 1);
    CHECK(dense.options == Settings{{"widths", "512-64-64-3"}, {"activation", "tanh"}});
    CHECK(dense(data.x).shape() == Shape{4, 3});
}

TEST_CASE("a data set without class names has as many classes as its labels show") {
    DataSet data = tiny_images();
    data.classes.clear();
    CHECK(make_for(data, "mlp").classes == 3);
}

TEST_CASE("an architecture that cannot take the data says so") {
    DataSet data = tiny_images();
    CHECK_THROWS_WITH_AS(make_for(data, "lenet5", {{"classes", "2"}}),
                         "lenet5: outputs must be as many as classes: there are 2 outputs, tiny has 3 classes",
                         ValueError);
    CHECK_THROWS_WITH_AS(
        make_for(data, "lenet5", {{"size", "28"}}),
        "lenet5: it must fit the data: it takes rows of the shape (2, 28, 28), those of tiny are (2, 16, 16)",
        ValueError);
    data.x = zeros({4, 2});
    CHECK_THROWS_WITH_AS(make_for(data, "small-cnn"),
                         "small-cnn: it takes square images (channels, size, size): the data's rows are (2,); use mlp",
                         ValueError);
}

TEST_CASE("the places of a model are its taps in order, with the shape of one row") {
    const std::vector<Place> list = places(make("lenet5"));
    CHECK(names(list) == std::vector<std::string>{"conv1", "relu1", "pool1", "conv2", "relu2", "pool2", "dense1",
                                                  "relu3", "dense2", "relu4", "dense3"});
    CHECK(list[0].shape == Shape{6, 28, 28});
    CHECK(list[5].shape == Shape{16, 5, 5});
    CHECK(list[10].shape == Shape{10});
    CHECK(names(places(make("moons-mlp"))) == std::vector<std::string>{"dense1", "relu1", "dense2", "relu2", "dense3"});
    CHECK(places(make("mlp", {{"widths", "2-2"}}, nn::Init{.dtype = DType::float64})).size() == 1);
}

TEST_CASE("a model is trained through its normalisation, in place") {
    const DataSet data = tiny_images();
    Model model = make_for(data, "lenet-small", {}, 1);
    const nn::TrainState end =
        nn::fit(model, {data.x, data.labels}, {.epochs = 40, .optimizer = nn::Adam{.rate = 1e-2}});
    CHECK(end.history.back().accuracy == 1);
    CHECK(nn::evaluate(model, {data.x, data.labels}).accuracy == 1);
    CHECK(nn::parameters(model).at(0).name == "conv1.weight");
}

TEST_CASE("an autoencoder learns to give normalised rows back, without labels and without an accuracy") {
    const DataSet data = tiny_images();
    Model model = make_for(data, "autoencoder", {{"widths", "512-64-8"}}, 1);
    CHECK(model.reconstructs);
    CHECK(model.classes == 512);
    CHECK(model.class_names.empty());
    CHECK(model.normalisation == data.normalisation);
    const Task task = task_for(model, data);
    CHECK_FALSE(task.examples.has_labels());
    const double before = nn::evaluate(model, task.examples, {.loss = task.loss}).loss;
    const Tensor target = flatten(normalised(data.x, data.normalisation));
    CHECK(before == doctest::Approx(mean(square(model(data.x) - target)).item()).epsilon(1e-5));
    const nn::TrainState end =
        nn::fit(model, task.examples, {.epochs = 150, .optimizer = nn::Adam{.rate = 3e-3}, .loss = task.loss});
    CHECK(std::isnan(end.history.back().accuracy));
    const nn::Evaluation after = nn::evaluate(model, task.examples, {.loss = task.loss});
    CHECK(after.loss < 0.05 * before);
    CHECK(std::isnan(after.accuracy));
    CHECK(after.per_class.empty());
}

TEST_CASE("an autoencoder is fitted to rows of any shape, labels or none") {
    DataSet data = tiny_images();
    data.x = zeros({4, 6}), data.labels = {}, data.classes = {}, data.normalisation = {};
    const Model model = make_for(data, "autoencoder");
    CHECK(model.options == Settings{{"widths", "6-128-32"}, {"activation", "relu"}});
    CHECK(model(data.x).shape() == Shape{4, 6});
    CHECK_THROWS_WITH_AS(make_for(data, "autoencoder", {{"widths", "5-2"}}),
                         "autoencoder: it must fit the data: it takes rows of the shape (5,), those of tiny are (6,)",
                         ValueError);
}

TEST_CASE("the task of a model that tells classes apart is rows and labels with the usual loss") {
    const DataSet data = tiny_images();
    const Task task = task_for(make_for(data, "lenet-small"), data);
    CHECK(same_bits(task.examples.x, data.x));
    CHECK(task.examples.labels.size() == 4);
    CHECK_FALSE(static_cast<bool>(task.loss));
}

TEST_CASE("the hash counts buffers: what batch normalisation has seen is part of the function") {
    const Model model = make("residual-cnn", {{"width", "2"}, {"size", "8"}}, 1);
    Model other = model;
    CHECK(hash(other) == hash(model));
    nn::each_tensor(other, nn::TensorVisitor([](const std::string& name, Tensor& t, nn::Role) {
                        if (name == "stem.norm.running_mean") t = t + 1.0;
                    }));
    CHECK(hash(other) != hash(model));
}

TEST_CASE("the hash names the function: the same for the same, another for any change") {
    const Model model = make("moons-mlp", {}, 1);
    const std::string name = hash(model);
    CHECK(name.size() == 64);
    CHECK(name == hash(make("moons-mlp", {}, 1)));
    CHECK(name != hash(make("moons-mlp", {}, 2)));
    CHECK(name != hash(make("mlp", {}, 1)));
    CHECK(name != hash(make("moons-mlp", {{"activation", "softplus"}}, 1)));
    Model other = model;
    other.class_names = {"up", "down"};
    CHECK(name == hash(other));
    other.normalisation = {{0, 0}, {2, 1}};
    CHECK(name != hash(other));
}

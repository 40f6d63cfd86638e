// What is kept with a model but not trained: how it is listed, reported by layers, carried by fit and by its state.
#include <doctest/doctest.h>

#include "moons.hpp"

using namespace gradpath;
using namespace gradpath::nn_tests;

namespace {

/// Passes rows on and keeps the sum of all it saw while training.
struct Odometer {
    Tensor factor = ones({1});
    nn::Buffer total = {zeros({1})};
    Tensor operator()(const Tensor& x) const {
        if (nn::Training* training = nn::Training::current())
            training->update(total, training->latest(total.value) + sum(x * factor));
        return x * factor;
    }
    static void visit(auto& self, auto&& f) {
        f("total", self.total);
        f("factor", self.factor);
    }
};

std::vector<std::string> names(const std::vector<nn::Parameter>& list) {
    std::vector<std::string> found;
    for (const nn::Parameter& entry : list) found.push_back(entry.name);
    return found;
}

std::vector<Tensor> buffer_values(const auto& model) {
    std::vector<Tensor> list;
    for (const nn::Parameter& b : nn::buffers(model)) list.push_back(b.value);
    return list;
}

nn::Sequential normed_net(std::uint64_t seed) {
    return nn::Sequential{nn::Linear(2, 8, {.init = {.seed = seed}}), nn::BatchNorm1d(8), nn::relu, nn::Dropout(0.25),
                          nn::Linear(8, 2, {.init = {.seed = seed, .stream = 1}})};
}

nn::Fit options(const nn::Optimizer& optimizer) {
    return {.epochs = 3, .batch = 8, .optimizer = optimizer, .seed = 11, .validation = moons(20, 9)};
}

}  // namespace

TEST_CASE("parameters and buffers are listed apart, and together in the order of the visit") {
    const nn::Sequential net{Odometer(), nn::Layer(Odometer())};
    CHECK(names(nn::parameters(net)) == std::vector<std::string>{"0.factor", "1.factor"});
    CHECK(names(nn::buffers(net)) == std::vector<std::string>{"0.total", "1.total"});
    CHECK(names(nn::tensors(net)) == std::vector<std::string>{"0.total", "0.factor", "1.total", "1.factor"});
    CHECK(nn::count(net) == 2);
    CHECK(nn::parameters(nn::Sequential{Odometer{.total = {}}}).size() == 1);
    CHECK(nn::buffers(nn::Sequential{Odometer{.total = {}}}).empty());
}

TEST_CASE("each_tensor assigns buffers through every wrapper, each_parameter leaves them alone") {
    nn::Sequential net{nn::Layer(Odometer())};
    nn::each_parameter(net, nn::ParameterVisitor([](const std::string&, Tensor& p) { p = full({1}, 5); }));
    CHECK(nn::buffers(net).at(0).value.item() == 0);
    nn::each_tensor(net, nn::TensorVisitor([](const std::string&, Tensor& t, nn::Role role) {
                        if (role == nn::Role::buffer) t = full({1}, 7);
                    }));
    CHECK(nn::buffers(net).at(0).value.item() == 7);
    CHECK(nn::parameters(net).at(0).value.item() == 5);
}

TEST_CASE("a loop of one's own takes what layers report from the scope; called twice, a layer goes on from itself") {
    nn::Sequential net{Odometer()};
    net(ones({3, 1}));
    {
        const nn::Training training(1);
        net(ones({3, 1}));
        net(ones({2, 1}));
        CHECK(nn::buffers(net).at(0).value.item() == 0);
        nn::keep_updates(net, training);
    }
    CHECK(nn::buffers(net).at(0).value.item() == 5);
    {
        const nn::Training outer(1);
        {
            const nn::Training inner(1);
            net(ones({4, 1}));
        }
        nn::keep_updates(net, outer);  // the innermost scope was told, not this one
    }
    CHECK(nn::buffers(net).at(0).value.item() == 5);
}

TEST_CASE("fit gives buffers their new values after each step, and on_progress and the state see them") {
    nn::Sequential net{Odometer()};
    const Tensor x({4, 1}, {1, 2, 3, 4});
    std::vector<double> seen;
    nn::Fit fit{.epochs = 2, .batch = 2, .optimizer = nn::Sgd{.rate = 0}, .shuffle = false};
    fit.on_progress = [&](const nn::Progress& p) {
        CHECK(same_bits(nn::buffers(net).at(0).value, p.state.buffers.at(0)));
        seen.push_back(p.state.buffers.at(0).item());
        return nn::Next::go_on;
    };
    nn::fit(net, {.x = x, .targets = x}, fit);
    CHECK(seen == std::vector<double>{3, 10, 13, 20});
    CHECK_FALSE(nn::buffers(net).at(0).value.is_tracked());  // though what the layer reported was
}

TEST_CASE("when a step fails, parameters and buffers are those of the last whole step") {
    nn::Sequential net{Odometer()};
    const Tensor x({2, 1}, {1, 1e30});
    CHECK_THROWS_AS(nn::fit(net, {.x = x, .targets = -x},
                            {.epochs = 1, .batch = 1, .optimizer = nn::Sgd{.rate = 0}, .shuffle = false}),
                    NumericError);
    CHECK(nn::buffers(net).at(0).value.item() == 1);
    CHECK(nn::parameters(net).at(0).value.item() == 1);
}

TEST_CASE("a run with batch normalisation that is cut and goes on ends in the same bits, buffers too") {
    for (const nn::Optimizer& optimizer :
         {nn::Optimizer(nn::Adam{.rate = 1e-2}), nn::Optimizer(nn::Sgd{.rate = 0.1})}) {
        nn::Sequential net = normed_net(2);
        const nn::TrainState whole = nn::fit(net, moons(50, 1), options(optimizer));
        CHECK(whole.buffers.size() == 2);
        for (const Index cut : {1, 6, 7, 10, 21}) {
            CAPTURE(cut);
            nn::Sequential first = normed_net(2), again = normed_net(77);
            nn::Fit until = options(optimizer);
            until.on_progress = [cut](const nn::Progress& p) {
                return p.state.steps == cut ? nn::Next::stop : nn::Next::go_on;
            };
            const nn::TrainState kept = nn::fit(first, moons(50, 1), until);
            const nn::TrainState resumed = nn::fit(again, moons(50, 1), options(optimizer), kept);
            CHECK(nn_tests::same_bits(whole.parameters, resumed.parameters));
            CHECK(nn_tests::same_bits(whole.buffers, resumed.buffers));
            CHECK(nn_tests::same_bits(buffer_values(again), resumed.buffers));
            CHECK(whole.history == resumed.history);
        }
    }
}

TEST_CASE("a net with batch normalisation learns the moons, and gives the same bits on two threads as on one") {
    const int before = threads();
    std::vector<std::vector<Tensor>> ends;
    for (const int count : {1, 2}) {
        set_threads(count);
        nn::Sequential net{nn::Linear(2, 32), nn::BatchNorm1d(32), nn::relu, nn::Linear(32, 2)};
        const nn::TrainState end = nn::fit(net, moons(600, 1), {.epochs = 30, .optimizer = nn::Adam{.rate = 1e-2}});
        ends.push_back(end.parameters);
        CHECK(nn::evaluate(net, moons(400, 2)).accuracy > 0.95);
    }
    set_threads(before);
    CHECK(nn_tests::same_bits(ends[0], ends[1]));
}

TEST_CASE("a state whose buffers are not the model's is refused") {
    nn::Sequential net = normed_net(2);
    nn::Fit fit = options(nn::Adam{});
    fit.epochs = 1;
    nn::TrainState end = nn::fit(net, moons(50, 1), fit);
    nn::TrainState fewer = end, wider = end;
    fewer.buffers.pop_back();
    CHECK_THROWS_WITH_AS(nn::fit(net, moons(50, 1), fit, fewer),
                         "fit: the state to go on from belongs to another run: its number of buffers is 1, here it is "
                         "2; ask for the same or begin anew",
                         ValueError);
    wider.buffers[1] = zeros({9});
    CHECK_THROWS_WITH_AS(nn::fit(net, moons(50, 1), fit, wider),
                         "fit: the state to go on from must fit the model: buffer \"1.running_variance\" is float32 "
                         "(9,), the model's is float32 (8,)",
                         ShapeError);
}

// Trains a small network to tell two interleaved half circles apart.
#include <cmath>
#include <iostream>

#include <gradpath/models/data/two_moons.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

int main() {
    const models::DataSet train = models::two_moons({.rows = 1000, .noise = 0.1, .seed = 1});
    const models::DataSet test = models::two_moons({.rows = 500, .noise = 0.1, .seed = 2});

    nn::Init init{.seed = 1};  // take(init) hands out one stream of random numbers after the other
    nn::Sequential net(nn::Linear(2, 16, {.init = nn::take(init)}), nn::relu,
                       nn::Linear(16, 16, {.init = nn::take(init)}), nn::relu,
                       nn::Linear(16, 2, {.init = nn::take(init)}));
    const auto accuracy = [&] { return std::lround(100 * nn::evaluate(net, {test.x, test.labels}).accuracy); };

    std::cout << nn::count(net) << " parameters\n";
    for (const nn::Parameter& p : nn::parameters(net)) std::cout << p.name << " " << to_text(p.value.shape()) << "\n";
    nn::fit(net, {train.x, train.labels}, {.epochs = 60, .optimizer = nn::Adam{.rate = 1e-2}, .seed = 1});
    std::cout << "test accuracy " << accuracy() << " %\n";
}

// Output:
// 354 parameters
// 0.weight (16, 2)
// 0.bias (16,)
// 2.weight (16, 16)
// 2.bias (16,)
// 4.weight (2, 16)
// 4.bias (2,)
// test accuracy 100 %

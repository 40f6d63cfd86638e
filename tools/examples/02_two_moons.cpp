// Trains a small network to tell two interleaved half circles apart.
#include <cmath>
#include <iostream>

#include <gradpath/models/data/two_moons.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

int main() {
    const models::DataSet train = models::two_moons({.rows = 1000, .noise = 0.1, .seed = 1});
    const models::DataSet test = models::two_moons({.rows = 500, .noise = 0.1, .seed = 2});

    nn::Init init{.seed = 1};
    nn::Sequential net(nn::Linear(2, 16, {.init = nn::take(init)}), nn::relu,
                       nn::Linear(16, 16, {.init = nn::take(init)}), nn::relu,
                       nn::Linear(16, 2, {.init = nn::take(init)}));
    nn::fit(net, {train.x, train.labels}, {.epochs = 60, .optimizer = nn::Adam{.rate = 1e-2}, .seed = 1});

    const nn::Evaluation seen = nn::evaluate(net, {test.x, test.labels});
    std::cout << nn::count(net) << " parameters\n";
    std::cout << "test accuracy " << std::lround(100 * seen.accuracy) << " %\n";
}

// Output:
// 354 parameters
// test accuracy 100 %

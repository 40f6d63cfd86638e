// A layer of your own: units that answer to what is near their centre. A struct with operator() and visit, no more.
#include <cmath>
#include <iostream>

#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/data/two_moons.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

struct Radial {  // y_k = exp(-s_k |x - c_k|²): Broomhead & Lowe 1988
    Tensor centre, scale;

    Radial(Index inputs, Index units)
        : centre(random::uniform({units, inputs}, -1, 2, {.seed = 1})), scale(ones({units})) {}

    Tensor operator()(const Tensor& x) const {
        const Tensor away = reshape(x, {x.rows(), 1, x.shape()[1]}) - centre;  // [rows, units, inputs]
        return exp(-sum(square(away), {.axes = {2}}) * scale);
    }

    static void visit(auto& self, auto&& f) {  // names the parameters: training, counting and files follow from it
        f("centre", self.centre);
        f("scale", self.scale);
    }
};

int main() {
    const models::DataSet train = models::two_moons({.rows = 1000, .noise = 0.1, .seed = 1});
    const models::DataSet test = models::two_moons({.rows = 500, .noise = 0.1, .seed = 2});

    nn::Sequential net(Radial(2, 12), nn::Linear(12, 2));
    for (const nn::Parameter& p : nn::parameters(net)) std::cout << p.name << " " << to_text(p.value.shape()) << "\n";
    nn::fit(net, {train.x, train.labels}, {.epochs = 40, .optimizer = nn::Adam{.rate = 3e-2}, .seed = 1});
    std::cout << "test accuracy " << std::lround(100 * nn::evaluate(net, {test.x, test.labels}).accuracy) << " %\n";
}

// Output:
// 0.centre (12, 2)
// 0.scale (12,)
// 1.weight (2, 12)
// 1.bias (2,)
// test accuracy 100 %

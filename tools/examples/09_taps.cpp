// Taps: look at the inside of a network, differentiate with respect to it, and change it, without touching the network.
#include <iostream>

#include <gradpath/autodiff/autodiff.hpp>
#include <gradpath/nn/nn.hpp>

using namespace gradpath;

int main() {
    nn::Linear first(2, 3), second(3, 1);
    first.weight = Tensor({3, 2}, {1, 0, 0, 1, 1, 1});
    second.weight = Tensor({1, 3}, {1, 10, 100});
    const nn::Sequential net(first, nn::relu, second);
    const Tensor x({1, 2}, {2, -1});

    Taps taps;
    taps.track("1");  // the output of layer 1, the relu, becomes something to differentiate by
    const Tensor y = net(x);
    for (const Taps::Visit& visit : taps.visits())
        std::cout << visit.name << " " << to_text(visit.value.shape()) << "\n";

    const Tensor slope = grad(sum(y), taps.at("1"));
    std::cout << "output " << y.item() << ", slopes by hidden unit " << slope.at(0) << " " << slope.at(1) << " "
              << slope.at(2) << "\n";

    taps.clear();
    taps.mask("1", Tensor({1, 3}, {1, 1, 0}));  // what if the third unit were silent?
    std::cout << "without the third unit " << net(x).item() << "\n";
}

// Output:
// 0 (1, 3)
// 1 (1, 3)
// 2 (1, 1)
// output 102, slopes by hidden unit 1 10 100
// without the third unit 2

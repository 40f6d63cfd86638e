// The gradient of f(x) = (x1 + x2)³ at (1, 3): how fast f grows in each direction.
#include <iostream>

#include <gradpath/autodiff/autodiff.hpp>

using namespace gradpath;

int main() {
    const auto f = [](const Tensor& x) { return pow(sum(x), 3.0); };

    const Tensor x = tracked(Tensor({2}, {1, 3}, DType::float64));  // a leaf: the graph begins here
    const Tensor y = f(x);                                          // computes, and remembers how
    const Tensor slope = grad(y, x);                                // a function: nothing is stored on x

    std::cout << "value    " << y.item() << "\n";
    std::cout << "gradient " << slope.at(0) << " " << slope.at(1) << "\n";

    const double step = 1e-6;  // the definition of a derivative agrees, to what differences can tell
    const Tensor ahead = f(x + Tensor({2}, {step, 0}, DType::float64));
    std::cout << "by differences " << (ahead.item() - y.item()) / step << "\n";

    try {
        grad(f(detached(x)), detached(x));
    } catch (const ValueError& error) {
        std::cout << error.what() << "\n";
    }
}

// Output:
// value    64
// gradient 48 48
// by differences 48
// grad: input 0 is not tracked; make it a leaf with tracked() before computing with it

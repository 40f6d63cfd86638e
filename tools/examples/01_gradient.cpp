// Gradient and Hessian of f(x) = (x1 + x2)³ at (1, 3), in float64.
#include <iostream>

#include <gradpath/autodiff/autodiff.hpp>

using namespace gradpath;

int main() {
    const auto f = [](const Tensor& x) { return pow(sum(x), 3.0); };

    const Tensor x = tracked(Tensor({2}, {1, 3}, DType::float64));
    const Tensor y = f(x);
    const Tensor slope = grad(y, x);    // a function, not a method: nothing is stored on x
    const Tensor bend = hessian(f, x);  // derivatives are made of ops, so any order comes free

    std::cout << "value    " << y.item() << "\n";
    std::cout << "gradient " << slope.at(0) << " " << slope.at(1) << "\n";
    std::cout << "hessian  " << bend.at(0) << " " << bend.at(1) << "\n";
    std::cout << "         " << bend.at(2) << " " << bend.at(3) << "\n";
}

// Output:
// value    64
// gradient 48 48
// hessian  24 24
//          24 24

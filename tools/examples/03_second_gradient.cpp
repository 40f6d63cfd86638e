// A gradient of a gradient: the rules of derivatives are made of ops, so a gradient is a result like any other.
#include <iostream>

#include <gradpath/autodiff/autodiff.hpp>

using namespace gradpath;

int main() {
    const Tensor x = tracked(scalar(0.5, DType::float64));
    Tensor y = sin(x) * exp(x);  // its fourth derivative is -4 times itself
    std::cout << "order 0: " << y.item() << "\n";
    for (int order = 1; order <= 4; ++order) {
        y = grad(y, x, {.differentiable = true});  // keep the graph of the gradient, too
        std::cout << "order " << order << ": " << y.item() << "\n";
    }

    const auto f = [](const Tensor& z) { return pow(sum(z), 3.0); };
    const Tensor at({2}, {1, 3}, DType::float64), direction({2}, {1, -1}, DType::float64);
    const Tensor bend = hessian(f, at);
    std::cout << "hessian " << bend.at(0) << " " << bend.at(1) << "\n";
    std::cout << "        " << bend.at(2) << " " << bend.at(3) << "\n";
    const Tensor along = hvp(f, at, direction);  // one direction of it, without the matrix
    std::cout << "along (1, -1) it is flat: " << along.at(0) << " " << along.at(1) << "\n";
}

// Output:
// order 0: 0.790439
// order 1: 2.23733
// order 2: 2.89378
// order 3: 1.3129
// order 4: -3.16176
// hessian 24 24
//         24 24
// along (1, -1) it is flat: 0 0

// Any differentiable function can be explained, here one that was typed: (x1 + x2)³ at (1, 3) against (0, 0).
#include <iostream>

#include <gradpath/attribution/attribution.hpp>
#include <gradpath/models/expr.hpp>

using namespace gradpath;

int main() {
    const models::Formula f = models::parse_formula("(x1+x2)^3");
    const Tensor x({1, 2}, {1, 3}, DType::float64);

    const attribution::Attribution slope = attribution::gradient(f, x);
    std::cout << "gradient             " << slope.values.at(0) << " " << slope.values.at(1) << "\n";
    const attribution::Attribution share = attribution::integrated_gradients(f, x);
    std::cout << "integrated gradients " << share.values.at(0) << " " << share.values.at(1) << "\n";
    std::cout << "f changes by         " << share.f_input[0] - share.f_baseline->at(0) << "\n";

    try {
        models::parse_formula("2x1");
    } catch (const ValueError& error) {
        std::cout << error.what() << "\n";
    }
}

// Output:
// gradient             48 48
// integrated gradients 16 48
// f changes by         64
// expr: expected an operator: got "x1" at character 2 of "2x1"; a product is written 2*x1

// A tensor: numbers with a shape and a dtype. Ops work on all of them at once, and what a tensor shows never changes.
#include <iostream>

#include <gradpath/autodiff/autodiff.hpp>

using namespace gradpath;

void show(const char* name, const Tensor& t) {
    std::cout << name << " " << to_text(t.shape()) << ":";
    for (Index i = 0; i < t.size(); ++i) std::cout << " " << t.at(i);
    std::cout << "\n";
}

int main() {
    const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6});  // two rows of three, float32 unless told otherwise
    const Tensor prices({3}, {1, 10, 100});

    show("x", x);
    show("x * prices", x * prices);  // shapes broadcast from the right, as in NumPy: prices for each row
    show("sums of rows", sum(x * prices, {.axes = {1}}));
    show("product", matmul(x, transpose(x)));

    Tensor y = x;  // a handle: both show the same numbers
    y = y + 1.0;   // y holds another tensor now, and x is what it was
    show("y", y);
    std::cout << "x is still " << x.at(0) << "\n";

    try {
        x + x.to(DType::float64);
    } catch (const DTypeError& error) {
        std::cout << error.what() << "\n";
    }
}

// Output:
// x (2, 3): 1 2 3 4 5 6
// x * prices (2, 3): 1 20 300 4 50 600
// sums of rows (2,): 321 654
// product (2, 2): 14 32 32 77
// y (2, 3): 2 3 4 5 6 7
// x is still 1
// add: inputs must have one dtype: got float32 and float64; convert with .to()

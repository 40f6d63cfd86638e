// The slope of x² + y² + z² at (1, 2, 3) is (2, 4, 6).
#include <gradpath/autodiff/autodiff.hpp>

#include <cstdio>

int main() {
    const gradpath::Tensor x = gradpath::tracked({{3}, {1, 2, 3}});
    const gradpath::Tensor slope = gradpath::grad(gradpath::sum(gradpath::square(x)), x);
    std::printf("%g %g %g\n", slope.at(0), slope.at(1), slope.at(2));
}

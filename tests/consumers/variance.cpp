// xtensor's variance of a tensor's numbers, seen without a copy: of 1, 2, 3, 4 it is 1.25.
#include <gradpath/autodiff/xtensor.hpp>

#include <xtensor/xmath.hpp>

#include <cstdio>

int main() {
    const gradpath::Tensor x({2, 2}, {1, 2, 3, 4});
    std::printf("%g\n", static_cast<double>(xt::variance(gradpath::view<float>(x))()));
}

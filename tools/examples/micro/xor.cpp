// Trains a network of three hidden units to say whether its two inputs differ, then asks why it says so.
#include <cstdio>

#include "micro.hpp"
using namespace micro;

Scalar net(const Scalars& w, const Scalars& x) {  // 13 weights: three units of two weights and a shift, and their sum
    Scalar y = w[12];
    for (std::size_t h = 0; h < 3; ++h) y = y + w[9 + h] * tanh(w[3 * h] * x[0] + w[3 * h + 1] * x[1] + w[3 * h + 2]);
    return y;
}

int main() {
    const std::vector<Numbers> questions{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
    const Numbers answers{0, 1, 1, 0};
    Scalars w;
    for (int i = 0; i < 13; ++i) w.push_back(tracked(std::sin(7.0 * i)));  // anything that is not symmetric

    for (int step = 0; step <= 200; ++step) {
        Scalar loss = 0.0;
        for (std::size_t i = 0; i < 4; ++i) {
            const Scalar error = net(w, {questions[i][0], questions[i][1]}) - answers[i];
            loss = loss + error * error;
        }
        if (step % 50 == 0) std::printf("step %3d  loss %.5f\n", step, loss.item());
        const Scalars slopes = grad(loss, w);
        for (std::size_t i = 0; i < w.size(); ++i) w[i] = tracked(w[i].item() - 0.1 * slopes[i].item());
    }

    const auto f = [&](const Scalars& x) { return net(w, x); };
    const Numbers shares = integrated_gradients(f, {1, 0}, {0.5, 0.5});  // against "no idea"
    const double change = (f({1.0, 0.0}) - f({0.5, 0.5})).item();
    std::printf("f(1, 0) - f(0.5, 0.5) = %.4f: x1 gave %.4f, x2 %.4f\n", change, shares[0], shares[1]);
    const Scalars x{tracked(1.0), tracked(0.0)};
    const Scalar slope = grad(f(x), x[0]);
    std::printf("slope in x1 %.3f; how that changes with x2 %.3f\n", slope.item(), grad(slope, x[1]).item());
}

// Output:
// step   0  loss 1.95634
// step  50  loss 0.68702
// step 100  loss 0.06147
// step 150  loss 0.00069
// step 200  loss 0.00000
// f(1, 0) - f(0.5, 0.5) = 0.4986: x1 gave 0.1041, x2 0.3944
// slope in x1 0.564; how that changes with x2 -0.841

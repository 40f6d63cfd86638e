// An attribution method of your own: the features come in one after the other, and each gets what its coming changed.
#include <iostream>

#include <gradpath/attribution/attribution.hpp>
#include <gradpath/autodiff/autodiff.hpp>

using namespace gradpath;
using namespace gradpath::attribution;

struct InTurn {
    Target target = Predicted{};
    std::vector<Index> order = {};  // of the features
    Run run = {};
};

// A path method is a path: from the baseline 0 to x, along one axis at a time. integrate() does the rest.
Attribution in_turn(const Model& model, const Tensor& x, const InTurn& options) {
    const Recorder recorder;
    Evaluator evaluator("in-turn", model, x, options.target, {}, options.run);
    Tensor present = zeros_like(x);
    std::vector<Tensor> corners{present};
    for (const Index i : options.order) {
        present = present + x * one_hot({i}, x.shape()[1], x.dtype());
        corners.push_back(present);
    }
    const std::vector<double> f_start = evaluator.values(corners.front(), "baseline");
    const Integral integral = integrate(evaluator, polyline(corners), plan("in-turn", {}, x.dtype()),
                                        {.start = f_start, .end = evaluator.f_input()});
    Attribution result;
    result.values = values_like(evaluator, integral.values);
    recorder.finish(result, evaluator, options.target);
    report_completeness(result, integral.values, f_start);
    return result;
}

int main() {
    const auto f = [](const Tensor& x) {
        const Tensor x1 = slice(x, 1, 0, 1), x2 = slice(x, 1, 1, 2);
        return x1 * x2 + x1;
    };
    const Tensor x({1, 2}, {2, 3}, DType::float64);
    const auto show = [](const char* name, const Attribution& a) {
        std::cout << name << a.values.at(0) << " " << a.values.at(1) << "\n";
    };
    show("x1 comes first       ", in_turn(f, x, {.order = {0, 1}}));
    show("x2 comes first       ", in_turn(f, x, {.order = {1, 0}}));
    show("integrated gradients ", integrated_gradients(f, x));
    const bool complete = in_turn(f, x, {.order = {0, 1}}).relative_delta->at(0) < 1e-12;
    std::cout << "the shares sum to f(x) - f(0): " << (complete ? "yes" : "no") << "\n";
}

// Output:
// x1 comes first       2 6
// x2 comes first       8 0
// integrated gradients 5 3
// the shares sum to f(x) - f(0): yes

#pragma once
// Functions whose attributions are known by hand: what `gradpath selftest` and the tests measure methods against.
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::models {

/// One function explained at one point against one baseline, with the exact answer.
struct Analytic {
    std::string id;                                 ///< T5
    std::string formula;                            ///< for parse_formula: (x1+x2)^3
    std::function<Tensor(const Tensor&)> function;  ///< the same by ops, [rows, inputs] → [rows, 1]
    std::vector<double> x, baseline;
    std::vector<double> integrated_gradients;  ///< exact, along the straight line from baseline to x
    std::vector<double> shapley;  ///< exact, absent features at the baseline; empty where no short form is known
    std::string note;             ///< why the answer holds; kinks on the path
};

/// All of them, in order.
std::span<const Analytic> analytic_functions();
/// One by its id. Throws ValueError that names the nearest id.
const Analytic& analytic_function(std::string_view id);

}  // namespace gradpath::models

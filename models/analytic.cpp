// The rules behind the numbers (D = x - x', A the attribution; Sundararajan, Taly & Yan 2017; Owen 1972):
//   linear           w·x + b                         A_i = w_i D_i
//   monomial         Π x_j^m_j with x' = 0           A_i = m_i / Σm · F(x); Shapley splits evenly over the variables
//   multilinear      degree at most 1 in each x_i    A = Shapley values
//   ridge            G(w·x + b)                      A_i = w_i D_i / (w·D) · (F(x) - F(x'))
//   quadratic        x·Qx/2 + b·x                    A_i = D_i ((Q (x + x')/2)_i + b_i), also the Shapley values
//   homogeneous      F(cx) = c^k F(x), x' = 0        A = x ∘ ∇F(x) / k (Euler)
//   separable        Σ f_i(x_i)                      A_i = f_i(x_i) - f_i(x'_i)
// Functions with a kink are chosen so that the path crosses it at isolated points, where one slope has no weight.
#include <gradpath/models/analytic.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/nearest.hpp>

namespace gradpath::models {
namespace {

constexpr double e = std::numbers::e;

double logistic(double z) { return 1 / (1 + std::exp(-z)); }

/// The i-th input, counted from 1 as in the formulas: [rows, inputs] → [rows, 1].
Tensor in(const Tensor& x, Index i) { return slice(x, 1, i - 1, i); }

std::vector<double> ridge(const std::vector<double>& weights, const std::vector<double>& x,
                          const std::vector<double>& baseline, double change) {
    std::vector<double> shares(x.size());
    double total = 0;
    for (std::size_t i = 0; i < x.size(); ++i) total += shares[i] = weights[i] * (x[i] - baseline[i]);
    for (double& share : shares) share *= change / total;
    return shares;
}

Tensor linear(const Tensor& x) { return 2.0 * in(x, 1) - 3.0 * in(x, 2) + 0.5 * in(x, 3) + 1.0; }
Tensor sum_of_two(const Tensor& x) { return in(x, 1) + in(x, 2); }
Tensor difference_of_two(const Tensor& x) { return in(x, 1) - in(x, 2); }
Tensor product_of_two(const Tensor& x) { return in(x, 1) * in(x, 2); }
Tensor lesser(const Tensor& x) { return minimum(in(x, 1), in(x, 2)); }
Tensor larger(const Tensor& x) { return maximum(in(x, 1), in(x, 2)); }
Tensor hinge(const Tensor& x) { return relu(difference_of_two(x)); }

// clang-format off
// Columns: id, formula, function / x, baseline, integrated gradients, Shapley values, note.
std::vector<Analytic> smooth_functions() {
    const std::vector<double> x8{1, 0.5, -1}, baseline8{0.2, -0.1, 0.4};
    const double change8 = logistic(1 - 2 * 0.5 - 0.5 + 0.3) - logistic(0.2 + 2 * 0.1 + 0.5 * 0.4 + 0.3);
    const double half16 = (std::exp(0.5) - 1) / 2;
    return {
        {"T1", "2*x1-3*x2+0.5*x3+1", linear,
         {1, 2, -2}, {0.5, -1, 3}, {2 * 0.5, -3 * 3.0, 0.5 * -5}, {2 * 0.5, -3 * 3.0, 0.5 * -5}, "linear"},
        {"T2", "x1^2*x2", [](const Tensor& x) { return square(in(x, 1)) * in(x, 2); },
         {2, 3}, {0, 0}, {8, 4}, {6, 6}, "monomial"},
        {"T3", "x1*x2", product_of_two,
         {3, 2}, {1, 1}, {3, 2}, {3, 2}, "multilinear: equal to Shapley"},
        {"T4", "x1*x2*x3", [](const Tensor& x) { return product_of_two(x) * in(x, 3); },
         {3, 1, 2}, {1, 2, 0}, {8.0 / 3, -7.0 / 3, 17.0 / 3}, {8.0 / 3, -7.0 / 3, 17.0 / 3},
         "multilinear: equal to Shapley"},
        {"T5", "(x1+x2)^3", [](const Tensor& x) { return pow(sum_of_two(x), 3.0); },
         {1, 3}, {0, 0}, {16, 48}, {19, 45}, "ridge: shares of 1 : 3"},
        {"T6", "x1^2*x2+x2^3", [](const Tensor& x) { return square(in(x, 1)) * in(x, 2) + pow(in(x, 2), 3.0); },
         {2, 1}, {1, -1}, {1.0 / 3, 20.0 / 3}, {0, 7}, "polynomial, integrated term by term"},
        {"T7", "x1*exp(x2)", [](const Tensor& x) { return in(x, 1) * exp(in(x, 2)); },
         {2, 1}, {0, 0}, {2 * (e - 1), 2}, {1 + e, e - 1}, "the integrals of 2 exp(t) and of 2 t exp(t)"},
        {"T8", "sigmoid(x1-2*x2+0.5*x3+0.3)",
         [](const Tensor& x) { return sigmoid(in(x, 1) - 2.0 * in(x, 2) + 0.5 * in(x, 3) + 0.3); },
         x8, baseline8, ridge({1, -2, 0.5}, x8, baseline8, change8), {}, "ridge"},
        {"T9", "sqrt(x1^2+x2^2)", [](const Tensor& x) { return sqrt(square(in(x, 1)) + square(in(x, 2))); },
         {3, 4}, {0, 0}, {9.0 / 5, 16.0 / 5}, {2, 3},
         "homogeneous of degree 1; no gradient exists at the baseline, so rules that touch it do not apply"},
        {"T10", "x1^2+x1*x2+2*x2^2+x1-x2",
         [](const Tensor& x) {
             return square(in(x, 1)) + product_of_two(x) + 2.0 * square(in(x, 2)) + difference_of_two(x);
         },
         {3, 2}, {1, 0}, {12, 10}, {12, 10}, "quadratic with Q = [[2,1],[1,4]], b = (1,-1): equal to Shapley"},
        {"T16", "exp(x1*x2)", [](const Tensor& x) { return exp(product_of_two(x)); },
         {1, 0.5}, {0, 0}, {half16, half16}, {half16, half16}, "symmetric in x1 and 2 x2"},
        {"T17", "2*x1^2-x2^2+0.5*x3^2",
         [](const Tensor& x) { return 2.0 * square(in(x, 1)) - square(in(x, 2)) + 0.5 * square(in(x, 3)); },
         {1, -2, 3}, {-2, 0.5, 2},
         {2 * (1 - 4.0), -(4 - 0.25), 0.5 * (9 - 4)}, {2 * (1 - 4.0), -(4 - 0.25), 0.5 * (9 - 4)},
         "separable: equal to Shapley"},
    };
}

std::vector<Analytic> functions_with_kinks() {
    const std::string same = "opens at the middle of the path; T15f and T15g are one function written in two ways";
    return {
        {"T11a", "min(x1,x2)", lesser,
         {2, 5}, {0, 0}, {2, 0}, {1, 1}, "x1 is the smaller on all of the path but its start, a tie"},
        {"T11b", "max(x1,x2)", larger,
         {2, 5}, {0, 0}, {0, 5}, {1, 4}, "x2 is the larger on all of the path but its start, a tie"},
        {"T11c", "min(x1,x2)", lesser,
         {3, 2}, {0, 1}, {1.5, 0.5}, {1.5, 0.5}, "the two cross at the middle of the path"},
        {"T11d", "max(x1,x2)", larger,
         {3, 2}, {0, 1}, {1.5, 0.5}, {1.5, 0.5}, "the two cross at the middle of the path"},
        {"T12a", "relu(x1-x2)", hinge,
         {3, 1}, {0, 0}, {3, -1}, {2.5, -0.5}, "open on all of the path but its start"},
        {"T12b", "relu(x1-x2)", hinge,
         {1, 3}, {0, 0}, {0, 0}, {0.5, -0.5}, "closed on the whole path"},
        {"T13", "relu(x1+x2-1)", [](const Tensor& x) { return relu(sum_of_two(x) - 1.0); },
         {1, 1}, {0, 0}, {0.5, 0.5}, {0.5, 0.5}, "opens at the middle of the path"},
        {"T14", "1-relu(1-x1)", [](const Tensor& x) { return 1.0 - relu(1.0 - in(x, 1)); },
         {2}, {0}, {1}, {1}, "saturates at the middle of the path: the gradient at x is 0"},
        {"T15f", "relu(relu(x1)-1-relu(x2))",
         [](const Tensor& x) { return relu(relu(in(x, 1)) - 1.0 - relu(in(x, 2))); },
         {3, 1}, {0, 0}, {1.5, -0.5}, {1.5, -0.5}, same},
        {"T15g", "relu(relu(x1-1)-relu(x2))",
         [](const Tensor& x) { return relu(relu(in(x, 1) - 1.0) - relu(in(x, 2))); },
         {3, 1}, {0, 0}, {1.5, -0.5}, {1.5, -0.5}, same},
    };
}
// clang-format on

/// By number, then letter: T2 stands before T10.
std::vector<Analytic> table() {
    std::vector<Analytic> all = smooth_functions();
    std::ranges::move(functions_with_kinks(), std::back_inserter(all));
    std::ranges::stable_sort(all, {}, [](const Analytic& row) { return std::stoi(row.id.substr(1)); });
    return all;
}

}  // namespace

std::span<const Analytic> analytic_functions() {
    static const std::vector<Analytic> all = table();
    return all;
}

const Analytic& analytic_function(std::string_view id) {
    const std::span<const Analytic> all = analytic_functions();
    const auto found = std::ranges::find(all, id, &Analytic::id);
    if (found == all.end()) {
        std::vector<std::string_view> ids;
        for (const Analytic& row : all) ids.push_back(row.id);
        const std::string guess = nearest_name(id, ids);
        throw ValueError(text("analytic: unknown function: got \"", id, "\"; ",
                              guess.empty() ? "they are called T1 to T17" : "did you mean " + guess + "?"));
    }
    return *found;
}

}  // namespace gradpath::models

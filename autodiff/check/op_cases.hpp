#pragma once
// The op list as cases: for every op at least one function with inputs, drawn away from kinks. `gradpath gradcheck`
// and the tests walk it, so a new op is covered by one line here (elementwise ops by none: their formulas carry their
// domain).
#include <cstdint>
#include <string>
#include <vector>

#include <gradpath/autodiff/op_code.hpp>
#include <gradpath/autodiff/transforms.hpp>

namespace gradpath {

struct OpCase {
    OpCode op;
    std::string name;            ///< of the op, and what is special: "matmul, transposed"
    std::vector<Tensor> inputs;  ///< float64, at least 1e-3 away from every kink
    ListFunction f;
    bool differentiable = true;
    double step = 1e-4, tolerance = 1e-7;  ///< for check_grads
};

/// Every op of the list but `leaf`.
std::vector<OpCase> op_cases(std::uint64_t seed);

/// The slope an op promises at a kink of x (for two inputs: at a - b = kink, or at a = kink; b is 1/2).
struct KinkCase {
    OpCode op;
    std::string name;
    std::vector<Tensor> inputs;
    ListFunction f;
    double slope;  ///< stated for the first input
};
std::vector<KinkCase> kink_cases();

}  // namespace gradpath

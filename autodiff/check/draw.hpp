#pragma once
// What the cases of the op list are made with: numbers drawn stream by stream, and the list they are added to.
#include <gradpath/autodiff/check/op_cases.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath {

using Inputs = std::vector<Tensor>;

/// Random float64 tensors, one stream of the seed after the other.
class Draw {
public:
    explicit Draw(std::uint64_t seed) : seed_(seed) {}
    Tensor operator()(const Shape& shape, double low = -2, double high = 2) {
        return random::uniform(shape, low, high, {.seed = seed_, .stream = stream_++, .dtype = DType::float64});
    }
    /// Numbers whose pairwise distances are at least 1e-2: no ties, no near-ties.
    Tensor apart(const Shape& shape);

private:
    std::uint64_t seed_, stream_ = 0;
};

/// Adds differentiable cases: add(code, name, inputs, function).
struct AddCase {
    std::vector<OpCase>& cases;
    void operator()(OpCode op, std::string name, Inputs inputs, ListFunction f) const {
        cases.push_back({op, std::move(name), std::move(inputs), std::move(f), true});
    }
};

void add_structure_cases(std::vector<OpCase>& cases, Draw& draw);  ///< reductions, shapes, positions
void add_linalg_cases(std::vector<OpCase>& cases, Draw& draw);     ///< small matrices
void add_image_cases(std::vector<OpCase>& cases, Draw& draw);      ///< convolutions, pools, pictures

}  // namespace gradpath

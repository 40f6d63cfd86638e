#pragma once
// Functions to minimise whose minima are known.
#include <vector>

#include <gradpath/autodiff/autodiff.hpp>

namespace gradpath::tests {

/// The residuals 10 (x[i+1] - x[i]²) and 1 - x[i] of Rosenbrock's function, which is twice their half sum of squares.
inline Tensor rosenbrock_residuals(const std::vector<Tensor>& p) {
    const Tensor& x = p[0];
    const Tensor first = slice(x, 0, 0, x.size() - 1), second = slice(x, 0, 1, x.size());
    return concat({10.0 * (second - square(first)), 1.0 - first});
}
/// Σ 100 (x[i+1] - x[i]²)² + (1 - x[i])², 0 at (1, .., 1).
inline Tensor rosenbrock(const std::vector<Tensor>& p) { return sum(square(rosenbrock_residuals(p))); }

/// A 1-8-1 tanh net on 20 points, minus what a teacher of the same shape says there.
class Lesson {
public:
    explicit Lesson(DType dtype)
        : x_(reshape(arange(20, dtype) * 0.2 - 1.9, {20, 1})), y_(net(parameters(1, 1.5, dtype), x_)) {}

    static std::vector<Tensor> parameters(std::uint64_t seed, double size, DType dtype) {
        std::vector<Tensor> list;
        for (const Shape& shape : {Shape{1, 8}, Shape{8}, Shape{8, 1}, Shape{1}})
            list.push_back(random::normal(shape, {.seed = seed, .stream = list.size(), .dtype = dtype}) * size);
        return list;
    }
    Tensor residuals(const std::vector<Tensor>& p) const { return net(p, x_) - y_; }
    Tensor loss(const std::vector<Tensor>& p) const { return sum(square(residuals(p))); }

private:
    static Tensor net(const std::vector<Tensor>& p, const Tensor& x) {
        return matmul(tanh(matmul(x, p[0]) + p[1]), p[2]) + p[3];
    }
    Tensor x_, y_;
};

}  // namespace gradpath::tests

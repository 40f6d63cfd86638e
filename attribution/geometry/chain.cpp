// The energy is a sum over edges e(a, b) = ½ N (b - a)ᵀ G((a + b)/2) (b - a), rows that do not depend on each other:
// one sweep gives the gradient of all, and the second derivatives of all come from one sweep for each of 2 n numbers.
#include <gradpath/attribution/geometry/chain.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::geometry {
namespace {

/// Both ends of every edge: [edges, 2, features].
Tensor edges_of(const Tensor& corners) {
    const Tensor flat = reshape(corners, {corners.rows(), 1, corners.size() / corners.rows()});
    return concat({slice(flat, 0, 0, corners.rows() - 1), slice(flat, 0, 1, corners.rows())}, 1);
}

struct Edge {
    Tensor from, step;
};
Edge edge_at(const Tensor& ends, const Shape& shape) {
    const Tensor a = reshape(slice(ends, 1, 0, 1), shape), b = reshape(slice(ends, 1, 1, 2), shape);
    return {a, b - a};
}

/// Σ weight · vᵀ G(x + at v) v for each edge.
Tensor squared_along(const EdgeRule& rule, const Metric& metric, const Edge& edge) {
    Tensor total;
    for (std::size_t q = 0; q < rule.at.size(); ++q) {
        const Tensor part = metric.squared(edge.from + edge.step * rule.at[q], edge.step) * rule.weight[q];
        total = total ? total + part : part;
    }
    return total;
}

/// Residuals whose squares make up the energy, times √2.
Tensor residuals(const Metric& metric, const Edge& edge, const EdgeRule& rule, double edges) {
    std::vector<Tensor> parts;
    for (std::size_t q = 0; q < rule.at.size(); ++q)
        parts.push_back(metric.residual(edge.from + edge.step * rule.at[q], edge.step) *
                        std::sqrt(edges * rule.weight[q]));
    return concat(parts, 1);
}

/// The Jacobian of f at the ends of all edges, [edges, .., 2 features].
Tensor jacobian_of(const Function& f, const Tensor& ends) {
    const Tensor j = jacobian(f, ends);
    return reshape(j, {ends.rows(), -1, 2 * ends.shape()[2]});
}

}  // namespace

EdgeRule edge_rule(Index looks) {
    if (looks == 1) return {};
    if (looks == 3) return {{0, 0.5, 1}, {1.0 / 6, 4.0 / 6, 1.0 / 6}};
    return {{0, 0.25, 0.5, 0.75, 1}, {7.0 / 90, 32.0 / 90, 12.0 / 90, 32.0 / 90, 7.0 / 90}};
}

Tensor energy_by(const EdgeRule& rule, const Metric& metric, const Tensor& corners) {
    const Index edges = corners.rows() - 1;
    const Tensor from = slice(corners, 0, 0, edges);
    const Edge all{from, slice(corners, 0, 1, edges + 1) - from};
    return sum(squared_along(rule, metric, all)) * (0.5 * static_cast<double>(edges));
}

ChainEnergy chain_energy(const Metric& metric, const Tensor& corners, const EdgeRule& rule) {
    const Tensor ends = edges_of(corners);
    const Shape shape = corners.shape().with(0, ends.rows());
    const auto edges = static_cast<double>(ends.rows());
    const auto total = [&](const std::vector<Tensor>& at) {
        const Edge edge = edge_at(at[0], shape);
        return sum(squared_along(rule, metric, edge)) * (0.5 * edges);
    };
    const ValueAndGrad seen = value_and_grad(total, {ends});
    const Tensor slope = seen.slopes[0].to(DType::float64);
    const Index width = ends.shape()[2], inner = corners.rows() - 2;
    ChainEnergy result{seen.value.item(), std::vector<double>(static_cast<std::size_t>(inner * width)), 0};
    double norm = 0, size = 0;
    for (Index k = 0; k < inner; ++k)
        for (Index i = 0; i < width; ++i) {
            const double pull = slope.at((2 * k + 1) * width + i) + slope.at((2 * k + 2) * width + i);
            result.gradient[static_cast<std::size_t>(k * width + i)] = pull;
            norm += pull * pull;
        }
    for (Index k = 0; k < ends.rows(); ++k)
        for (Index i = 0; i < width; ++i) {
            const double momentum = (slope.at((2 * k + 1) * width + i) - slope.at(2 * k * width + i)) / 2;
            size += momentum * momentum;
        }
    result.relative_norm = norm == 0 ? 0 : std::sqrt(norm / size);
    return result;
}

BlockTridiagonal chain_curvature(const Metric& metric, const Tensor& corners, const EdgeRule& rule, bool exact) {
    const Tensor ends = edges_of(corners);
    const Shape shape = corners.shape().with(0, ends.rows());
    const auto edges = static_cast<double>(ends.rows());
    Tensor blocks;  // [edges, 2 n, 2 n]
    if (exact) {
        const auto slope = [&](const Tensor& at) {
            const Edge edge = edge_at(at, shape);
            return grad(sum(squared_along(rule, metric, edge)) * (0.5 * edges), at, {.differentiable = true});
        };
        blocks = jacobian_of(slope, ends);
    } else {
        const auto residual = [&](const Tensor& at) {
            return residuals(metric, edge_at(at, shape), rule, edges);
        };
        const Tensor j = jacobian_of(residual, ends);
        blocks = matmul(j, j, {.transpose_a = true});
    }
    const Tensor numbers = blocks.to(DType::float64);
    const Index n = ends.shape()[2], inner = corners.rows() - 2;
    BlockTridiagonal matrix{inner, n, std::vector<double>(static_cast<std::size_t>(inner * n * n), 0),
                            std::vector<double>(static_cast<std::size_t>(std::max<Index>(0, inner - 1) * n * n), 0)};
    // The first end of edge e is inner corner e - 1, the second inner corner e.
    for (Index e = 0; e < ends.rows(); ++e)
        for (Index i = 0; i < n; ++i)
            for (Index j = 0; j < n; ++j) {
                const auto entry = [&](Index row, Index column) {
                    return numbers.at((e * 2 * n + row * n + i) * 2 * n + column * n + j);
                };
                const auto at = [&](Index block) { return static_cast<std::size_t>((block * n + i) * n + j); };
                if (e > 0) matrix.diagonal[at(e - 1)] += entry(0, 0);
                if (e < inner) matrix.diagonal[at(e)] += entry(1, 1);
                if (e > 0 && e < inner) matrix.below[at(e - 1)] = entry(1, 0);
            }
    return matrix;
}

void add_springs(BlockTridiagonal& matrix, double weight) {
    const Index n = matrix.size;
    for (Index k = 0; k < matrix.count; ++k)
        for (Index i = 0; i < n; ++i) {
            matrix.diagonal[static_cast<std::size_t>((k * n + i) * n + i)] += 2 * weight;
            if (k > 0) matrix.below[static_cast<std::size_t>(((k - 1) * n + i) * n + i)] -= weight;
        }
}

bool is_piecewise_constant(const Metric& metric, const Tensor& corners) {
    const Index edges = corners.rows() - 1;
    const Tensor middles = (slice(corners, 0, 0, edges) + slice(corners, 0, 1, edges + 1)) * 0.5;
    const Tensor step = slice(corners, 0, 1, edges + 1) - slice(corners, 0, 0, edges);
    const auto squares = [&](const std::vector<Tensor>& at) { return sum(metric.squared(at[0], step)); };
    const Tensor force = value_and_grad(squares, {middles}).slopes[0];
    for (Index k = 0; k < force.size(); ++k)
        if (force.at(k) != 0) return false;
    const Tensor trace = metric.trace(middles);
    double least = trace.at(0), most = trace.at(0);
    for (Index k = 0; k < trace.size(); ++k) least = std::min(least, trace.at(k)), most = std::max(most, trace.at(k));
    return most - least > 1e-9 * most;
}

}  // namespace gradpath::attribution::geometry

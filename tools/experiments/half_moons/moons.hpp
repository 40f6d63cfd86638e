#pragma once
// What the study of half-moons explains: small networks, each trained on moons of one noise and one seed.
#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include <gradpath/attribution/geometry/neighbours.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/models/model.hpp>

namespace gradpath::tools::half_moons {

/// Of arXiv 2502.12108, section 4.1, where nothing else is said.
struct Plan {
    double noise = 0.2;
    std::uint64_t seed = 12;
    Index training = 7500;  ///< of 10,000 rows; the rest is explained. The paper's words say 8000, its code 7500
    Index epochs = 50;
    const std::atomic<bool>* cancel = nullptr;
};

/// An MLP 2-10-10-2 with ReLU, and the rows that it has not seen, in float64.
struct Trained {
    Plan plan;
    models::Model net;
    Tensor x;  ///< [rows, 2]
    double accuracy;
};
Trained train(const Plan& plan);

/// The function that is explained, at every row from one baseline: log p of the class that it predicts there.
struct Subject {
    Function f;  ///< [rows, 2] → [rows, 2]: outputs before softmax
    Tensor x, baseline;
    std::vector<Index> predicted;
    Index of_baseline;  ///< the class predicted there
    std::uint64_t seed;
    const std::atomic<bool>* cancel;
};
Subject as_trained(const Trained& trained);
/// With softplus(βx)/β instead of ReLU and the same weights, as the paper's code has it.
Subject softened(const Trained& trained, double beta);
/// The first rows only.
Subject first_rows(const Subject& subject, Index rows);

/// log p of a class, [rows, 2] → [rows].
Function log_probability(const Function& f, Index of_class);

/// What a method says of all rows.
struct Scores {
    std::vector<double> sizes;  ///< Σ|A| of each row
    double gap = 0;             ///< the median of Σ|A| - |dF|
    double relative_delta = 0;  ///< the largest; 0 where completeness is not asked
};
/// One of the competitors.
struct Method {
    const char* name;
    double paper;  ///< area under its purity in the paper's table; NaN: not there
    Scores (*run)(const Subject&);
    const char* note = "";
};
/// In the order of the table.
std::vector<Method> methods();
Scores scores_of(const std::vector<double>& sizes, std::vector<double> gaps, const std::vector<double>& deltas);

/// Geodesic IG on a graph of the points that are explained, pooled by predicted class, and the baseline.
struct ByNeighbours {
    attribution::geometry::Neighbours graph = {};
    enum class Metric { conformal, regularised, euclidean, sum_of_outputs } metric = Metric::conformal;
    bool both_classes = false;    ///< one pool for both classes
    bool leading_factor = false;  ///< (x - x') before the sum of mean gradients, as the paper's formula has it
    bool keep_ways = false;
};
Scores by_neighbours(const Subject& subject, const ByNeighbours& options = {});
/// The same as [rows, 2], with the ways as corners where `keep_ways` asks for them.
struct Geodesics {
    Tensor values;             ///< [rows, 2]
    std::vector<Tensor> ways;  ///< of each row, [points, 2], from the baseline
};
Geodesics geodesics(const Subject& subject, const ByNeighbours& options);

}  // namespace gradpath::tools::half_moons

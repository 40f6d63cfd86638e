#pragma once
// Methods on one of the networks, and what they are measured by.
#include <array>
#include <functional>
#include <string>
#include <vector>

#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/geometry/neighbours.hpp>
#include <gradpath/attribution/quality/purity.hpp>
#include <gradpath/tools/experiments/half_moons/moons.hpp>

namespace gradpath::tools::half_moons {

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
Scores scores_of(const attribution::Attribution& answer);

/// Integrated Gradients of all rows, [rows, 2].
Tensor straight_values(const Subject& subject);

/// Geodesic IG over neighbours among the points that are explained, pooled by predicted class.
struct ByNeighbours {
    attribution::geometry::Neighbours graph = {};
    enum class Metric { conformal, regularised, euclidean, sum_of_outputs } metric = Metric::conformal;
    bool both_classes = false;    ///< one pool for both classes
    bool leading_factor = false;  ///< (x - x') before the sum of mean gradients, as the paper's formula has it
};
attribution::Attribution by_neighbours(const Subject& subject, const ByNeighbours& options = {});
/// Its ways from the baseline to each row, [points, 2].
std::vector<Tensor> geodesic_ways(const Subject& subject, const ByNeighbours& options = {});

/// How well the sizes tell the classes apart.
struct Measured {
    attribution::quality::Purity purity;
    double gap = 0, relative_delta = 0;
    std::array<double, 2> spread = {};  ///< of the sizes within each predicted class
};
Measured measure(const Subject& subject, const Scores& scores);

/// One thing done otherwise: k, metric, pool, or a defect of the paper or its code (E1 to E14).
struct Ablation {
    std::string method;  ///< what it changes
    std::string change;  ///< empty: nothing
    std::string lesson;
    std::function<double(const Trained&)> run;  ///< its purity
};
std::vector<Ablation> ablations();
/// Those of geodesic-ig-svi, on few points; the first changes nothing.
inline constexpr const char* variational = "geodesic-ig-svi";
inline constexpr double variational_paper = 0.504;
std::vector<Ablation> variational_ablations();
/// Is it that first one, the method itself?
bool is_method(const Ablation& ablation);

}  // namespace gradpath::tools::half_moons

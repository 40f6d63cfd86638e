#pragma once
// What the study of half-moons explains: small networks, each trained on moons of one noise and one seed.
#include <atomic>
#include <cstdint>
#include <vector>

#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/autodiff/transforms.hpp>
#include <gradpath/models/model.hpp>

namespace gradpath::tools::half_moons {

/// Of arXiv 2502.12108, section 4.1, where nothing else is said.
struct Plan {
    double noise = 0.2;
    std::uint64_t seed = 12;
    Index training = 7500;  ///< of 10,000 rows; the rest is explained. The paper's words say 8000, its code 7500
    Index epochs = 50;
    bool he_weights = false;  ///< He's normal weights and biases 0, not PyTorch's
    bool quick = false;       ///< 1000 points are explained, and fewer by what takes long
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
    Index of_baseline;                   ///< the class predicted there
    attribution::Quadrature quadrature;  ///< of everything along lines
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

}  // namespace gradpath::tools::half_moons

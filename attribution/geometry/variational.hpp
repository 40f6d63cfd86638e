#pragma once
// Curves by variational inference over deviations from the straight line (arXiv 2502.12108, 3.3 and its code).
#include <atomic>
#include <span>
#include <vector>

#include <gradpath/attribution/geometry/metric.hpp>

namespace gradpath::attribution::geometry {

/// The energy of deviations δₖ from K nodes of the straight line is Σ ‖δₖ‖ + beta Σ ‖∇F‖ + 100 Σ ‖δₖ‖ over the nodes
/// near the ends; a Gaussian N(μ, s²) of each number of δ, with the prior N(0, 1), is fitted to exp(-energy) by Adam
/// and draws of one sample. The curve is the line plus μ. What the paper or its code does otherwise stands behind
/// options whose default is not the paper's.
struct Variational {
    Index points = 50;         ///< K nodes, where Gauss-Legendre's rule has them, without the ends
    double beta = 0.3;         ///< of the slope's size in the energy
    Index iterations = 1000;   ///< at most
    double rate = 1e-3;        ///< of Adam; halves after 25 iterations without a better loss, to 1e-5
    bool match_ends = true;    ///< hold the first and last tenth of the nodes to the line; the code's flag does nothing
    bool respace = true;       ///< the corners are spaced evenly afterwards
    bool sampled_kl = false;   ///< the divergence from the prior by the sample instead of its formula: noisier
    bool paper_sign = false;   ///< minus beta: steep places are sought, against the purpose stated
    bool paper_form = false;   ///< of geodesic_ig: (x - x') ∘ Σ ‖step‖ ∇F, no path integral and not complete
    bool all_outputs = false;  ///< ‖∇F‖ of the sum of all outputs: for probabilities this is no function at all
    bool last_axis = false;    ///< norms over the last axis only: of an image for each of its rows, summed
    Index carry_over = 0;      ///< as its loop does: so many rows start where as many before them ended; 0: none does
    Index piece = 0;           ///< as its chunks are: so many nodes are fitted, and held at their ends, alone; 0: all
    bool paper = false;        ///< sampled_kl, paper_sign, paper_form, all_outputs and last_axis together
    std::uint64_t seed = 0;    ///< of the draws; the same ones for every input

    static void visit(auto& self, auto&& f) {
        f("nodes", self.points, "of the curve of the variational solver");
        f("beta", self.beta, "of the slope's size in the variational energy");
        f("iterations", self.iterations, "of the variational solver, at most");
        f("rate", self.rate, "of Adam in the variational solver");
        f("match-ends", self.match_ends, "hold the first and last tenth of the nodes to the line");
        f("respace", self.respace, "space the corners evenly afterwards");
        f("sampled-kl", self.sampled_kl, "as published: the divergence by a sample, not by its formula");
        f("paper-sign", self.paper_sign, "as published: seek steep places");
        f("paper-form", self.paper_form, "as published: (x - x') o sum |step| grad F, which is not complete");
        f("all-outputs", self.all_outputs, "as published: the slope of the sum of all outputs");
        f("last-axis", self.last_axis, "as published: norms over the last axis only");
        f("carry-over", self.carry_over, "as published: so many rows start where those before them ended");
        f("piece", self.piece, "as published: so many nodes are fitted as a curve of their own");
        f("paper", self.paper, "all that is as published, but for the last two, which depend on how it is called");
    }
    /// With `paper` written out.
    Variational plain() const;
};

/// The explained number at points, [points, input shape], that belong to these rows of the input: [points].
using RowFunction = std::function<Tensor(const Tensor& points, std::span<const Index> rows)>;

/// Curves from each row of `from` to that of `to`, [rows, input shape]: corners [points + 2, input shape] each. Rows do
/// not depend on each other (but for carry_over); `rows_at_once` of them share a graph. Throws ValueError for options
/// out of range, NumericError where a curve is not finite, Cancelled.
struct VariationalRun {
    Index rows_at_once = 1;  ///< with carry_over: as many as that
    const std::atomic<bool>* cancel = nullptr;
};
std::vector<Tensor> variational_curves(const RowFunction& f, const Tensor& from, const Tensor& to,
                                       const Variational& options = {}, const VariationalRun& run = {});

}  // namespace gradpath::attribution::geometry

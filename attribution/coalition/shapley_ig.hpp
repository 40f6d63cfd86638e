#pragma once
#include <gradpath/attribution/coalition/options.hpp>
#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution {

/// Where the line from a coalition's baseline ends, and so who moves along it.
enum class CoalitionLine : std::uint8_t {
    full,     ///< at the input: everybody who is absent moves at once
    marginal  ///< where one more player has come: only it moves
};
/// "full" or "marginal". Throws ValueError that names the nearest.
void parse_field(const std::string& what, std::string_view text, CoalitionLine& field);
std::string field_text(CoalitionLine field);

/// What is done to the sum of the shares of `full`, which is not F(x) - F(x') by itself.
enum class Rescaling : std::uint8_t { none, completeness };
/// "none" or "completeness". Throws ValueError that names the nearest.
void parse_field(const std::string& what, std::string_view text, Rescaling& field);
std::string field_text(Rescaling field);

/// Options of shapley_integrated_gradients.
struct ShapleyIntegratedGradients {
    Target target = Predicted{};
    Baseline baseline = baseline::Zero{};  ///< of the players who are absent
    OutputStage stage = {};
    Groups groups = {};
    CoalitionLine line = CoalitionLine::full;
    std::optional<Index> samples = {};  ///< orders: coalitions for each player and size; left out: 4, or all there are
    Index max_samples = 1000;           ///< at most, to meet a tolerance
    Rescaling normalise = Rescaling::completeness;
    Quadrature quadrature = {};  ///< of each line; its tolerance is also that of the half-widths
    std::uint64_t seed = 0;
    Run run = {};

    static void visit(auto& self, auto&& f) {
        f("groups", self.groups, groups_help);
        f("line", self.line, "full: from each coalition's baseline to the input; marginal: until one more has come");
        f("samples", self.samples, "coalitions for each player and size; automatic: 4, or all where they are no more");
        f("max-samples", self.max_samples, "of these, at most, to meet a tolerance");
        f("normalise", self.normalise, "completeness: shares of full are rescaled to sum to F(x) - F(x'); none");
        Quadrature::visit(self.quadrature, f);
        f("seed", self.seed, "of the coalitions and of a random baseline");
    }
};

/// Shapley Integrated Gradients (Liu et al. 2023, arXiv 2310.04821): coalitions take the place
/// of the baseline. With x_S the input where the players of S are and the baseline elsewhere,
///   full:     Aᵢ = 1/n Σ_{k<n} E_{|S|=k, S ∌ i} IGᵢ(x; x_S), rescaled to be complete unless `normalise` is none;
///   marginal: Aᵢ = 1/n Σ_{k<n} E_{|S|=k, S ∌ i} v(S+i) - v(S), which is the Shapley value by stratified sampling.
/// Only the paper's abstract could be read; `full` is our reading of it. Proportional sampling: a sample is a random
/// order of the players laid on a circle, and its coalitions are the neighbours on it, so each player and size gets the
/// same number; about n² lines a sample. A full share is of features, also where they are grouped; a marginal one is
/// spread evenly over the player's. The standard error is that of independent orders, of the rescaled shares by the
/// delta method. A tolerance bounds half-width and quadrature; without one, lines through a piecewise-linear model are
/// integrated to 0.05, as their errors cancel in the mean. Throws as shapley, and ValueError for samples below 1 or a
/// quadrature out of range.
Attribution shapley_integrated_gradients(const Model& model, const Tensor& x,
                                         const ShapleyIntegratedGradients& options = {});

}  // namespace gradpath::attribution

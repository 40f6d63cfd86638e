#pragma once
// The shared vocabulary of all methods: what is explained (Model, Target, OutputStage), how it runs (Run), and what
// comes out (Attribution). Rows are the leading axis of every tensor.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::attribution {

/// Any differentiable function, [rows, ...] → [rows, outputs] or [rows].
using Model = std::function<Tensor(const Tensor&)>;

// --- target: which number of the output is explained -----------------------------------------------------------------
struct Predicted {};   ///< the largest output of each row, decided once, at the input; the only one where there is one
struct AllTargets {};  ///< every output, one forward pass for all: results get an axis [rows, targets, input shape]
/// Σₖ wₖ Fₖ with the output stage applied to each Fₖ; weights are [outputs] or [rows, outputs].
struct Weights {
    Tensor values;
};
/// Maps the raw output to one number per row: [rows, outputs] → [rows]. Takes the stage logit only.
using OutputFunction = std::function<Tensor(const Tensor&)>;
/// One index for all rows: `3`; one per row: `std::vector<Index>{3, 1}`; or one of the above.
using Target = std::variant<Predicted, Index, std::vector<Index>, AllTargets, Weights, OutputFunction>;

/// "predicted", "all", "3" or "3,1,4" (one per row). Throws ValueError with what may stand there and the nearest.
Target parse_target(std::string_view text);
/// The inverse; weights and functions are called "weights" and "function".
std::string describe(const Target& target);

// --- output stage: what is done to the output before it is explained -------------------------------------------------
enum class Stage : std::uint8_t { logit, probability, log_probability, log_odds, margin };
/// logit: the raw output. The others read the outputs as logits: softmax over several, sigmoid of a single one.
/// log-odds is log p/(1-p); margin:a,b is the raw output a minus output b, and takes no other target.
struct OutputStage {
    Stage kind = Stage::logit;
    Index first = 0, second = 0;  ///< a and b of margin:a,b
    bool operator==(const OutputStage&) const = default;
};
/// "logit", "probability", "log-probability", "log-odds" or "margin:A,B". Throws ValueError that lists these
/// and names the nearest.
OutputStage parse_stage(std::string_view text);
std::string describe(const OutputStage& stage);

// --- how it runs: nothing here changes a bit of the values -----------------------------------------------------------
/// Called after every chunk with the name of the stage of work, and the rows done and to do in it (total 0: unknown);
/// where a method takes several samples, once after each, with "samples" and their numbers.
using Progress = std::function<void(std::string_view stage, Index done, Index total)>;
struct ModelFacts;  // evaluator.hpp

struct Run {
    std::size_t memory = std::size_t{512} << 20;  ///< bytes that chunks of work take at one time
    Progress progress = {};
    const std::atomic<bool>* cancel = nullptr;     ///< looked at before every chunk; set: throws Cancelled
    std::shared_ptr<const ModelFacts> facts = {};  ///< from examine(), to look at a model once for many calls
    /// May model and output function be called on several threads at once, as networks of nn in evaluation (no scope of
    /// nn::Training is open), formulas and ONNX graphs may? Then threads take whole chunks, where there are enough.
    bool concurrent = false;
};

// --- what comes out --------------------------------------------------------------------------------------------------
/// Rows the model was run on for the method. The few rows of the first look at a model (examine) are not counted.
struct Evaluations {
    Index forward = 0, backward = 0;
};

/// Two ways to the same number, and how far apart they came out: an equation that every answer of a method must keep.
struct Identity {
    std::string name;
    std::vector<double> gap;  ///< relative; per row, with all targets per [row, target]
};

/// A method's answer and how it came about. Vectors have one entry per row; with all targets one per [row, target].
struct Attribution {
    std::string method;
    Tensor values;                ///< like x, or of the layer's shape; with all targets [rows, targets, input shape]
    std::string layer = {};       ///< whose units the values are of; empty: they are of the input's features
    std::vector<double> f_input;  ///< the explained number at the input; empty: smooth was called directly
    std::optional<std::vector<double>> f_baseline;        ///< at the baseline; the mean over a distribution
    std::optional<std::vector<double>> delta;             ///< Σᵢ Aᵢ - (f_input - f_baseline)
    std::optional<std::vector<double>> relative_delta;    ///< |delta| / max(|dF|, Σ|A|, 1e-12)
    std::optional<std::vector<double>> quadrature_error;  ///< estimate of Σᵢ |error in Aᵢ|, divided likewise
    std::optional<std::vector<double>> ncc_gap;           ///< Σᵢ |Aᵢ| - |dF|: how much cancels
    std::vector<Identity> identities = {};                ///< what else must be equal in this answer
    std::optional<Tensor> standard_error;                 ///< of the values, where the method samples
    /// The largest 95 % half-width of a value, divided like delta, where a method samples coalitions.
    std::optional<std::vector<double>> half_width;
    /// Where features are grouped: what each player, or pair of players, got, [rows, (targets,) players, (players)].
    std::optional<Tensor> players;
    /// Of `harsanyi`: the dividend of every coalition by the bits of its players, [rows, (targets,) 2^players].
    std::optional<Tensor> dividends;
    std::optional<Index> samples;                         ///< draws of noise or of a random baseline
    std::optional<std::vector<Index>> steps;              ///< gradients taken on the path, per row
    std::optional<double> tolerance;                      ///< the one in force: asked for, or automatic
    std::optional<std::vector<bool>> tolerance_met;       ///< per row: all that it bounds is within it
    std::string rule;                                     ///< of the quadrature, as parse_rule reads it; empty: none
    std::vector<Index> target;  ///< per row; 0, 1, .. with all targets; empty: weights, function
    bool all_targets = false;
    std::string target_kind;  ///< as asked: describe(target)
    OutputStage stage;
    std::optional<Tensor> baseline;     ///< like x; the first draw of a distribution
    std::string baseline_kind;          ///< describe(baseline); empty where there is none
    std::optional<std::uint64_t> seed;  ///< where anything random was drawn
    DType dtype = DType::float32;
    std::string isa;
    int threads = 1;
    Evaluations evaluations;
    double seconds = 0;
    std::size_t peak_bytes = 0;      ///< of tensors and scratch, above what was live at the call
    std::vector<std::string> notes;  ///< what a reader of the numbers should know
};

}  // namespace gradpath::attribution

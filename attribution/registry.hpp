#pragma once
// The registry: one row per method, with everything the program, the reports and the axiom tests ask of it.
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/attribution/neurons/region.hpp>

namespace gradpath::attribution {

/// What a method promises of every function, in the order of Lundstrom et al. (2022) and Sundararajan et al. (2017).
enum class Claim : std::uint8_t {
    completeness,               ///< Σ Aᵢ = F(x) - F(x')
    sensitivity,                ///< the one feature that differs and matters gets something
    dummy,                      ///< a feature that F ignores gets nothing
    linearity,                  ///< A(aF + bG) = a A(F) + b A(G)
    implementation_invariance,  ///< equal functions, equal answers
    symmetry,                   ///< equal features that may be swapped get the same
    affine_scale_invariance,    ///< changing units of a feature changes nothing
    proportionality,            ///< F of a sum, from 0: shares are proportional to x
    positivity,                 ///< F never falls on any monotone path: no share is negative
    symmetric_monotonicity,     ///< a larger slope everywhere, a larger share per unit of change
    locality                    ///< a feature that equals its baseline gets nothing
};
std::string describe(Claim claim);

struct Citation {
    std::string authors, title, venue;
    int year = 0;
    std::string arxiv = {};  ///< identifier, empty if there is none
};

/// One option of a method, from its option struct's `visit`.
struct OptionInfo {
    std::string name, standard, help;  ///< standard: the default, as text
};

/// Everything a caller may ask of any method; what a method does not know it ignores, except in `set`.
struct Settings {
    Target target = Predicted{};
    std::optional<Baseline> baseline = {};  ///< left out: the method's own
    OutputStage stage = {};
    std::optional<double> tolerance = {};
    std::optional<Index> steps = {};
    std::optional<QuadratureRule> rule = {};
    std::optional<Index> samples = {};
    std::optional<std::uint64_t> seed = {};
    std::optional<Region> region = {};  ///< of the input
    std::optional<Tensor> pool = {};    ///< data for methods that lead ways through them, [points, input shape]
    Run run = {};
    std::map<std::string, std::string> set = {};  ///< any option by its name; wins over the fields above
};

struct Method {
    std::string name, family, summary;
    bool takes_baseline = false;
    bool takes_target = true;  ///< explains an output of the model, at a stage; else something of its own
    bool inside = false;       ///< looks at a layer of the model, so it does not explain just any function
    std::string standard_baseline = "zero";  ///< where it takes one and is given none
    std::vector<OptionInfo> options;
    std::vector<Claim> claims;
    std::vector<Citation> citations;
    /// Throws ValueError for an unknown key in `set`, naming the nearest, and whatever the method throws.
    std::function<Attribution(const Model&, const Tensor& x, const Settings&)> run;
    /// Every layer of the model in one pass. Empty: takes one layer at a time, or none.
    std::function<std::vector<Attribution>(const Model&, const Tensor& x, const Settings&)> run_layers = {};
};

/// All methods, in the order of the documentation.
std::span<const Method> methods();
/// By name. Throws ValueError that names the nearest, or all where none is near.
const Method& find_method(std::string_view name);

}  // namespace gradpath::attribution

#pragma once
#include <functional>
#include <string_view>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// Options of smooth, smooth_squared and var.
struct Smooth {
    double sigma = 0.15;   ///< standard deviation of the noise
    bool relative = true;  ///< sigma counts in units of max(x) - min(x) of each row; else in the units of x
    Index samples = 25;
    std::uint64_t seed = 0;
    Run run = {};  ///< progress and cancel; the method has its own

    static void visit(auto& self, auto&& f) {
        f("sigma", self.sigma, "standard deviation of the noise");
        f("relative", self.relative, "sigma counts in units of max(x) - min(x) of each row");
        f("samples", self.samples, "noisy copies of the input");
        f("seed", self.seed, "of the noise");
    }
};

/// Any method with its model and options bound. Its target should not depend on x: see Evaluator::fixed_target.
using BoundMethod = std::function<Attribution(const Tensor& x)>;

/// SmoothGrad: the mean of a method over noisy inputs, with its standard error (Smilkov et al. 2017, eq. 2). What an
/// answer has beside its values (sums, half-widths, players, dividends, identities) belongs to one noisy input and is
/// left out; a note that not all of them share says how many do.
/// All three throw ValueError for samples below 1 (var, and any standard error: below 2 there is none), a bad sigma, or
/// a method that is itself one of them with the same seed, which would draw the same noise again.
Attribution smooth(const BoundMethod& method, const Tensor& x, const Smooth& options = {});
/// SmoothGrad-squared: the mean of the squares (Hooker et al. 2019).
Attribution smooth_squared(const BoundMethod& method, const Tensor& x, const Smooth& options = {});
/// VarGrad: the variance E[A²] - E[A]² over the noise (Adebayo et al. 2018).
Attribution var(const BoundMethod& method, const Tensor& x, const Smooth& options = {});

/// Is this the name of one of the three?
bool is_smoother(std::string_view method);

}  // namespace gradpath::attribution

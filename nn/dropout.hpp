#pragma once
// Dropout (Srivastava et al. 2014), in the inverted form: what is kept is scaled up, so that nothing changes outside
// training. It is active only inside a Training scope; explaining and evaluating run outside one.
#include <cstdint>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::nn {

/// While it lives, dropout on this thread is active. Masks depend on seed, step and the number of the call inside the
/// scope only, so a step that is run again draws the same ones. Scopes nest: the innermost counts.
class Training {
public:
    explicit Training(std::uint64_t seed, std::uint64_t step = 0);
    ~Training();
    Training(const Training&) = delete;
    Training& operator=(const Training&) = delete;

    /// The innermost scope of this thread, or none.
    static Training* current();
    std::uint64_t seed() const { return seed_; }
    std::uint64_t next_stream();  ///< another one at each call

private:
    std::uint64_t seed_, step_, calls_ = 0;
    Training* before_;
};

/// Zeroes each number with probability `rate` and divides the others by 1 - rate. Not inside checkpoint(), whose second
/// run would draw another mask.
struct Dropout {
    double rate;

    /// Throws ValueError unless 0 ≤ rate < 1.
    explicit Dropout(double rate_in = 0.5);
    Tensor operator()(const Tensor& x) const;
};

}  // namespace gradpath::nn

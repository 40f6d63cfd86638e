#pragma once
// The random numbers of one trial. Rounded to hundredths, so that formulas stay short and read back exactly.
#include <cmath>

#include <gradpath/attribution/axioms/expression.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution::axioms {

class Draws {
public:
    Draws(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

    double uniform() { return random::uniform_at(seed_, stream_, position_++); }
    /// Hundredths in low .. high.
    double number(double low, double high) { return std::round(100 * (low + (high - low) * uniform())) / 100; }
    /// The same, never within a twentieth of 0: for weights that must matter.
    double weight(double low, double high) {
        while (true)
            if (const double w = number(low, high); std::abs(w) >= 0.05) return w;
    }
    /// 0 .. count-1.
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(uniform() * static_cast<double>(count)); }
    bool coin() { return uniform() < 0.5; }
    std::vector<double> weights(std::size_t n, double low, double high) {
        std::vector<double> list(n);
        for (double& w : list) w = weight(low, high);
        return list;
    }

private:
    std::uint64_t seed_, stream_, position_ = 0;
};

}  // namespace gradpath::attribution::axioms

#pragma once
// How the learning rate goes during training: plain data, and a function of where training stands. There is no state to
// keep, so a run that is cut goes on with the same rates.
#include <span>
#include <string_view>
#include <variant>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::nn {

struct ConstantRate {
    static void visit(auto&, auto&&) {}
};
/// The rate times factor^k after k · every epochs.
struct StepDecay {
    Index every = 10;
    double factor = 0.1;
    static void visit(auto& self, auto&& f) { f("every", self.every), f("factor", self.factor); }
};
/// Half a cosine from the rate down to `final` of it, over `period` epochs and then again from the top (Loshchilov &
/// Hutter 2017, eq. 5; each period `growth` times the one before). Period 0: once, over all epochs of the run.
struct CosineDecay {
    Index period = 0, growth = 1;
    double final = 0;
    static void visit(auto& self, auto&& f) {
        f("period", self.period), f("growth", self.growth), f("final", self.final);
    }
};
/// From the rate divided by `start` up to the rate in a share `rise` of the run, then down to the rate divided by
/// `finish`, both along half a cosine (after Smith 2018, section 4; the momentum stays as it is).
struct OneCycle {
    double rise = 0.3, start = 25, finish = 1e5;
    static void visit(auto& self, auto&& f) { f("rise", self.rise), f("start", self.start), f("finish", self.finish); }
};
/// The rate times `factor`, down to `least` of it, each time that `patience` epochs in a row had no loss lower than the
/// lowest before by more than the share `threshold` of it. The loss is that of the validation examples, or that of
/// training where there are none.
struct PlateauDecay {
    Index patience = 10;
    double factor = 0.1, threshold = 1e-4, least = 0;
    static void visit(auto& self, auto&& f) {
        f("patience", self.patience), f("factor", self.factor), f("threshold", self.threshold), f("least", self.least);
    }
};

struct Schedule {
    std::variant<ConstantRate, StepDecay, CosineDecay, OneCycle, PlateauDecay> shape = ConstantRate{};
    Index warmup = 0;  ///< steps before the shape begins: the rate rises in a line to where the shape starts
};
/// Throws ValueError for numbers out of range.
void check(const Schedule& schedule);
/// Does the rate of a step depend on how many epochs the run is to have? Such a run cannot be prolonged.
bool needs_epochs(const Schedule& schedule);

/// Where training stands.
struct Moment {
    Index step;                      ///< counted from 0 over all epochs
    Index steps_per_epoch, epochs;   ///< of the run
    std::span<const double> losses;  ///< of the epochs that are done: what a plateau is judged by
};
/// What the optimiser's rate is multiplied by in the step at that moment. Throws ValueError for a moment that cannot be.
double rate_factor(const Schedule& schedule, const Moment& at);

/// The epoch of the lowest loss, counted from 0; the first of equals. There must be one.
Index best_epoch(std::span<const double> losses);

}  // namespace gradpath::nn

// A method that cannot be refined is refuted by its first violation. One that can is given 8 times the effort on the
// cases it missed most: where the violations do not shrink as they should, a single case that stays, also at 64 times,
// is the counter-example.
#include <gradpath/attribution/axioms/check.hpp>

#include <array>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

constexpr double step = 8;           // by which effort grows
constexpr std::size_t looked_at = 8;  // of the worst cases, again with more effort
constexpr double slack = 1.25;        // what a rate of convergence may miss by
constexpr Index first_look = 25;      // cases before the worst are looked at for the first time
constexpr Index tries = 4;            // for one case whose premise holds

struct Violated {
    Miss miss;
    std::uint64_t stream;
    double relative() const { return miss.relative; }
};

/// The upper half of a stream's number, for each generator its own.
std::uint64_t stream_of(const std::string& name) {
    std::uint64_t number = 0;
    for (const char letter : name) number = number * 31 + static_cast<unsigned char>(letter);
    return number << 32;
}

class Measurement {
public:
    Measurement(const Subject& subject, const Axiom& axiom, const Check& options)
        : subject_(subject), axiom_(axiom), options_(options) {
        cell_.method = subject.name;
        cell_.axiom = axiom.id;
        cell_.tolerance = options.tolerance;
        cell_.claimed = axiom.claim && std::ranges::count(subject.claims, *axiom.claim) > 0;
    }

    Cell run() {
        for (const Source& source : axiom_.sources)
            if (applies(source) && !cell_.counterexample) measure(source);
        if (axiom_.measured) {
            std::ranges::sort(figures_);
            cell_.figure = figures_.empty() ? 0 : figures_[figures_.size() / 2];
        }
        const bool asserted = !axiom_.measured && std::ranges::count(subject_.not_asserted, axiom_.id) == 0;
        cell_.holds = !asserted || cell_.functions == 0 ? Holds::open
                      : cell_.counterexample            ? Holds::no
                      : converging_                     ? Holds::approximately
                                                        : Holds::yes;
        return std::move(cell_);
    }

private:
    bool applies(const Source& source) const {
        if (subject_.smooth_only && !source.smooth) return false;
        if (source.pool > 1 && subject_.start != Subject::Start::given) return false;
        return !source.claim || subject_.claims.empty() || std::ranges::count(subject_.claims, *source.claim) > 0;
    }

    std::optional<Miss> missed(const Source& source, std::uint64_t stream, double effort) {
        require<Cancelled>(options_.cancel == nullptr || !options_.cancel->load(std::memory_order_relaxed),
                           "axioms: cancelled by the caller");
        trial_.emplace(subject_, Draws(options_.seed, stream), static_cast<Index>(effort), source.pool);
        return source.violation(*trial_);
    }

    void measure(const Source& source) {
        const std::uint64_t base = stream_of(axiom_.id + " " + source.name);
        violated_.clear();
        Index found = 0;
        for (Index k = 0; k < tries * options_.functions && found < options_.functions; ++k) {
            const std::uint64_t stream = base + static_cast<std::uint64_t>(k);
            const std::optional<Miss> miss = missed(source, stream, 1);
            if (!miss) continue;
            ++found;
            ++cell_.functions;
            cell_.figure = std::max(cell_.figure, miss->relative);
            if (axiom_.measured) figures_.push_back(miss->relative);
            else if (miss->relative > options_.tolerance) violated_.push_back({*miss, stream});
            if (found == first_look || (subject_.rate == 0 && !violated_.empty())) look_again(source);
            if (cell_.counterexample) return;
        }
        if (found != first_look && !cell_.counterexample) look_again(source);
    }

    /// Refutes, or sees that the worst violations shrink.
    void look_again(const Source& source) {
        if (violated_.empty()) return;
        std::ranges::sort(violated_, std::greater(), &Violated::relative);
        if (subject_.rate == 0) return refute(source, violated_[0], 1);
        const double rate = std::pow(step, -subject_.rate), doubtful = std::pow(rate, 2.0 / 3);
        double before = 0, after = 0;
        for (std::size_t k = 0; k < std::min(looked_at, violated_.size()); ++k) {
            const Violated& worst = violated_[k];
            const Miss finer = missed(source, worst.stream, step).value();
            before += worst.miss.error;
            after += finer.error;
            if (finer.relative <= options_.tolerance || finer.error <= doubtful * worst.miss.error) continue;
            if (missed(source, worst.stream, step * step)->error <= rate * worst.miss.error) continue;
            return refute(source, worst, step);
        }
        if (!(after <= slack * rate * before)) return refute(source, violated_[0], step);
        converging_ = true;
    }

    void refute(const Source& source, const Violated& worst, double effort) {
        cell_.figure = missed(source, worst.stream, effort)->relative;
        CounterExample example{source.name, cell_.figure, trial_->asked(), trial_->words(), {}};
        if (subject_.command)
            for (const Asked& asked : example.asked)
                for (std::size_t k = 0; k < asked.question.baselines.size(); ++k)
                    example.commands.push_back(subject_.command(asked.question, k, static_cast<Index>(effort)));
        cell_.counterexample = std::move(example);
    }

    const Subject& subject_;
    const Axiom& axiom_;
    const Check& options_;
    Cell cell_;
    std::vector<double> figures_;
    std::vector<Violated> violated_;  // of the source that is measured
    std::optional<Trial> trial_;      // the last one
    bool converging_ = false;
};

}  // namespace

std::string describe(Holds holds) {
    constexpr std::array<const char*, 4> signs{"y", "~", "n", "-"};
    return signs[static_cast<std::size_t>(holds)];
}

Cell check(const Subject& subject, const Axiom& axiom, const Check& options) {
    require(options.functions >= 1, "axioms: functions must be at least 1 but is ", options.functions);
    return Measurement(subject, axiom, options).run();
}

std::vector<Cell> check(const Subject& subject, const Check& options) {
    std::vector<Cell> cells;
    for (const Axiom& axiom : axioms()) cells.push_back(check(subject, axiom, options));
    return cells;
}

}  // namespace gradpath::attribution::axioms

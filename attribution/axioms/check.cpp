// A method that cannot be refined is refuted by its first violation. One that can is given 8 times the effort on the
// cases it missed most, and 64 times where that is too early to tell. The errors of all of them together must shrink as
// the rate says: a single one goes up and down with where a kink lies between two nodes. If they do not, the case that
// is missed most at 64 times is the counter-example.
#include <gradpath/attribution/axioms/check.hpp>

#include <array>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {
namespace {

constexpr double step = 8;             // by which effort grows
constexpr std::size_t looked_at = 12;  // of the worst cases, again with more effort
constexpr double slack = 1.6;          // by which a rate of convergence may be missed: kinks lie anywhere between nodes
constexpr Index first_look = 25;       // cases before the worst are looked at for the first time
constexpr Index tries = 4;             // for one case whose premise holds

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
        const Index wanted = source.pool > 1 ? (options_.functions + 3) / 4 : options_.functions;
        violated_.clear();
        Index found = 0;
        for (Index k = 0; k < tries * wanted && found < wanted; ++k) {
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
        violated_.erase(violated_.begin() + static_cast<std::ptrdiff_t>(std::min(looked_at, violated_.size())),
                        violated_.end());
        double before = 0;
        for (const Violated& worst : violated_) before += worst.relative();
        const double rate = slack * std::pow(step, -subject_.rate);
        const auto [finer, one] = refined(source, step);
        if (finer <= rate * before) return void(converging_ = true);
        const auto [finest, worst] = refined(source, step * step);
        if (finest <= rate * finer) return void(converging_ = true);
        refute(source, worst, step * step);
    }

    /// The errors of the worst cases with more effort, in the units of before, and who has the largest.
    std::pair<double, Violated> refined(const Source& source, double effort) {
        double sum = 0, largest = -1;
        Violated worst = violated_[0];
        for (const Violated& violated : violated_) {
            const double size = violated.miss.error / violated.miss.relative;
            const double error = std::isfinite(size) ? missed(source, violated.stream, effort)->error / size : INFINITY;
            sum += error;
            if (error > largest) {
                largest = error;
                worst = violated;
            }
        }
        return {sum, worst};
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

#pragma once
// The conformance matrix: does a method keep an axiom? Measured, with a counter-example where it does not.
#include <atomic>

#include <gradpath/attribution/axioms/axiom.hpp>

namespace gradpath::attribution::axioms {

/// yes: no violation above the tolerance in any case. approximately: violations shrink at least as 1/N (as 1/√N for
/// methods that add noise) when steps or samples grow 8-fold. no: there is a counter-example. open: not asserted, or
/// the premise never holds, as where a method has no baseline.
enum class Holds : std::uint8_t { yes, approximately, no, open };
std::string describe(Holds holds);  ///< "y", "~", "n", "-"

struct CounterExample {
    std::string source;  ///< the generator that found it
    double violation = 0;
    std::vector<Asked> asked;
    std::string words;                  ///< what is wrong, with numbers
    std::vector<std::string> commands;  ///< that ask the same of the program; none for a function of the user's
};

struct Cell {
    std::string method, axiom;  ///< names; the axiom's id
    Holds holds = Holds::open;
    double figure = 0;  ///< the largest relative violation that was met; of a measured axiom, the median
    double tolerance = 0;
    Index functions = 0;  ///< cases that were tried
    bool claimed = false;
    std::optional<CounterExample> counterexample = {};
};

struct Check {
    Index functions = 200;  ///< cases of each generator; of A14, which has those of A1 to A9, a quarter of it
    std::uint64_t seed = 0;
    double tolerance = 1e-9;                    ///< of a relative violation
    const std::atomic<bool>* cancel = nullptr;  ///< set: throws Cancelled
};

/// One cell of the matrix. The functions depend on seed, axiom and generator, not on the method.
Cell check(const Subject& subject, const Axiom& axiom, const Check& options = {});
/// One row: all axioms.
std::vector<Cell> check(const Subject& subject, const Check& options = {});

}  // namespace gradpath::attribution::axioms

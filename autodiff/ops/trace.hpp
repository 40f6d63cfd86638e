#pragma once
// What record() and replay() do at the door: note each op, or compare it with what was noted and perhaps replace it.
#include <map>
#include <vector>

#include <gradpath/autodiff/graph.hpp>
#include <gradpath/autodiff/node.hpp>

namespace gradpath {

struct Trace {
    std::vector<OpCode> executed = {};
    const std::vector<OpCode>* expected = nullptr;  ///< null while recording
    const std::map<OpCode, Replacement>* table = nullptr;

    /// Notes an op; returns what to run instead, or null. Throws ValueError where replay meets another op than
    /// recorded.
    const Replacement* enter(OpCode code);
};

/// Puts a trace in force on this thread (null: none) while it lives; fused ops expand inside it.
class TraceScope {
public:
    explicit TraceScope(Trace* trace);
    ~TraceScope();
    TraceScope(const TraceScope&) = delete;
    TraceScope& operator=(const TraceScope&) = delete;

private:
    Context before_;
};

/// Throws NumericError naming the first NaN or Inf of t: `what` of `op` at a tap path.
void require_finite(const char* what, const std::string& op, const std::string& tap, const Tensor& t);

}  // namespace gradpath

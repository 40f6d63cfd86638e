#pragma once
// Node: one step of the graph. Immutable once made, shared by handles, freed by a loop (a chain of a million is fine).
#include <atomic>
#include <cstdint>
#include <string>

#include <gradpath/autodiff/ops/op.hpp>
#include <gradpath/autodiff/storage.hpp>

namespace gradpath {

struct Node {
    const Op* op = nullptr;  ///< null: a leaf
    bool tracked = false;
    std::uint64_t serial = 0;  ///< inputs have smaller ones than their users
    Few<Value, 1> outputs;
    Operands inputs;  ///< kept only if tracked or recorded
    Attributes attributes, saved;
    std::string tap;  ///< kept only inside a scope that reads it
    std::atomic<std::uint32_t> references{0};

    Node* next_to_free = nullptr;

    static Node* make();
    static void retain(const Node* node) noexcept;
    static void release(const Node* node) noexcept;
};

/// What the ops of this thread do besides computing. One thread-local load where nothing is on.
class Taps;
class TapPath;
struct Trace;
struct Context {
    bool recording = true;
    bool unusual = false;  ///< any of the following
    bool anomaly = false;
    bool expanding = false;  ///< fused ops run as the plain ops they stand for
    Trace* trace = nullptr;  ///< record() or replay() in progress
    Taps* taps = nullptr;
    const TapPath* path = nullptr;  ///< the innermost scope
    void refresh() { unusual = anomaly || expanding || trace != nullptr; }
};
Context& context();

/// A tensor around new numbers, without history.
Tensor make_tensor(Value value);
/// The numbers of a tensor, sharing the buffer.
const Value& value_of(const Tensor& t);
/// The step's output as a handle.
Tensor output_of(const Node* node, std::size_t i);

}  // namespace gradpath

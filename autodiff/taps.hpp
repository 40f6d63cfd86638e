#pragma once
// Taps: names for places inside a function. tap("conv2", t) returns t; a Taps scope records, replaces or tracks there.
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath {

/// Returns t. Inside a Taps scope the named place is recorded, replaced, or becomes a tracked leaf; a second visit to
/// "conv2" is "conv2#2". Names are prefixed by the TapPath scopes around the call: "block1.conv2".
Tensor tap(std::string_view name, const Tensor& t);

/// Names the place of everything called while it lives: layers call their children inside one. Keeps a view of the name.
class TapPath {
public:
    explicit TapPath(std::string_view name);
    ~TapPath();
    TapPath(const TapPath&) = delete;
    TapPath& operator=(const TapPath&) = delete;

    static std::string current();  ///< the names of the scopes around the caller: "block1.conv2"

private:
    std::string_view name_;
    const TapPath* before_;
};

/// A scope, of this thread. Replacing means running the function again inside it.
class Taps {
public:
    Taps();
    ~Taps();
    Taps(const Taps&) = delete;
    Taps& operator=(const Taps&) = delete;

    void replace(std::string name, Tensor value);                               ///< a tensor of the same shape and dtype
    void mask(std::string name, Tensor factor);                                 ///< multiplies; broadcasts
    void replace(std::string name, std::function<Tensor(const Tensor&)> f);     ///< a function of what was there
    void track(std::string name);                                               ///< a leaf: differentiate with respect to it

    struct Visit {
        std::string name;
        Tensor value;  ///< what flowed on from the tap (after replacing)
    };
    /// Everything visited since the scope began or clear(), in order.
    const std::vector<Visit>& visits() const { return visits_; }
    /// The tensor at a tap. Throws ValueError that lists the names visited.
    Tensor at(std::string_view name) const;
    void clear();  ///< forgets visits and their counts; keeps what to replace. Call before running f again

    // For recomputation: the changes and counts in force now, and a scope that puts them in force again (null: none).
    struct Change {
        std::string name;
        std::function<Tensor(const Tensor&)> apply;
    };
    struct Replay {
        std::vector<Change> changes;
        std::vector<std::pair<std::string, int>> counts;
    };
    static std::shared_ptr<const Replay> replay_here();
    class Scope {
    public:
        explicit Scope(const Replay* replay);
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        std::unique_ptr<Taps> taps_;
        Taps* before_;
    };

private:
    friend Tensor tap(std::string_view, const Tensor&);
    std::vector<Change> changes_;
    std::vector<Visit> visits_;
    std::vector<std::pair<std::string, int>> counts_;
    Taps* before_;
};

/// f with the taps, recording and anomaly scopes of the thread that calls inherit(): for work handed to another thread.
std::function<void()> inherit(std::function<void()> f);

}  // namespace gradpath

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

/// Names the place of everything called while it lives: layers call their children inside one. Keeps a view of the
/// name.
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

    void replace(std::string name, Tensor value);                            ///< a tensor of the same shape and dtype
    void mask(std::string name, Tensor factor);                              ///< multiplies; broadcasts
    void replace(std::string name, std::function<Tensor(const Tensor&)> f);  ///< a function of what was there
    void track(std::string name);  ///< a leaf: differentiate with respect to it

    struct Visit {
        std::string name;
        Tensor value;  ///< what flowed on from the tap (after replacing)
    };
    /// Everything visited since the scope began or clear(), in order.
    const std::vector<Visit>& visits() const { return visits_; }
    /// The tensor at a tap. Throws ValueError that lists the names visited.
    Tensor at(std::string_view name) const;
    void clear();  ///< forgets visits and their counts; keeps what to replace. Call before running f again

    // For running a function again, or elsewhere: what is in force here (changes, counts, path), and a scope that puts
    // it in force there. What is visited inside the scope is forgotten with it.
    struct Change {
        std::string name;
        std::function<Tensor(const Tensor&)> apply;
    };
    struct Replay {
        std::vector<Change> changes;
        std::vector<std::pair<std::string, int>> counts;
        std::string path;
        bool inside;  ///< was there a scope at all?
    };
    static std::shared_ptr<const Replay> replay_here();
    class Scope {
    public:
        explicit Scope(std::shared_ptr<const Replay> replay);  ///< null: no scope, no path
        ~Scope();
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        std::shared_ptr<const Replay> replay_;
        Taps* before_;
        const TapPath* path_before_;
        std::unique_ptr<TapPath> path_;
        std::unique_ptr<Taps> taps_;
    };

private:
    friend Tensor tap(std::string_view, const Tensor&);
    std::vector<Change> changes_;
    std::vector<Visit> visits_;
    std::vector<std::pair<std::string, int>> counts_;
    Taps* before_;
};

/// f under the changes to taps, the path, the recording and anomaly scopes of the thread that calls inherit(): for work
/// handed to another thread. Each job has its own count of visits, and what it visits is not told to the caller's
/// scope.
std::function<void()> inherit(std::function<void()> f);

}  // namespace gradpath

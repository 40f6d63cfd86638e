// A tap is a function call that returns its argument; scopes make it do more. Names are counted per scope, so the
// second visit to "conv2" is "conv2#2", and a name in a change must match the counted name.
#include <gradpath/autodiff/taps.hpp>

#include <algorithm>

#include <gradpath/autodiff/node.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/ops/rows.hpp>

namespace gradpath {
namespace {

Computed tap_forward(std::span<const Tensor> inputs, const Attributes&) { return {{value_of(inputs[0])}}; }
Tensors tap_vjp(const VjpCall& call) { return {call.g()}; }

}  // namespace

const Op tap_row{OpCode::tap, "tap", tap_forward, tap_vjp, Forward::linear};

TapPath::TapPath(std::string_view name) : name_(name), before_(context().path) { context().path = this; }
TapPath::~TapPath() { context().path = before_; }

std::string TapPath::current() {
    std::string joined;
    for (const TapPath* scope = context().path; scope; scope = scope->before_)
        joined = joined.empty() ? std::string(scope->name_) : std::string(scope->name_) + "." + joined;
    return joined;
}

Taps::Taps() : before_(context().taps) { context().taps = this; }
Taps::~Taps() { context().taps = before_; }

void Taps::replace(std::string name, Tensor value) {
    replace(name, [name, value](const Tensor& t) {
        require<ShapeError>(value.shape() == t.shape() && value.dtype() == t.dtype(), "taps: what replaces \"", name,
                            "\" must have shape ", t.shape(), " and dtype ", t.dtype(), ": got ", value.shape(),
                            " and ", value.dtype());
        return value;
    });
}

void Taps::mask(std::string name, Tensor factor) {
    replace(std::move(name), [factor](const Tensor& t) { return t * factor; });
}

void Taps::replace(std::string name, std::function<Tensor(const Tensor&)> f) {
    changes_.push_back({std::move(name), std::move(f)});
}

void Taps::track(std::string name) {
    replace(name, [name](const Tensor& t) {
        require(context().recording, "taps: \"", name,
                "\" cannot be tracked where nothing is recorded (inside checkpoint, or ",
                "NoRecording); run the function outside it");
        return tracked(t);
    });
}

Tensor Taps::at(std::string_view name) const {
    std::string known;
    for (const Visit& visit : visits_) {
        if (visit.name == name) return visit.value;
        known += (known.empty() ? "" : ", ") + visit.name;
    }
    throw ValueError(text("taps: nothing was visited at \"", name, "\"; visited: ", known.empty() ? "nothing" : known));
}

void Taps::clear() {
    visits_.clear();
    counts_.clear();
}

std::shared_ptr<const Taps::Replay> Taps::replay_here() {
    const Taps* taps = context().taps;
    if (!taps && !context().path) return nullptr;
    Replay replay{{}, {}, TapPath::current(), taps != nullptr};
    if (taps) {
        replay.changes = taps->changes_;
        replay.counts = taps->counts_;
    }
    return std::make_shared<const Replay>(std::move(replay));
}

Taps::Scope::Scope(std::shared_ptr<const Replay> replay)
    : replay_(std::move(replay)), before_(context().taps), path_before_(context().path) {
    context().taps = nullptr;
    context().path = nullptr;
    if (!replay_) return;
    if (!replay_->path.empty()) path_ = std::make_unique<TapPath>(replay_->path);
    if (!replay_->inside) return;
    taps_ = std::make_unique<Taps>();
    taps_->changes_ = replay_->changes;
    taps_->counts_ = replay_->counts;
}

Taps::Scope::~Scope() {
    taps_.reset();
    path_.reset();
    context().taps = before_;
    context().path = path_before_;
}

Tensor tap(std::string_view name, const Tensor& t) {
    const Context& c = context();
    if (!c.taps && !c.trace) [[likely]]
        return t;
    std::string full = TapPath::current();
    full = full.empty() ? std::string(name) : full + "." + std::string(name);
    Tensor value = t;
    if (Taps* taps = c.taps) {
        auto count = std::find_if(taps->counts_.begin(), taps->counts_.end(),
                                  [&](const auto& entry) { return entry.first == full; });
        if (count == taps->counts_.end()) count = taps->counts_.insert(count, {full, 0});
        if (++count->second > 1) full += text("#", count->second);
        for (const auto& change : taps->changes_)
            if (change.name == full) value = change.apply(value);
        taps->visits_.push_back({full, value});
    }
    if (c.trace) value = apply_one(tap_row, {value}, Attributes::of(full));
    return value;
}

std::function<void()> inherit(std::function<void()> f) {
    return
        [f = std::move(f), replay = Taps::replay_here(), recording = context().recording, anomaly = context().anomaly] {
            const Context mine = context();
            context().recording = recording;
            context().anomaly = anomaly;
            context().refresh();
            const auto restore = [&] { context() = mine; };
            try {
                const Taps::Scope scope(replay);
                f();
            } catch (...) {
                restore();
                throw;
            }
            restore();
        };
}

}  // namespace gradpath

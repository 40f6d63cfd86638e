// The order of an epoch is a permutation drawn by position from the stream of that epoch, so no generator state exists:
// a batch is a function of (seed, epoch, batch). A single thread assembles the batch that will be asked for next; it
// runs kernels under Serial, so that the training step keeps its threads, and with it or without it the bits are the
// same.
#include <gradpath/nn/data.hpp>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/nn/streams.hpp>

namespace gradpath::nn {

namespace {

struct Place {
    Index epoch = 0, batch = 0;
    bool operator==(const Place&) const = default;
};

Indices labels_at(const Indices& labels, const Indices& positions) {
    std::vector<Index> picked;
    picked.reserve(static_cast<std::size_t>(positions.size()));
    for (const Index p : positions.data()) picked.push_back(labels[p]);
    return {positions.shape(), picked};
}

std::span<const Index> part(std::span<const Index> all, Index first, Index last) {
    return all.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

}  // namespace

void check(const Examples& examples) {
    const Index rows = examples.rows();
    const Shape& labels = examples.labels.shape();
    require<ShapeError>(!examples.has_labels() || (labels.rank() == 1 && labels[0] == rows),
                        "examples: labels must be one per row: x has ", rows, " rows, labels have the shape ", labels);
    require<ShapeError>(!examples.targets || (examples.targets.rank() >= 1 && examples.targets.rows() == rows),
                        "examples: targets must be one per row: x has ", rows, " rows, targets have the shape ",
                        examples.targets ? examples.targets.shape() : Shape{});
}

Examples rows_at(const Examples& examples, const Indices& positions) {
    Examples picked{gather(examples.x, positions)};  // checks the range
    if (examples.has_labels()) picked.labels = labels_at(examples.labels, positions);
    if (examples.targets) picked.targets = gather(examples.targets, positions);
    return picked;
}

Examples rows_between(const Examples& examples, Index first, Index last) {
    Examples picked{slice(examples.x, 0, first, last)};
    if (examples.has_labels()) picked.labels = {Shape{last - first}, part(examples.labels.data(), first, last)};
    if (examples.targets) picked.targets = slice(examples.targets, 0, first, last);
    return picked;
}

/// Makes the batch at a place; keeps the order of the epoch it was last in.
class Loader::Assembly {
public:
    Assembly(Examples examples, const Loading& options) : examples_(std::move(examples)), options_(options) {}

    Index batches() const { return batches_of(examples_.rows(), options_.batch); }
    bool is_large() const {
        const Tensor& x = examples_.x;
        const auto numbers = static_cast<std::size_t>(x.size() / x.rows() * std::min(options_.batch, x.rows()));
        return numbers * size_of(x.dtype()) > options_.prefetch_above;
    }
    Examples operator()(const Place& place) {
        const NoRecording plain;
        Examples batch = picked(place);
        batch.x = augmented(batch.x, options_.augment, drawing(place));
        return batch;
    }

private:
    Drawing drawing(const Place& place) const {
        return {options_.seed, static_cast<std::uint64_t>(place.epoch), static_cast<std::uint64_t>(place.batch),
                static_cast<std::uint64_t>(place.batch * options_.batch)};
    }
    Examples picked(const Place& place) {
        const Index first = place.batch * options_.batch;
        const Index last = std::min(first + options_.batch, examples_.rows());
        if (!options_.shuffle) return rows_between(examples_, first, last);
        if (order_epoch_ != place.epoch) {
            order_ = random::permutation(examples_.rows(), options_.seed,
                                         shuffle_stream(static_cast<std::uint64_t>(place.epoch)));
            order_epoch_ = place.epoch;
        }
        return rows_at(examples_, {Shape{last - first}, part(order_.data(), first, last)});
    }

    Examples examples_;
    Loading options_;
    Indices order_;
    Index order_epoch_ = -1;
};

/// One thread, one batch ahead.
class Loader::Prefetch {
public:
    explicit Prefetch(Assembly& assembly) : assembly_(assembly), thread_([this] { run(); }) {}
    ~Prefetch() {
        {
            const std::lock_guard lock(mutex_);
            leaving_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    /// The batch at a place; the one at `following` is begun.
    Examples take(const Place& place, const Place& following) {
        std::unique_lock lock(mutex_);
        await(lock);
        if (made_ != place) {
            ask(place);
            await(lock);
        }
        if (failure_) {
            made_.reset();  // nothing was: whoever asks again has the batch made anew
            std::rethrow_exception(std::exchange(failure_, nullptr));
        }
        Examples batch = std::move(ready_);
        ready_ = {};
        ask(following);
        return batch;
    }

private:
    void await(std::unique_lock<std::mutex>& lock) {
        changed_.wait(lock, [this] { return !asked_; });
    }
    void ask(const Place& place) {
        failure_ = nullptr;
        made_.reset();
        asked_ = place;
        changed_.notify_all();
    }
    void run() {
        const Serial alone;
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [this] { return leaving_ || asked_; });
            if (leaving_) return;
            const Place place = *asked_;
            lock.unlock();
            Examples batch;
            std::exception_ptr failure;
            try {
                batch = assembly_(place);
            } catch (...) {
                failure = std::current_exception();
            }
            lock.lock();
            ready_ = std::move(batch);
            failure_ = failure;
            made_ = place;
            asked_.reset();
            changed_.notify_all();
        }
    }

    Assembly& assembly_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Place> asked_, made_;  ///< at most one of them; asked_ while the thread is at work
    Examples ready_;
    std::exception_ptr failure_;
    bool leaving_ = false;
    std::thread thread_;  ///< last: it uses the others
};

Loader::Loader(Examples examples, const Loading& options) {
    check(examples);
    require(examples.rows() > 0, "loader: there must be at least one example");
    require(options.batch >= 1, "loader: a batch holds at least one example: it is ", options.batch);
    check(options.augment, examples.x);
    assembly_ = std::make_unique<Assembly>(std::move(examples), options);
    if (options.prefetch && assembly_->is_large()) prefetch_ = std::make_unique<Prefetch>(*assembly_);
}

Loader::~Loader() = default;

Index Loader::batches() const { return assembly_->batches(); }

void Loader::seek(Index epoch, Index batch) {
    require(epoch >= 0 && batch >= 0 && batch < batches(), "loader: there is no batch ", batch, " in epoch ", epoch,
            ": an epoch has ", batches(), " batches, counted from 0");
    epoch_ = epoch;
    batch_ = batch;
}

Examples Loader::next() {
    const Place place{epoch_, batch_};
    const Place following = batch_ + 1 < batches() ? Place{epoch_, batch_ + 1} : Place{epoch_ + 1, 0};
    Examples dealt = prefetch_ ? prefetch_->take(place, following) : (*assembly_)(place);
    epoch_ = following.epoch;
    batch_ = following.batch;
    return dealt;
}

}  // namespace gradpath::nn

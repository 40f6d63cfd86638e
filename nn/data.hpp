#pragma once
// Examples and the loader that deals them out in batches.
#include <cstddef>
#include <cstdint>
#include <memory>

#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/nn/augment.hpp>

namespace gradpath::nn {

/// Inputs with what is known about each row: a class, or numbers to reach, or both.
struct Examples {
    Tensor x;             ///< [rows, ..]
    Indices labels = {};  ///< [rows], or none
    Tensor targets = {};  ///< [rows, ..], or none

    Index rows() const { return x ? x.rows() : 0; }
    bool has_labels() const { return labels.size() > 0; }
};
/// Throws ShapeError unless labels and targets, where given, have one entry per row of x.
void check(const Examples& examples);
/// The rows at `positions`, in that order. Throws ValueError out of range.
Examples rows_at(const Examples& examples, const Indices& positions);
/// Rows first .. last-1.
Examples rows_between(const Examples& examples, Index first, Index last);

/// Into how many batches the rows are dealt, the last of which may be smaller; both are at least 1.
constexpr Index batches_of(Index rows, Index batch) { return (rows - 1) / batch + 1; }

struct Loading {
    Index batch = 64;
    std::uint64_t seed = 0;
    bool shuffle = true;
    bool prefetch = true;                     ///< a thread assembles the next batch meanwhile
    std::size_t prefetch_above = 128 * 1024;  ///< bytes per batch; below, handing over costs more than copying
    Augment augment = {};                     ///< what is done to the inputs of each batch
};

/// Deals every example out once per epoch; the last batch of an epoch may be smaller. What a batch holds depends on the
/// seed and its position (epoch, batch) only, so one may go on at any place. One thread at a time may use it.
class Loader {
public:
    /// Throws ShapeError unless the examples fit each other, ValueError without examples or for a batch below 1.
    explicit Loader(Examples examples, const Loading& options = {});
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    Index batches() const;                  ///< per epoch
    Index epoch() const { return epoch_; }  ///< of the batch that next() will return
    Index batch() const { return batch_; }
    /// Goes to a place. Throws ValueError if there is no such batch.
    void seek(Index epoch, Index batch);
    /// The batch at this place; moves on to the next. If it throws, it stays where it is and may be asked again.
    Examples next();

private:
    class Assembly;
    class Prefetch;
    std::unique_ptr<Assembly> assembly_;
    std::unique_ptr<Prefetch> prefetch_;  ///< after assembly_, which its thread uses
    Index epoch_ = 0, batch_ = 0;
};

}  // namespace gradpath::nn

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <new>
#include <vector>

#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/nn/data.hpp>

#include "support/memory_limit.hpp"

using namespace gradpath;

namespace {

/// Row i is (i, i, i, i), its label i, its target 10 i.
nn::Examples numbered(Index rows) {
    std::vector<Index> labels;
    for (Index i = 0; i < rows; ++i) labels.push_back(i);
    const Tensor column = reshape(arange(rows), {rows, 1});
    return {broadcast_to(column, {rows, 4}), {Shape{rows}, labels}, column * 10};
}

std::vector<Index> deal(nn::Loader& loader) {
    std::vector<Index> order;
    for (Index b = 0; b < loader.batches(); ++b) {
        const nn::Examples batch = loader.next();
        for (const Index label : batch.labels.data()) order.push_back(label);
    }
    return order;
}

bool equal(const nn::Examples& a, const nn::Examples& b) {
    return same_bits(a.x, b.x) && std::ranges::equal(a.labels.data(), b.labels.data()) &&
           same_bits(a.targets, b.targets);
}

}  // namespace

TEST_CASE("an epoch deals out every example once, with its own label and target") {
    nn::Loader loader(numbered(23), {.batch = 5, .seed = 1});
    CHECK(loader.batches() == 5);
    std::vector<int> seen(23);
    for (Index b = 0; b < loader.batches(); ++b) {
        const nn::Examples batch = loader.next();
        CHECK(batch.rows() == (b < 4 ? 5 : 3));
        for (Index row = 0; row < batch.rows(); ++row) {
            const Index label = batch.labels[row];
            ++seen[static_cast<std::size_t>(label)];
            CHECK(batch.x.at(4 * row + 3) == static_cast<double>(label));
            CHECK(batch.targets.at(row) == 10 * static_cast<double>(label));
        }
    }
    CHECK(std::ranges::count(seen, 1) == 23);
}

TEST_CASE("the order depends on seed and epoch only") {
    nn::Loader first(numbered(50), {.batch = 7, .seed = 1}), again(numbered(50), {.batch = 11, .seed = 1});
    nn::Loader other(numbered(50), {.batch = 7, .seed = 2});
    const std::vector<Index> zero = deal(first), one = deal(first);
    CHECK(zero == deal(again));
    CHECK(one == deal(again));
    CHECK(zero != one);
    CHECK(zero != deal(other));
    CHECK_FALSE(std::ranges::is_sorted(zero));
}

TEST_CASE("without shuffling the examples come as they are") {
    nn::Loader loader(numbered(10), {.batch = 3, .shuffle = false});
    CHECK(std::ranges::is_sorted(deal(loader)));
    CHECK(std::ranges::is_sorted(deal(loader)));
}

TEST_CASE("prefetching changes no batch") {
    for (const bool shuffle : {true, false}) {
        nn::Loader plain(numbered(40), {.batch = 6, .seed = 3, .shuffle = shuffle, .prefetch = false});
        nn::Loader ahead(numbered(40), {.batch = 6, .seed = 3, .shuffle = shuffle, .prefetch_above = 0});
        for (Index i = 0; i < 3 * plain.batches(); ++i) CHECK(equal(plain.next(), ahead.next()));
    }
}

TEST_CASE("the loader goes on at any place as if it had come there by itself") {
    for (const bool prefetch : {false, true}) {
        const nn::Loading options{.batch = 4, .seed = 5, .prefetch = prefetch, .prefetch_above = 0};
        nn::Loader walking(numbered(15), options), jumping(numbered(15), options);
        for (Index epoch = 0; epoch < 3; ++epoch) {
            for (Index batch = 0; batch < walking.batches(); ++batch) {
                jumping.seek(2, 0);  // somewhere else, with a batch already under way
                (void)jumping.next();
                jumping.seek(epoch, batch);
                CHECK(walking.epoch() == epoch);
                CHECK(walking.batch() == batch);
                CHECK(equal(walking.next(), jumping.next()));
            }
        }
    }
}

TEST_CASE("a batch that could not be made is made when it is asked for again") {
    if (!tests::can_limit_memory) return;
    constexpr Index numbers = 20 << 20;  // one row of 80 MiB, so that no batch fits beside it
    for (const bool prefetch : {false, true}) {
        nn::Loader loader({full({1, numbers}, 3)}, {.batch = 1, .prefetch = prefetch, .prefetch_above = 0});
        memory::trim();
        {
            const tests::MemoryLimit limit(8 << 20);
            CHECK_THROWS_AS(loader.next(), std::bad_alloc);
        }
        CHECK(loader.epoch() == 0);
        const nn::Examples batch = loader.next();
        REQUIRE(batch.x);
        CHECK(batch.x.shape() == Shape{1, numbers});
        CHECK(batch.x.at(numbers - 1) == 3);
        CHECK(loader.epoch() == 1);
    }
}

TEST_CASE("a loader may be left with a batch under way") {
    for (int i = 0; i < 20; ++i) {
        nn::Loader loader(numbered(100), {.batch = 10, .prefetch_above = 0});
        if (i % 2 == 0) (void)loader.next();
    }
}

TEST_CASE("batches may be larger than the examples, and examples may have neither labels nor targets") {
    for (const Index batch : {Index{10}, std::numeric_limits<Index>::max()}) {
        nn::Loader loader({arange(3)}, {.batch = batch, .shuffle = false});
        CHECK(loader.batches() == 1);
        CHECK(same_bits(loader.next().x, arange(3)));
        CHECK_FALSE(loader.next().has_labels());
    }
    nn::Loader one(numbered(1), {.batch = 1});
    CHECK(one.next().rows() == 1);
    CHECK(one.epoch() == 1);
}

TEST_CASE("dealt batches carry no graph") {
    nn::Loader loader({tracked(arange(4))}, {.batch = 2, .prefetch = false});
    CHECK_FALSE(loader.next().x.is_tracked());
}

TEST_CASE("the loader says what is wrong with examples and places") {
    CHECK_THROWS_WITH_AS(nn::Loader({arange(3), {0, 1}}),
                         "examples: labels must be one per row: x has 3 rows, labels have the shape (2,)", ShapeError);
    CHECK_THROWS_WITH_AS(nn::Loader({arange(3), {}, zeros({2, 1})}),
                         "examples: targets must be one per row: x has 3 rows, targets have the shape (2, 1)",
                         ShapeError);
    CHECK_THROWS_WITH_AS(nn::Loader({zeros({0, 2})}), "loader: there must be at least one example", ValueError);
    CHECK_THROWS_WITH_AS(nn::Loader({arange(3)}, {.batch = 0}), "loader: a batch holds at least one example: it is 0",
                         ValueError);
    nn::Loader loader({arange(3)}, {.batch = 2});
    CHECK_THROWS_WITH_AS(loader.seek(1, 2),
                         "loader: there is no batch 2 in epoch 1: an epoch has 2 batches, counted from 0", ValueError);
}

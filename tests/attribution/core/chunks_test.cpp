#include <gradpath/attribution/core/chunks.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include <attribution/small_cnn.hpp>
#include <support/restore_threads.hpp>

using namespace attribution_tests;
using attribution::Chunks;
using attribution::integrated_gradients;
using attribution::Run;

namespace {

/// Counts who calls a model at once. Calls of many rows wait until as many are there as are wanted, or give up.
struct Meeting {
    std::mutex mutex;
    std::condition_variable changed;
    std::set<std::thread::id> callers;
    int wanted = 1, here = 0, most = 0;

    Tensor call(const Model& model, const Tensor& z) {
        std::unique_lock lock(mutex);
        callers.insert(std::this_thread::get_id());
        most = std::max(most, ++here);
        changed.notify_all();
        if (z.rows() >= 16) changed.wait_for(lock, std::chrono::seconds(20), [&] { return most >= wanted; });
        lock.unlock();
        const Tensor y = model(z);
        lock.lock();
        --here;
        return y;
    }
    void clear() {
        wanted = 1;
        most = 0;
        callers.clear();
    }
};

}  // namespace

TEST_CASE("chunks cover every point once, prepared and taken in order, for any sizes") {
    const RestoreThreads restore;
    const bool law = rc::check([] {
        const Chunks chunks{.count = *rc::gen::inRange<Index>(0, 60),
                            .at_once = *rc::gen::inRange<Index>(1, 7),
                            .points = *rc::gen::inRange<Index>(1, 12)};
        set_threads(*rc::gen::inRange(1, 5));
        Index prepared = 0, taken = 0;
        std::vector<int> worked(static_cast<std::size_t>(chunks.count));
        std::vector<Index> left(static_cast<std::size_t>(chunks.at_once), -1);
        const auto prepare = [&](std::size_t, Index first, Index last) {
            RC_ASSERT(first == prepared);
            RC_ASSERT(first < last && last - first <= chunks.points);
            prepared = last;
        };
        const auto work = [&](std::size_t place, Index first, Index last) {
            for (Index k = first; k < last; ++k) ++worked[static_cast<std::size_t>(k)];
            left[place] = first;
        };
        chunks.run(prepare, work, [&](std::size_t place, Index first, Index last) {
            RC_ASSERT(first == taken);
            RC_ASSERT(left.at(place) == first);
            RC_ASSERT(prepared - first <= chunks.at_once * chunks.points);
            taken = last;
        });
        RC_ASSERT(taken == chunks.count);
        RC_ASSERT(std::ranges::all_of(worked, [](int times) { return times == 1; }));
        chunks.drop(left);
        RC_ASSERT(std::ranges::all_of(left, [](Index first) { return first == 0; }));
    });
    CHECK(law);
}

TEST_CASE("a model that may be is called from two threads at once: not a bit changes, chunks come in order") {
    const RestoreThreads restore;
    const Tensor x = random_tensor({1, 1, 16, 16}, 7, DType::float32);
    for (const bool mixes : {false, true}) {
        const Model plain = small_cnn(DType::float32);
        const Model net = [=](const Tensor& z) { return mixes ? plain(z) + mean(z) : plain(z); };
        Meeting meeting;
        const Model f = [&](const Tensor& z) { return meeting.call(net, z); };
        for (const Index steps : {64, 300, 301}) {
            CAPTURE(steps);
            const auto answer = [&](const Model& model, int count, bool concurrent) {
                set_threads(count);
                Index last = 0;
                const auto progress = [&](std::string_view stage, Index done, Index total) {
                    if (stage != "path") return;
                    CHECK(done > last);
                    CHECK(total == steps);
                    last = done;
                };
                const attribution::Quadrature q{.steps = steps, .rule = QuadratureRule::midpoint};
                Attribution a = integrated_gradients(
                    model, x, {.quadrature = q, .run = {.progress = progress, .concurrent = concurrent}});
                CHECK(last == steps);
                return a;
            };
            const Attribution reference = answer(net, 1, false);
            meeting.wanted = mixes ? 1 : 2;
            CHECK(same_answer(answer(f, 2, true), reference));
            CHECK(meeting.most >= meeting.wanted);
            CHECK(same_answer(answer(net, 5, true), reference));
            meeting.clear();
            CHECK(same_answer(answer(f, 2, false), reference));
            CHECK(meeting.most == 1);
        }
    }
}

TEST_CASE("whatever gathers gradients on whole chunks gives the same bits") {
    const RestoreThreads restore;
    const Model net = small_cnn(DType::float32);
    const Model smooth = [=](const Tensor& z) { return tanh(net(z)); };
    const Tensor x = random_tensor({2, 1, 16, 16}, 7, DType::float32);
    struct Case {
        std::string method, option, value;
        const Model& model;
    };
    for (const Case& c : {Case{"integrated-gradients", "rule", "exact", net},
                          {"integrated-gradients", "tolerance", "0.01", smooth},
                          {"integrated-gradients", "rule", "gauss-kronrod", smooth},
                          {"idgi", "steps", "200", smooth},
                          {"expected-gradients", "samples", "200", smooth},
                          {"blur-ig", "edges", "40", net}}) {
        CAPTURE(c.method);
        CAPTURE(c.value);
        for (const attribution::Stage stage : {attribution::Stage::logit, attribution::Stage::probability}) {
            const auto run = [&](int count, bool concurrent) {
                set_threads(count);
                attribution::Settings settings{.stage = {.kind = stage}, .run = {.concurrent = concurrent}};
                settings.set[c.option] = c.value;
                return attribution::find_method(c.method).run(c.model, x, settings);
            };
            const Attribution reference = run(1, false);
            CHECK(same_answer(run(2, true), reference));
            CHECK(same_answer(run(3, true), reference));
        }
    }
}

TEST_CASE("chunks that run at once share the budget, and the peak does not grow with the steps") {
    const RestoreThreads restore;
    set_threads(2);
    Meeting meeting;
    const Model net = small_cnn(DType::float32);
    const Model f = [&](const Tensor& z) { return meeting.call(net, z); };
    const Tensor x = random_tensor({1, 1, 16, 16}, 7, DType::float32);
    for (const std::size_t budget : {std::size_t{4} << 20, std::size_t{16} << 20}) {
        const auto peak = [&](Index steps) {
            const Attribution a = integrated_gradients(
                f, x, {.quadrature = {.steps = steps}, .run = {.memory = budget, .concurrent = true}});
            return static_cast<double>(a.peak_bytes);
        };
        meeting.clear();
        meeting.wanted = 2;
        const double few = peak(1024);
        CHECK(meeting.most == 2);
        const double many = peak(8192);
        CHECK(many <= 2.2 * few);  // whether two chunks are at their largest at one time is left to chance
        CHECK(many <= static_cast<double>(budget));
    }
}

TEST_CASE("all threads take chunks or none does") {
    const RestoreThreads restore;
    const Model net = small_cnn(DType::float32);
    const Tensor x = random_tensor({1, 1, 16, 16}, 7, DType::float32);
    const auto callers = [&](int count, Index steps, std::size_t memory) {
        Meeting meeting;
        set_threads(count);
        const Model f = [&](const Tensor& z) { return meeting.call(net, z); };
        integrated_gradients(f, x, {.quadrature = {.steps = steps}, .run = {.memory = memory, .concurrent = true}});
        return meeting.callers.size();
    };
    const std::size_t much = std::size_t{512} << 20;
    CHECK(callers(8, 64, much) == 1);                   // eight chunks would be too small
    CHECK(callers(2, 300, std::size_t{1} << 19) == 1);  // the budget holds no two that are worth it
    CHECK(callers(2, 2, much) == 1);
    CHECK(callers(2, 20, much) == 1);
}

TEST_CASE("what looks on from this thread keeps the model on it") {
    const RestoreThreads restore;
    set_threads(2);
    const Model net = small_cnn(DType::float32);
    Meeting meeting;
    const Model f = [&](const Tensor& z) { return meeting.call(net, tap("pixels", z)); };
    const Tensor x = random_tensor({1, 1, 16, 16}, 7, DType::float32);
    const auto run = [&] {
        meeting.clear();
        integrated_gradients(f, x, {.quadrature = {.steps = 300}, .run = {.concurrent = true}});
        CHECK(meeting.most == 1);
        CHECK(meeting.callers.size() == 1);
    };
    {
        const Taps taps;
        run();
        CHECK(taps.at("pixels").rows() == 1);
        CHECK(taps.at("pixels#8").rows() > 1);
    }
    {
        const Anomaly anomaly;
        run();
    }
    {
        const TapPath outer("outer");
        run();
    }
    const Serial serial;
    run();
}

TEST_CASE("an error or a cancelled call on another thread is the caller's") {
    const RestoreThreads restore;
    set_threads(2);
    const Model net = small_cnn(DType::float32);
    const Tensor x = random_tensor({1, 1, 16, 16}, 7, DType::float32);
    std::atomic<int> calls{0};
    const Model f = [&](const Tensor& z) {
        require(z.rows() < 32 || ++calls < 3, "a model: the third large call fails");
        return net(z);
    };
    Run run{.concurrent = true};
    CHECK(error_of<ValueError>([&] { integrated_gradients(f, x, {.quadrature = {.steps = 300}, .run = run}); }) ==
          "a model: the third large call fails");
    std::atomic<bool> stop{false};
    Index chunks = 0;
    run.cancel = &stop;
    run.progress = [&](std::string_view stage, Index, Index) { stop = stage == "path" && ++chunks == 2; };
    CHECK_THROWS_AS(integrated_gradients(net, x, {.quadrature = {.steps = 300}, .run = run}), Cancelled);
    CHECK(chunks == 2);
}

// What holds for every row of the registry, whatever the method does.
#include <map>

#include <attribution/functions.hpp>
#include <support/restore_threads.hpp>

using namespace attribution_tests;
using attribution::Method;
using attribution::methods;
using attribution::Run;
using attribution::Settings;

namespace {

/// A convolution with a kink, a max-pool and a smooth layer, for [rows, 1, 4, 4]: three outputs.
Model mixed_net(DType dtype) {
    const Tensor filters = random_tensor({2, 1, 3, 3}, 1, dtype), dense = random_tensor({8, 3}, 2, dtype);
    return [=](const Tensor& x) {
        const Tensor maps = tap("maps", relu(conv2d(x, filters, {.padding = 1})));
        return matmul(tanh(flatten(max_pool2d(maps))), dense);
    };
}

/// Few steps, so that all methods are quick.
Settings quick(const Method& method) {
    Settings settings{.samples = 4, .seed = 5};
    for (const attribution::OptionInfo& option : method.options) {
        if (option.name == "steps") settings.steps = 6;
        if (option.name == "groups") settings.set["groups"] = "patches:2x2";
        if (option.name == "points") settings.set["points"] = "5";
        if (option.name == "iterations") settings.set["iterations"] = "5";
        if (option.name == "around") settings.set["around"] = "20";
        if (option.name == "edges") settings.set["edges"] = "5";
        if (option.name == "layer") settings.set["layer"] = "maps";
    }
    return settings;
}

}  // namespace

TEST_CASE("neither the budget nor the threads change a bit of any method") {
    const RestoreThreads restore;
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = mixed_net(dtype);
        const Tensor x = random_tensor({3, 1, 4, 4}, 3, dtype);
        for (const Method& method : methods()) {
            CAPTURE(method.name);
            const auto run = [&](int count, std::size_t memory) {
                set_threads(count);
                Settings settings = quick(method);
                settings.run.memory = memory;
                return method.run(f, x, settings).values;
            };
            const Tensor reference = run(1, 1);
            CHECK(reference.dtype() == dtype);
            CHECK(same_bits(run(3, 1), reference));
            CHECK(same_bits(run(2, std::size_t{1} << 28), reference));
        }
    }
}

TEST_CASE("all targets at once are the targets one by one, for every method") {
    const Model f = mixed_net(DType::float64);
    const Tensor x = random_tensor({2, 1, 4, 4}, 4);
    for (const Method& method : methods()) {
        if (!method.takes_target) continue;
        CAPTURE(method.name);
        Settings settings = quick(method);
        settings.target = attribution::AllTargets{};
        const Attribution all = method.run(f, x, settings);
        REQUIRE(all.values.rank() >= 5);
        if (!method.inside) CHECK(all.values.shape().slice(0, 5) == Shape{2, 3, 1, 4, 4});
        CHECK(all.f_input.size() == 6);
        for (Index target = 0; target < 3; ++target) {
            settings.target = target;
            const Attribution one = method.run(f, x, settings);
            CHECK(same_bits(reshape(slice(all.values, 1, target, target + 1), one.values.shape()), one.values));
            CHECK(all.f_input[static_cast<std::size_t>(3 + target)] == one.f_input[1]);
        }
    }
}

TEST_CASE("progress never goes back within a stage and ends at its total, for every method") {
    const Model f = mixed_net(DType::float64);
    const Tensor x = random_tensor({3, 1, 4, 4}, 5);
    for (const Method& method : methods()) {
        CAPTURE(method.name);
        std::map<std::string, std::pair<Index, Index>> last;  // per stage: done and total
        Settings settings = quick(method);
        settings.run.progress = [&](std::string_view stage, Index done, Index total) {
            auto& [before, whole] = last[std::string(stage)];
            const bool again = before == whole && whole > 0;  // a stage may be run once more
            CHECK((done >= before || again));
            CHECK((total == 0 || done <= total));
            before = done;
            whole = total;
        };
        method.run(f, x, settings);
        CHECK_FALSE(last.empty());
        for (const auto& [stage, told] : last)
            if (told.second > 0) CHECK(told.first == told.second);
    }
}

TEST_CASE("a model that is not a number comes to an end and is noted or refused, by every method") {
    const Model f = [](const Tensor& x) {
        const Tensor y = sum(flatten(tap("maps", sqrt(x - 100.0))), {.axes = {1}, .keep = true});
        return concat({y, -y}, 1);
    };
    const Tensor x = random_tensor({2, 1, 4, 4}, 6);
    for (const Method& method : methods()) {
        CAPTURE(method.name);
        Settings settings = quick(method);
        settings.target = Index{0};
        if (method.name.starts_with("geodesic-ig")) {  // no curve leads to such a place
            CHECK_THROWS_AS(method.run(f, x, settings), NumericError);
            continue;
        }
        const Attribution a = method.run(f, x, settings);
        CHECK_FALSE(a.notes.empty());
        if (a.tolerance_met) CHECK_FALSE(a.tolerance_met->at(0));
    }
}

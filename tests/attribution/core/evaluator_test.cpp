#include <attribution/small_cnn.hpp>
#include <support/restore_threads.hpp>

using namespace attribution_tests;
using attribution::AllTargets;
using attribution::integrated_gradients;
using attribution::Run;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

}  // namespace

TEST_CASE("neither the byte budget nor the threads change a bit") {
    const RestoreThreads restore;
    for (const DType dtype : {DType::float32, DType::float64}) {
        const Model f = small_cnn(dtype);
        const Tensor x = random_tensor({3, 1, 16, 16}, 7, dtype);
        for (const attribution::Quadrature& q :
             {attribution::Quadrature{.steps = 23}, attribution::Quadrature{.tolerance = 1e-2},
              attribution::Quadrature{.tolerance = 1e-2, .rule = QuadratureRule::midpoint}}) {
            set_threads(1);
            const Attribution reference = integrated_gradients(f, x, {.quadrature = q, .run = {.memory = 1}});
            for (const int count : {1, 2, 3})
                for (const std::size_t memory : {mebibyte / 4, 4096 * mebibyte})
                    for (const bool concurrent : {false, true}) {
                        set_threads(count);
                        const Run run{.memory = memory, .concurrent = concurrent};
                        CHECK(same_answer(integrated_gradients(f, x, {.quadrature = q, .run = run}), reference));
                    }
        }
    }
}

TEST_CASE("peak memory is flat in the steps and stays within the budget") {
    const Model f = small_cnn(DType::float32);
    const Tensor x = random_tensor({1, 1, 16, 16}, 7, DType::float32);
    integrated_gradients(f, x, {.quadrature = {.steps = 64}});  // what the engine keeps for good is made once
    for (const std::size_t budget : {2 * mebibyte, 8 * mebibyte}) {
        const auto peak = [&](Index steps) {
            const Attribution a =
                integrated_gradients(f, x, {.quadrature = {.steps = steps}, .run = {.memory = budget}});
            return static_cast<double>(a.peak_bytes);
        };
        const double few = peak(1024), many = peak(8192);
        CHECK(many <= 1.1 * few);
        CHECK(few <= 1.1 * many);
        CHECK(many <= static_cast<double>(budget));
        CHECK(many >= 0.3 * static_cast<double>(budget));
    }
}

TEST_CASE("peak memory is flat in the pieces of the adaptive rule and in the samples") {
    const Model f = small_cnn(DType::float64);
    const Tensor x = random_tensor({1, 1, 16, 16}, 7);
    const auto peak = [&](double tolerance, Index samples) {
        const Attribution a = integrated_gradients(f, x,
                                                   {.baseline = attribution::baseline::Gaussian{.samples = samples},
                                                    .quadrature = {.tolerance = tolerance},
                                                    .run = {.memory = 2 * mebibyte}});
        return static_cast<double>(a.peak_bytes);
    };
    const double coarse = peak(3e-3, 2);
    CHECK(peak(3e-4, 2) <= 1.1 * coarse);
    CHECK(peak(3e-3, 12) <= 1.1 * coarse);
}

TEST_CASE("peak memory of every path method is flat in its steps and samples") {
    const Model f = [](const Tensor& x) { return matmul(tanh(flatten(x)), full({256, 3}, 0.1)); };
    const Tensor x = random_tensor({2, 1, 16, 16}, 7, DType::float32);
    struct Case {
        std::string method, option, few, many;
    };
    for (const Case& c : {Case{"guided-ig", "steps", "6", "96"},
                          {"idgi", "steps", "400", "6400"},
                          {"expected-gradients", "samples", "300", "4800"},
                          {"blur-ig", "edges", "8", "128"},
                          {"path-ensemble", "samples", "2", "32"},
                          {"path-ensemble", "edges", "4", "64"},
                          {"agi", "steps", "3", "48"},
                          {"ig2", "steps", "4", "64"}}) {
        CAPTURE(c.method);
        const auto peak = [&](const std::string& value) {
            attribution::Settings settings{.run = {.memory = mebibyte}, .set = {{c.option, value}}};
            const attribution::Method& method = attribution::find_method(c.method);
            return static_cast<double>(method.run(f, x, settings).peak_bytes);
        };
        const double few = peak(c.few), many = peak(c.many);
        CHECK(many <= 1.15 * few);
    }
    const Model small = [](const Tensor& z) { return tanh(matmul(z, full({6, 2}, 0.3))); };
    const auto hessians = [&](Index steps) {
        return static_cast<double>(
            attribution::integrated_hessians(small, random_tensor({8, 6}, 1, DType::float32), {.steps = steps})
                .peak_bytes);
    };
    const double few = hessians(8);
    CHECK(hessians(128) <= 1.15 * few);
}

TEST_CASE("peak memory of the exact rule is flat in the pieces") {
    const auto peak = [](Index bends) {  // relus that bend at 1/n, 2/n, ..
        const Model f = [=](const Tensor& x) {
            std::vector<double> places;
            for (Index k = 1; k <= bends; ++k)
                places.push_back(static_cast<double>(k) / static_cast<double>(bends + 1));
            const Tensor at({1, bends}, std::span<const double>(places));
            return sum(relu(x - at), {.axes = {1}});
        };
        const Attribution a =
            integrated_gradients(f, row({1}), {.quadrature = {.rule = QuadratureRule::exact}, .run = {.memory = 1}});
        CHECK(a.steps->at(0) == bends + 1);
        return static_cast<double>(a.peak_bytes) / static_cast<double>(bends);  // the model's own numbers grow
    };
    CHECK(peak(1600) <= 1.5 * peak(100));
}

TEST_CASE("a chunk has at least one row, however small the budget") {
    const attribution::ModelFacts facts{.fixed_bytes = 1000, .bytes_per_row = 100};
    CHECK(facts.rows_within(0) == 1);
    CHECK(facts.rows_within(1099) == 1);
    CHECK(facts.rows_within(1250) == 2);
    CHECK(facts.rows_within(5000) == 32);  // of the 40 that fit: whole groups of sixteen
    const attribution::ModelFacts mixing{.independent = false, .bytes_per_row = 100};
    CHECK(mixing.rows_within(5000) == 1);
}

TEST_CASE("a model that mixes rows is run one row at a time, and says so") {
    const Tensor w = random_tensor({4, 2}, 1);
    const Model plain = [=](const Tensor& x) { return tanh(matmul(x, w)); };
    const Model mixing = [=](const Tensor& x) { return plain(x - mean(x, {.axes = {0}, .keep = true}) * 1e-9); };
    const Tensor x = random_tensor({3, 4}, 2);
    const Attribution a = integrated_gradients(mixing, x, {.quadrature = {.steps = 5}});
    REQUIRE(a.notes.size() == 1);
    CHECK(a.notes[0] == "the model's rows depend on each other or on their number; each row was run by itself");
    for (Index k = 0; k < 3; ++k) {
        const Attribution one = integrated_gradients(mixing, slice(x, 0, k, k + 1), {.quadrature = {.steps = 5}});
        CHECK(same_bits(one.values, slice(a.values, 0, k, k + 1)));
    }
    CHECK(integrated_gradients(plain, x, {.quadrature = {.steps = 5}}).notes.empty());
}

TEST_CASE("a model that mixes only in its gradient is found out, too") {
    const Model f = [](const Tensor& x) {
        const Tensor a = sum(x, {.axes = {1}}), whole = mean(x);
        return a + (whole - detached(whole)) * feature(x, 0);
    };
    CHECK(attribution::gradient(f, random_tensor({2, 3}, 1)).notes.size() == 1);
}

TEST_CASE("a model whose mixing shows only between far rows is found out by the last row") {
    const Model f = [](const Tensor& x) { return sum(x, {.axes = {1}}) + sum(relu(x - 10.0)); };
    const Tensor x({2, 2}, {1, 3, 20, 30}, DType::float64);
    const Attribution a = attribution::gradient(f, x);
    CHECK(a.notes.size() == 1);
    CHECK(a.f_input == std::vector<double>{4, 80});
    // Equal rows tell nothing of each other: the neighbour of the first does.
    const Model centred = [](const Tensor& z) {
        return sum(square(z - mean(z, {.axes = {0}, .keep = true})), {.axes = {1}});
    };
    CHECK(attribution::gradient(centred, Tensor({2, 2}, {1, 3, 1, 3}, DType::float64)).notes.size() == 1);
}

TEST_CASE("the first look runs five rows, sixteen more where chunks would be small, none that do not fit the budget") {
    const auto runs = [](std::size_t memory) {
        std::vector<Index> seen;
        const Model f = [&](const Tensor& x) {
            seen.push_back(x.rows());
            return sum(square(x), {.axes = {1}});
        };
        attribution::gradient(f, random_tensor({1, 3}, 2), {.run = {.memory = memory}});
        return seen;
    };
    // One row tells the outputs (and, being the whole input, its value), then the look, then the gradient.
    CHECK(runs(std::size_t{64} << 20) == std::vector<Index>{1, 1, 1, 2, 1});
    CHECK(runs(10'000) == std::vector<Index>{1, 1, 1, 2, 16, 1});
    CHECK(runs(64) == std::vector<Index>{1, 1, 1, 2, 1});
}

TEST_CASE("an attribution or an explained number that is not finite is noted") {
    const Model root = of_columns([](auto& x) { return sqrt(x[0]); });
    const Tensor x({3, 1}, {4, 0, -1}, DType::float64);
    const Attribution a = attribution::gradient(root, x);
    CHECK(a.notes == std::vector<std::string>{"the explained number is not finite at the input of row 2",
                                              "the attribution is not finite in row 1"});
    CHECK(attribution::gradient(root, slice(x, 0, 0, 1)).notes.empty());
}

TEST_CASE("a random baseline tells its samples, and nothing of what is inside") {
    std::vector<std::pair<Index, Index>> seen;
    Run run;
    run.progress = [&](std::string_view stage, Index done, Index total) {
        CHECK(stage == "samples");
        seen.emplace_back(done, total);
    };
    integrated_gradients(relu_net({3, 4, 2}, 1, true), random_tensor({2, 3}, 1),
                         {.baseline = attribution::baseline::Gaussian{.samples = 3}, .run = run});
    CHECK(seen == std::vector<std::pair<Index, Index>>{{1, 3}, {2, 3}, {3, 3}});
}

TEST_CASE("a model of a fixed batch of one runs one row at a time") {
    const Model f = [](const Tensor& x) { return sum(square(reshape(x, Shape{1, 3})), {.axes = {1}}); };
    const Tensor x({2, 3}, {1, 2, 3, 4, 5, 6}, DType::float64);
    const Attribution a = attribution::gradient(f, x);
    CHECK(numbers(a.values) == std::vector<double>{2, 4, 6, 8, 10, 12});
    CHECK(a.notes.size() == 1);
}

TEST_CASE("progress ends at the total and never goes back") {
    std::vector<Index> seen;
    Index last_total = 0;
    Run run{.memory = 1};
    run.progress = [&](std::string_view stage, Index done, Index total) {
        if (stage != "path") return;
        seen.push_back(done);
        last_total = total;
    };
    integrated_gradients(relu_net({3, 4, 2}, 1, true), random_tensor({2, 3}, 1),
                         {.quadrature = {.steps = 6}, .run = run});
    REQUIRE(seen.size() == 12);
    for (std::size_t k = 0; k < seen.size(); ++k) CHECK(seen[k] == static_cast<Index>(k) + 1);
    CHECK(last_total == 12);
}

TEST_CASE("a set cancel flag stops every method with Cancelled") {
    std::atomic<bool> stop{true};
    const Run run{.cancel = &stop};
    const Model net = relu_net({3, 4, 2}, 1, true);
    const Model f = [net](const Tensor& x) { return net(tap("input", x)); };
    const Tensor x = random_tensor({2, 3}, 1);
    for (const attribution::Method& method : attribution::methods()) {
        CAPTURE(method.name);
        attribution::Settings settings{.run = run};
        if (method.inside) settings.set["layer"] = "input";
        CHECK(error_of<Cancelled>([&] { method.run(f, x, settings); }) == method.name + ": cancelled by the caller");
    }
    // In the middle of the work, too: the flag goes up during progress.
    stop = false;
    Index chunks = 0;
    Run halfway{.memory = 1, .cancel = &stop};
    halfway.progress = [&](std::string_view, Index, Index) { stop = ++chunks == 5; };
    CHECK_THROWS_AS(integrated_gradients(f, x, {.quadrature = {.steps = 50}, .run = halfway}), Cancelled);
    CHECK(chunks == 5);
}

TEST_CASE("facts of a first look can be used again and change nothing") {
    const Model f = relu_net({3, 4, 2}, 1, true);
    const Tensor x = random_tensor({2, 3}, 1);
    Index calls = 0;
    const Model counting = [&](const Tensor& z) {
        ++calls;
        return f(z);
    };
    const attribution::Evaluator look("look", f, x, attribution::Predicted{}, {}, {});
    const Attribution once = attribution::gradient(counting, x);
    const Index with_look = std::exchange(calls, 0);
    const Attribution again = attribution::gradient(counting, x, {.run = {.facts = look.facts()}});
    CHECK(same_bits(once.values, again.values));
    CHECK(calls < with_look);
}

TEST_CASE("every result carries who computed it and at what cost") {
    const Attribution a = attribution::gradient(relu_net({3, 4, 2}, 1, true), random_tensor({2, 3}, 1));
    CHECK(a.method == "gradient");
    CHECK(a.isa == isa());
    CHECK(a.threads == threads());
    CHECK(a.dtype == DType::float64);
    CHECK(a.seconds >= 0);
    CHECK(a.peak_bytes > 0);
    CHECK(a.evaluations.forward == 4);
    CHECK(a.evaluations.backward == 2);
    CHECK_FALSE(a.delta.has_value());
    CHECK_FALSE(a.baseline.has_value());
}

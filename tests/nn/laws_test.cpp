#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

#include <gradpath/autodiff/random.hpp>

#include "moons.hpp"

using namespace gradpath;

namespace {

void holds(const char* law, auto&& property) { CHECK_MESSAGE(rc::check(law, property), law); }

Index between(Index first, Index last) { return *rc::gen::inRange(first, last + 1); }

Tensor draw(const Shape& shape, std::uint64_t stream) {
    return random::normal(
        shape, {.seed = *rc::gen::inRange<std::uint64_t>(0, 1000), .stream = stream, .dtype = DType::float64});
}

double largest_difference(const Tensor& a, const Tensor& b) { return a.size() == 0 ? 0 : max(abs(a - b)).item(); }

}  // namespace

TEST_CASE("linear is the sum over inputs of weight times number, on random shapes") {
    holds("linear", [] {
        const Index rows = between(0, 9), inputs = between(1, 17), outputs = between(1, 9);
        nn::Linear linear(inputs, outputs, {.init = {.dtype = DType::float64}});
        linear.bias = draw({outputs}, 1);
        const Tensor x = draw({rows, inputs}, 2), y = linear(x);
        RC_ASSERT(y.shape() == (Shape{rows, outputs}));
        for (Index row = 0; row < rows; ++row) {
            for (Index o = 0; o < outputs; ++o) {
                double sum = linear.bias.at(o);
                for (Index i = 0; i < inputs; ++i) sum += x.at(row * inputs + i) * linear.weight.at(o * inputs + i);
                RC_ASSERT(std::abs(y.at(row * outputs + o) - sum) < 1e-12 * static_cast<double>(inputs + 1) * 10);
            }
        }
    });
}

TEST_CASE("a convolution with a kernel as large as the image is a linear layer") {
    holds("conv2d is linear", [] {
        const Index rows = between(1, 4), channels = between(1, 3), height = between(1, 5), width = between(1, 5);
        const Index filters = between(1, 6), numbers = channels * height * width;
        const nn::Conv2d conv(channels, filters, {.kernel = {height, width}, .init = {.dtype = DType::float64}});
        nn::Linear linear(numbers, filters, {.init = {.dtype = DType::float64}});
        linear.weight = reshape(conv.weight, {filters, numbers});
        const Tensor x = draw({rows, channels, height, width}, 3);
        RC_ASSERT(largest_difference(flatten(conv(x)), linear(flatten(x))) < 1e-12);
    });
}

TEST_CASE("whatever the sizes, an epoch is a permutation of the examples") {
    holds("loader", [] {
        const Index rows = between(1, 60);
        const nn::Loading options{.batch = between(1, 70),
                                  .seed = *rc::gen::arbitrary<std::uint64_t>(),
                                  .prefetch = *rc::gen::arbitrary<bool>(),
                                  .prefetch_above = 0};
        nn::Loader loader({arange(rows)}, options);
        const Index epoch = between(0, 1000000);
        loader.seek(epoch, 0);
        std::vector<bool> seen(static_cast<std::size_t>(rows));
        for (Index b = 0; b < loader.batches(); ++b) {
            const nn::Examples batch = loader.next();
            for (Index row = 0; row < batch.rows(); ++row) {
                const auto example = static_cast<std::size_t>(batch.x.at(row));
                RC_ASSERT(!seen[example]);
                seen[example] = true;
            }
        }
        RC_ASSERT(std::ranges::all_of(seen, [](bool s) { return s; }));
        RC_ASSERT(loader.epoch() == epoch + 1);
        RC_ASSERT(loader.batch() == 0);
    });
}

TEST_CASE("a run cut anywhere ends in the same bits, whatever the sizes") {
    holds("resume", [] {
        const Index rows = between(1, 20);
        nn::Fit fit{.epochs = between(1, 3), .batch = between(1, 8), .seed = *rc::gen::arbitrary<std::uint64_t>()};
        if (*rc::gen::arbitrary<bool>()) fit.optimizer = nn::Sgd{.rate = 0.1, .momentum = 0.5};
        const nn::Examples examples = nn_tests::moons(rows, 1);
        nn::Sequential whole = nn_tests::small_net(1, 0.5), cut = nn_tests::small_net(1, 0.5),
                       again = nn_tests::small_net(2);
        const Index steps = nn::fit(whole, examples, fit).steps;
        nn::Fit until = fit;
        const Index stop = between(1, steps);
        until.on_progress = [&](const nn::Progress& p) {
            return p.state.steps == stop ? nn::Next::stop : nn::Next::go_on;
        };
        const nn::TrainState state = nn::fit(cut, examples, until);
        again.layers[2] = nn::Dropout(0.5);
        nn::fit(again, examples, fit, state);
        RC_ASSERT(nn_tests::same_bits(nn_tests::values(whole), nn_tests::values(again)));
    });
}

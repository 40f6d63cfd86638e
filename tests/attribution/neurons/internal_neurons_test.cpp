// Joint attributions of inputs and neurons: closed forms, and the identities that tie them to Integrated Gradients.
#include <attribution/functions.hpp>
#include <support/restore_threads.hpp>

using namespace attribution_tests;
using attribution::InternalNeurons;
using attribution::LayerPath;
namespace region = attribution::region;

namespace {

/// H = (x1 + x2, x1 x2), tapped as "hidden"; G = y1² + 3 y2.
const Model two_layers = [](const Tensor& x) {
    const Tensor a = feature(x, 0), b = feature(x, 1);
    const Tensor h = tap("hidden", concat({reshape(a + b, {x.rows(), 1}), reshape(a * b, {x.rows(), 1})}, 1));
    return square(feature(h, 0)) + feature(h, 1) * 3.0;
};

Tensor mask(std::initializer_list<double> inside) { return row(inside); }

/// A smooth network with two named layers.
Model smooth_net(std::uint64_t number) {
    const Tensor a = random_tensor({5, 7}, 10 * number), b = random_tensor({7, 6}, 10 * number + 1),
                 c = random_tensor({6, 3}, 10 * number + 2);
    return [=](const Tensor& x) {
        const Tensor h1 = tap("first", tanh(matmul(x, a) * 0.5));
        const Tensor h2 = tap("second", softplus(matmul(h1, b)));
        return matmul(h2, c);
    };
}

std::vector<double> sums_of(const Tensor& values) { return numbers(sum(flatten(values), {.axes = {1}})); }

}  // namespace

TEST_CASE("the closed form: conductance (9, 6), internal influence (3, 3), the second feature's share (6, 3)") {
    const Tensor x = row({1, 2});
    CHECK(largest_difference(numbers(attribution::conductance(two_layers, x, {.layer = "hidden", .steps = 8}).values),
                             {9, 6}) <= 1e-12);
    CHECK(largest_difference(
              numbers(attribution::internal_influence(two_layers, x, {.layer = "hidden", .steps = 8}).values),
              {3, 3}) <= 1e-12);
    const InternalNeurons second{.layer = "hidden", .region = region::Mask{mask({0, 1})}, .steps = 8};
    CHECK(largest_difference(numbers(attribution::internal_neurons(two_layers, x, second).values), {6, 3}) <= 1e-12);
    const InternalNeurons first{.layer = "hidden", .region = region::Mask{mask({1, 0})}, .steps = 8};
    CHECK(largest_difference(numbers(attribution::internal_neurons(two_layers, x, first).values), {3, 3}) <= 1e-12);
}

TEST_CASE("rows of the joint attribution sum to Integrated Gradients, columns to conductance, all to F(x) - F(x')") {
    for (std::uint64_t trial = 0; trial < 6; ++trial) {
        const Model net = smooth_net(trial);
        const Tensor x = random_tensor({2, 5}, 50 + trial), from = random_tensor({2, 5}, 60 + trial);
        const Index target = static_cast<Index>(trial % 3);
        const Attribution ig = attribution::integrated_gradients(
            net, x, {.target = target, .baseline = from, .quadrature = {.tolerance = 1e-11}});
        for (const char* layer : {"first", "second"}) {
            const Attribution through =
                attribution::conductance(net, x, {.target = target, .baseline = from, .layer = layer, .steps = 48});
            for (const double gap : *through.relative_delta) CHECK(gap <= 1e-10);
            Tensor columns = zeros_like(through.values);
            for (Index i = 0; i < 5; ++i) {
                std::vector<double> inside(5, 0);
                inside[static_cast<std::size_t>(i)] = 1;
                const InternalNeurons one{.target = target,
                                          .baseline = from,
                                          .layer = layer,
                                          .region = region::Mask{row(inside)},
                                          .steps = 48};
                const Attribution share = attribution::internal_neurons(net, x, one);
                columns = columns + share.values;
                const std::vector<double> rows = sums_of(share.values);
                for (Index r = 0; r < 2; ++r)
                    CHECK(std::abs(rows[static_cast<std::size_t>(r)] - ig.values.at(r * 5 + i)) <= 1e-10);
            }
            CHECK(largest_difference(numbers(columns), numbers(through.values)) <= 1e-11);
        }
    }
}

TEST_CASE("all layers in one pass are each layer alone, and the budget changes no bit") {
    const Model net = smooth_net(1);
    const Tensor x = random_tensor({3, 5}, 9);
    for (const attribution::Region& where :
         {attribution::Region(region::Whole{}), attribution::Region(region::Mask{mask({0, 1, 1, 0, 1})})}) {
        const InternalNeurons options{.target = Index{1}, .region = where, .steps = 40};
        const std::vector<Attribution> all = attribution::internal_neurons(net, x, options, {});
        REQUIRE(all.size() == 2);
        InternalNeurons alone = options;
        alone.run.memory = 1;
        for (std::size_t i = 0; i < 2; ++i) {
            alone.layer = i == 0 ? "first" : "second";
            const Attribution one = attribution::internal_neurons(net, x, alone);
            CHECK(same_bits(one.values, all[i].values));
            for (std::size_t k = 0; k < one.identities.size(); ++k)
                CHECK(one.identities[k].gap == all[i].identities[k].gap);
        }
        CHECK(all[0].values.shape() == Shape{3, 7});
        CHECK(all[1].values.shape() == Shape{3, 6});
    }
}

TEST_CASE("threads change no bit, nor does it whether they take whole chunks") {
    const RestoreThreads restore;
    const Model net = smooth_net(1);
    const Tensor x = random_tensor({3, 5}, 9);
    for (const attribution::Region& where :
         {attribution::Region(region::Whole{}), attribution::Region(region::Mask{mask({0, 1, 1, 0, 1})})}) {
        const auto run = [&](int count, bool concurrent) {
            set_threads(count);
            const InternalNeurons options{
                .target = Index{1}, .region = where, .steps = 3000, .run = {.concurrent = concurrent}};
            return attribution::internal_neurons(net, x, options, {});
        };
        const std::vector<Attribution> alone = run(1, false);
        for (const int count : {1, 2, 3})
            for (const bool concurrent : {false, true}) {
                const std::vector<Attribution> answer = run(count, concurrent);
                for (std::size_t i = 0; i < answer.size(); ++i) {
                    CHECK(same_bits(answer[i].values, alone[i].values));
                    CHECK(answer[i].evaluations.forward == alone[i].evaluations.forward);
                    for (std::size_t k = 0; k < alone[i].identities.size(); ++k)
                        CHECK(answer[i].identities[k].gap == alone[i].identities[k].gap);
                }
            }
    }
}

TEST_CASE("the published difference form tends to the derivative form, with an error of order 1/steps") {
    const Model net = smooth_net(2);
    const Tensor x = random_tensor({1, 5}, 12);
    const auto inside = region::Mask{mask({0, 1, 1, 0, 1})};
    const auto run = [&](Index steps, bool paper) {
        return numbers(
            attribution::internal_neurons(
                net, x, {.target = Index{0}, .layer = "second", .region = inside, .steps = steps, .paper = paper})
                .values);
    };
    const std::vector<double> exact = run(64, false);
    const double coarse = largest_difference(run(100, true), exact), fine = largest_difference(run(800, true), exact);
    CHECK(fine < coarse / 6);
    CHECK(fine > coarse / 10);
    CHECK(fine <= 0.05);
}

TEST_CASE("regions: boxes, tops, and what is refused") {
    const Tensor x = random_tensor({1, 1, 3, 4}, 1);
    const auto made = [&](const attribution::Region& r) {
        return numbers(attribution::region_mask("test", r, x, [&] { return x; }));
    };
    CHECK(made(region::Box{1, 3, 1, 2}) == std::vector<double>{0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0});
    double inside = 0;
    for (const double v : made(region::Top{0.25})) inside += v;
    CHECK(inside == 3);
    const Tensor hundred = random_tensor({1, 100}, 2);  // 0.29 * 100 < 29 in double
    CHECK(sum(attribution::region_mask("test", region::Top{0.29}, hundred, [&] { return hundred; })).item() == 29);
    const auto error = [&](const attribution::Region& r) { return error_of([&] { made(r); }); };
    CHECK(error(region::Box{1, 4, 0, 2}) ==
          "test: the box must lie within 0,3,0,4 but is 1,4,0,2; give top, bottom, left, right, the ends not included");
    CHECK(error(region::Top{0}) == "test: the top must be a share in (0, 1] but is 0");
    CHECK(error(region::Mask{full({1}, 2, DType::float64)}) == "test: a mask holds 0 and 1 but has 2");
    CHECK(error(region::Mask{ones({2, 1, 3, 4}, DType::float64)}) ==
          "test: the mask of the region must broadcast to (1, 1, 3, 4), the shape of the input, but has shape "
          "(2, 1, 3, 4)");
    for (const char* text : {"whole", "box:1,2,3,4", "top:0.1"})
        CHECK(attribution::describe(attribution::parse_region(text)) == text);
    CHECK(error_of([] { attribution::parse_region("disc:3"); }) ==
          "region: must be whole, box:TOP,BOTTOM,LEFT,RIGHT, top:SHARE or mask:FILE but is 'disc:3'");
}

TEST_CASE("a layer that is not there is answered with the nearest name") {
    const auto error = [](const std::string& layer) {
        return error_of<ValueError>([&] { attribution::conductance(two_layers, row({1, 2}), {.layer = layer}); });
    };
    CHECK(error("hiden") == "conductance: layer 'hiden' is unknown; did you mean 'hidden'? There are: hidden");
    CHECK(error("") == "conductance: a layer must be named; there are: hidden");
}

TEST_CASE("every answer carries the identities of the joint attribution, and they hold to rounding") {
    for (std::uint64_t trial = 0; trial < 4; ++trial) {
        const Model net = smooth_net(trial);
        const Tensor x = random_tensor({3, 5}, 80 + trial), from = random_tensor({3, 5}, 90 + trial);
        const InternalNeurons options{.baseline = from, .region = region::Mask{mask({0, 1, 1, 0, 1})}, .steps = 48};
        for (const Attribution& a : attribution::internal_neurons(net, x, options, {})) {
            REQUIRE(a.identities.size() == 3);
            CHECK(a.identities[0].name == "sum over neurons = integrated gradients of the region");
            CHECK(a.identities[1].name == "sum over inputs = conductance");
            CHECK(a.identities[2].name == "sum over both = F(x) - F(x')");
            for (const attribution::Identity& identity : a.identities) {
                REQUIRE(identity.gap.size() == 3);
                for (const double gap : identity.gap) CHECK(gap <= 1e-10);
            }
            CHECK(a.notes.empty());
        }
        CHECK(attribution::conductance(net, x, {.layer = "first", .steps = 8}).identities.size() == 2);
        CHECK(attribution::internal_influence(net, x, {.layer = "first", .steps = 8}).identities.empty());
    }
}

TEST_CASE("a layer with a way around it keeps no sums, and the answer says so") {
    const Model around = [](const Tensor& x) { return sum(tap("hidden", tanh(x)) + square(x), {.axes = {1}}); };
    const Attribution a = attribution::conductance(around, row({1, 2}), {.layer = "hidden", .steps = 32});
    CHECK(a.identities[0].gap[0] == doctest::Approx(5 / (5 + std::tanh(1.0) + std::tanh(2.0))));
    CHECK(a.notes ==
          std::vector<std::string>{"there are ways from input to output around hidden, so its values are only "
                                   "what passes through it"});
}

TEST_CASE("a random baseline: identities hold for the mean of the draws, values carry their standard error") {
    const Model net = smooth_net(3);
    const attribution::baseline::Uniform draws{.samples = 5};
    const Attribution a = attribution::internal_neurons(
        net, random_tensor({2, 5}, 7),
        {.baseline = draws, .layer = "second", .region = region::Mask{mask({1, 0, 0, 0, 1})}, .steps = 48});
    CHECK(*a.samples == 5);
    CHECK(a.standard_error->shape() == Shape{2, 6});
    for (const attribution::Identity& identity : a.identities)
        for (const double gap : identity.gap) CHECK(gap <= 1e-10);
}

TEST_CASE("on ReLU networks all identities hold to rounding, piece by piece, without rule and steps") {
    for (std::uint64_t trial = 0; trial < 3; ++trial) {
        const Model inner = kinky_net(trial);
        const Model net = [=](const Tensor& x) { return tap("end", inner(tap("start", x * 1.5))); };
        const Tensor x = random_tensor({2, 36}, 80 + trial), from = random_tensor({2, 36}, 90 + trial);
        std::vector<double> inside(36, 0);
        for (std::size_t i = 0; i < 36; i += 3) inside[i] = 1;
        const InternalNeurons options{
            .target = static_cast<Index>(trial), .baseline = from, .region = region::Mask{row(inside)}};
        const std::vector<Attribution> all = attribution::internal_neurons(net, x, options, {});
        const Attribution ig = attribution::integrated_gradients(net, x, {.target = options.target, .baseline = from});
        for (const Attribution& a : all) {
            CHECK(a.rule == "exact");
            CHECK(*a.steps == *ig.steps);
            REQUIRE(a.identities.size() == 3);
            for (const attribution::Identity& identity : a.identities)
                for (const double gap : identity.gap) CHECK(gap <= 1e-10);
        }
        const Attribution start =
            attribution::conductance(net, x, {.target = options.target, .baseline = from, .layer = "start"});
        CHECK(largest_difference(numbers(start.values), numbers(ig.values)) <= 1e-10);  // one unit for each feature
        const Attribution end = attribution::conductance(net, x,
                                                         {.target = options.target,
                                                          .baseline = from,
                                                          .stage = attribution::parse_stage("log-probability"),
                                                          .layer = "end"});
        for (const double gap : *end.relative_delta) CHECK(gap <= 1e-9);
    }
}

TEST_CASE("the rule of a path through neurons: given, or by what the model is, and what cannot be is refused") {
    const Model smooth = smooth_net(4), bent = [](const Tensor&x) { return tap("only", relu(x - 1.0)); };
    const Tensor x = random_tensor({1, 5}, 3);
    const auto rule_of = [&](const Model& net, const LayerPath& o) {
        const Attribution a = attribution::conductance(net, x, o);
        return text(a.rule, " ", a.steps->at(0));
    };
    CHECK(rule_of(smooth, {.layer = "first"}) == "gauss-legendre 256");
    CHECK(rule_of(bent, {.layer = "only", .steps = 9}) == "gauss-legendre 9");
    CHECK(rule_of(bent, {.layer = "only", .rule = QuadratureRule::midpoint}) == "midpoint 256");
    const auto error = [&](const Model& net, const InternalNeurons& o) {
        return error_of<ValueError>([&] { attribution::internal_neurons(net, x, o); });
    };
    CHECK(error(smooth, {.layer = "first", .rule = QuadratureRule::gauss_kronrod}) ==
          "internal-neurons: takes exact or a fixed rule but got gauss-kronrod; gauss-legendre is the usual one");
    CHECK(error(bent, {.layer = "only", .steps = 8, .rule = QuadratureRule::exact}) ==
          "internal-neurons: exact takes as many steps as there are pieces: leave the steps out");
    CHECK(error(bent, {.layer = "only", .rule = QuadratureRule::right, .paper = true}) ==
          "internal-neurons: the published form has a rule of its own; leave the rule out");
    CHECK(error(smooth, {.layer = "first", .rule = QuadratureRule::exact}) ==
          "internal-neurons: exact needs a model made of affine maps, relu, abs and maxima: it has tanh; use "
          "gauss-legendre");
}

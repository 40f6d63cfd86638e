#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::AllTargets;
using attribution::gradient;
using attribution::OutputStage;
using attribution::parse_stage;
using attribution::parse_target;
using attribution::Stage;
using attribution::Target;
using attribution::Weights;

namespace {

/// The logits are the features themselves, so what is explained and its gradient are closed forms of the softmax.
const Model identity = [](const Tensor& x) { return x; };
const Model first = [](const Tensor& x) { return feature(x, 0); };
const std::vector<double> logits{0.3, -1.2, 2.0};

double probability(std::size_t k) {
    double sum = 0;
    for (const double z : logits) sum += std::exp(z);
    return std::exp(logits[k]) / sum;
}

double kronecker(std::size_t a, std::size_t b) { return a == b ? 1 : 0; }

}  // namespace

TEST_CASE("output stages of several logits have the value and gradient of their closed form") {
    for (std::size_t k = 0; k < 3; ++k) {
        const auto target = static_cast<Index>(k);
        const double p = probability(k);
        const auto explained = [&](Stage stage) {
            return gradient(identity, row(logits), {.target = target, .stage = {.kind = stage}});
        };
        std::vector<double> logit, prob, log_prob, odds;
        for (std::size_t j = 0; j < 3; ++j) {
            const double pj = probability(j), own = kronecker(j, k);
            logit.push_back(own);
            prob.push_back(p * (own - pj));
            log_prob.push_back(own - pj);
            odds.push_back(own - (1 - own) * pj / (1 - p));  // d/dzⱼ of zₖ - log Σ_{i≠k} exp zᵢ
        }
        CHECK(largest_difference(numbers(explained(Stage::logit).values), logit) <= 1e-15);
        CHECK(largest_difference(numbers(explained(Stage::probability).values), prob) <= 1e-14);
        CHECK(largest_difference(numbers(explained(Stage::log_probability).values), log_prob) <= 1e-14);
        CHECK(largest_difference(numbers(explained(Stage::log_odds).values), odds) <= 1e-14);
        CHECK(explained(Stage::logit).f_input[0] == logits[k]);
        CHECK(explained(Stage::probability).f_input[0] == doctest::Approx(p));
        CHECK(explained(Stage::log_probability).f_input[0] == doctest::Approx(std::log(p)));
        CHECK(explained(Stage::log_odds).f_input[0] == doctest::Approx(std::log(p / (1 - p))));
    }
}

TEST_CASE("output stages of a single logit are those of the sigmoid") {
    const double z = 0.7, p = 1 / (1 + std::exp(-z));
    struct Entry {
        Stage stage;
        double value, slope;
    };
    for (const Entry& e : {Entry{Stage::logit, z, 1}, Entry{Stage::probability, p, p * (1 - p)},
                           Entry{Stage::log_probability, std::log(p), 1 - p}, Entry{Stage::log_odds, z, 1}})
        for (const Model& model : {first, identity}) {
            const Attribution a = gradient(model, row({z}), {.stage = {.kind = e.stage}});
            CHECK(a.f_input[0] == doctest::Approx(e.value).epsilon(1e-13));
            CHECK(a.values.at(0) == doctest::Approx(e.slope).epsilon(1e-13));
        }
}

TEST_CASE("stages stay finite where the logits are large") {
    for (const Stage stage : {Stage::probability, Stage::log_probability, Stage::log_odds}) {
        const Attribution a = gradient(identity, row({800, -900, 0}), {.target = Index{1}, .stage = {.kind = stage}});
        for (const double v : numbers(a.values)) CHECK(std::isfinite(v));
        CHECK(a.f_input[0] == doctest::Approx(stage == Stage::probability ? 0 : -1700));
    }
}

TEST_CASE("margin is the difference of two raw outputs") {
    const Attribution a = gradient(identity, row(logits), {.stage = parse_stage("margin:2,0")});
    CHECK(numbers(a.values) == std::vector<double>{-1, 0, 1});
    CHECK(a.f_input[0] == doctest::Approx(1.7));
    CHECK(a.target == std::vector<Index>{2});
}

TEST_CASE("predicted is decided once, at the input, for each row") {
    const Tensor x({3, 3}, {1, 5, 2, 7, 0, 0, 1, 1, 3}, DType::float64);
    CHECK(gradient(identity, x).target == std::vector<Index>{1, 0, 2});
    // On the path from (0, 9, 0) the largest output changes; the explained one must not.
    const Attribution a = attribution::integrated_gradients(identity, x, {.baseline = row({0, 9, 0})});
    CHECK(numbers(a.values) == std::vector<double>{0, -4, 0, 7, 0, 0, 0, 0, 3});
    CHECK(a.target_kind == "predicted");
}

TEST_CASE("a list of targets explains each row's own") {
    const Tensor x({2, 3}, {1, 5, 2, 7, 0, 0}, DType::float64);
    const Attribution a = gradient(identity, x, {.target = std::vector<Index>{2, 1}});
    CHECK(numbers(a.values) == std::vector<double>{0, 0, 1, 0, 1, 0});
    CHECK(a.f_input == std::vector<double>{2, 0});
}

TEST_CASE("all targets in one pass equal the targets one by one, bit for bit, for every stage") {
    const Model f = relu_net({4, 9, 3}, 3, true);
    const Tensor x = random_tensor({2, 4}, 3);
    for (const char* stage : {"logit", "probability", "log-probability", "log-odds"}) {
        CAPTURE(stage);
        const attribution::IntegratedGradients all{
            .target = AllTargets{}, .stage = parse_stage(stage), .quadrature = {.steps = 9}};
        const Attribution together = attribution::integrated_gradients(f, x, all);
        REQUIRE(together.values.shape() == Shape{2, 3, 4});
        CHECK(together.all_targets);
        CHECK(together.delta->size() == 6);
        CHECK(together.evaluations.forward == 2 * (9 + 2));
        CHECK(together.evaluations.backward == 2 * 9 * 3);
        for (Index k = 0; k < 3; ++k) {
            attribution::IntegratedGradients one = all;
            one.target = k;
            const Attribution single = attribution::integrated_gradients(f, x, one);
            const Tensor slice_of_all = reshape(slice(together.values, 1, k, k + 1), {2, 4});
            CHECK(largest_difference(numbers(single.values), numbers(slice_of_all)) <= 1e-15);
            CHECK(single.f_input[1] ==
                  doctest::Approx(together.f_input[static_cast<std::size_t>(3 + k)]).epsilon(1e-14));
        }
    }
}

TEST_CASE("weights explain the weighted sum, for all rows or each") {
    const Tensor x({2, 3}, {1, 5, 2, 7, 0, 0}, DType::float64);
    const Tensor w({3}, {2, -1, 0.5}, DType::float64), each({2, 3}, {1, 0, 0, 0, 3, 4}, DType::float64);
    CHECK(numbers(gradient(identity, x, {.target = Weights{w}}).values) == std::vector<double>{2, -1, 0.5, 2, -1, 0.5});
    const Attribution a = gradient(identity, x, {.target = Weights{each}});
    CHECK(numbers(a.values) == std::vector<double>{1, 0, 0, 0, 3, 4});
    CHECK(a.target.empty());
    CHECK(a.target_kind == "weights");
}

TEST_CASE("any function of the output can be explained") {
    const attribution::OutputFunction energy = [](const Tensor& z) { return logsumexp(z, {.axes = {1}}); };
    const Attribution a = gradient(identity, row(logits), {.target = energy});
    for (Index k = 0; k < 3; ++k) CHECK(a.values.at(k) == doctest::Approx(probability(static_cast<std::size_t>(k))));
}

TEST_CASE("targets and stages read back from their text") {
    for (const char* target : {"predicted", "all", "3", "3,1,4"}) CHECK(describe(parse_target(target)) == target);
    for (const char* stage : {"logit", "probability", "log-probability", "log-odds", "margin:3,5"})
        CHECK(describe(parse_stage(stage)) == stage);
}

TEST_CASE("wrong targets, stages and models are refused with the rule, the facts and the way out") {
    const Model ten = [](const Tensor& x) { return matmul(x, ones({3, 10}, DType::float64)); };
    const Tensor x = ones({2, 3}, DType::float64);
    const auto error = [&](const Model& model, Target target, OutputStage stage = {}) {
        return error_of([&] { attribution::integrated_gradients(model, x, {.target = target, .stage = stage}); });
    };
    CHECK(error(ten, Index{12}) == "integrated-gradients: target must lie in [0, 10) but is 12");
    CHECK(error(ten, Index{-1}) == "integrated-gradients: target must lie in [0, 10) but is -1");
    CHECK(error(ten, std::vector<Index>{1, 10}) == "integrated-gradients: target must lie in [0, 10) but is 10");
    CHECK(error(ten, std::vector<Index>{1, 2, 3}) ==
          "integrated-gradients: target names 3 outputs but the input has 2 rows; give one index per row, or one for "
          "all");
    CHECK(error(ten, Weights{ones({4}, DType::float64)}) ==
          "integrated-gradients: weights must have shape (10,) or (2, 10) but have (4,)");
    CHECK(error(ten, Index{1}, parse_stage("margin:0,1")) ==
          "integrated-gradients: margin names its outputs itself but the target is 1; leave the target out");
    CHECK(error(ten, attribution::Predicted{}, parse_stage("margin:0,10")) ==
          "integrated-gradients: margin must lie in [0, 10) but is 10");
    CHECK(error(ten, attribution::Predicted{}, parse_stage("margin:4,4")) ==
          "integrated-gradients: margin needs two different outputs but got 4 twice");
    CHECK(error(ten, [](const Tensor& z) { return z; }) ==
          "integrated-gradients: the target function must return one number for each of 1 rows but returned shape (1, "
          "10)");
    CHECK(
        error(ten, [](const Tensor& z) { return feature(z, 0); }, {.kind = Stage::probability}) ==
        "integrated-gradients: a target function sees the raw output but the stage is probability; leave the stage at "
        "logit and apply it in the function");
    CHECK(error(
              [](const Tensor& z) {
                  return reshape(z, {z.rows(), 3, 1});
              },
              attribution::Predicted{}) ==
          "integrated-gradients: model must return [rows] or [rows, outputs] but returned shape (1, 3, 1); flatten or "
          "pool "
          "the output first");
    CHECK(error(Model{}, attribution::Predicted{}) == "integrated-gradients: the model is empty");
    CHECK(error_of([&] {
              gradient(ten, zeros({0, 3}, DType::float64));
          }) == "gradient: the input needs at least one row and one feature but has shape (0, 3)");
    CHECK(error_of([] { parse_target("predcted"); }) ==
          "target: must be predicted, all, an index or one index per row such as 3,1,4 but is 'predcted'; did you mean "
          "'predicted'?");
    CHECK(error_of([] { parse_stage("probabilty"); }) ==
          "output stage: must be logit, probability, log-probability, log-odds or margin:A,B but is 'probabilty'; did "
          "you mean 'probability'?");
    CHECK(error_of([] { parse_stage("margin"); }) ==
          "output stage: must be logit, probability, log-probability, log-odds or margin:A,B but is 'margin'");
    CHECK(error_of([] { parse_target("cat"); }) ==
          "target: must be predicted, all, an index or one index per row such as 3,1,4 but is 'cat'");
    CHECK(error_of([] { parse_stage("softmax"); }) ==
          "output stage: must be logit, probability, log-probability, log-odds or margin:A,B but is 'softmax'");
    CHECK(error_of([] { parse_stage("margin:1"); }) ==
          "output stage: margin takes two indices, as in margin:3,5, but is 'margin:1'");
}

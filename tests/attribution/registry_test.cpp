#include <attribution/functions.hpp>

using namespace attribution_tests;
using attribution::find_method;
using attribution::Method;
using attribution::methods;
using attribution::Settings;

TEST_CASE("the registry has the methods by their names, each with a paper and a summary") {
    std::vector<std::string> names;
    for (const Method& method : methods()) {
        names.push_back(method.name);
        CHECK_FALSE(method.family.empty());
        CHECK_FALSE(method.summary.empty());
        REQUIRE_FALSE(method.citations.empty());
        CHECK(method.citations[0].year > 1900);
        CHECK_FALSE(method.citations[0].title.empty());
        CHECK(&find_method(method.name) == &method);
    }
    CHECK(names == std::vector<std::string>{"gradient",
                                            "input-x-gradient",
                                            "smooth-grad",
                                            "smooth-grad-squared",
                                            "var-grad",
                                            "integrated-gradients",
                                            "path-ensemble",
                                            "expected-gradients",
                                            "guided-ig",
                                            "blur-ig",
                                            "idgi",
                                            "agi",
                                            "ig2",
                                            "integrated-hessians",
                                            "geodesic-ig",
                                            "geodesic-ig-knn",
                                            "geodesic-ig-svi",
                                            "shapley",
                                            "shapley-sampling",
                                            "kernel-shap",
                                            "owen",
                                            "banzhaf",
                                            "shapley-interactions",
                                            "shapley-taylor",
                                            "harsanyi",
                                            "shapley-integrated-gradients",
                                            "feature-ablation",
                                            "occlusion",
                                            "rise",
                                            "lime",
                                            "conductance",
                                            "internal-influence",
                                            "internal-neurons",
                                            "layer-ig",
                                            "layer-activation",
                                            "gradient-x-activation",
                                            "neuron-gradient",
                                            "neuron-ig",
                                            "grad-cam",
                                            "grad-cam-plus-plus",
                                            "layer-cam",
                                            "guided-grad-cam",
                                            "guided-backprop",
                                            "deconvnet",
                                            "deep-lift",
                                            "deep-shap",
                                            "lrp"});
    CHECK(error_of<ValueError>([] { find_method("integrated-gradient"); }) ==
          "method: 'integrated-gradient' is unknown; did you mean 'integrated-gradients'?");
}

TEST_CASE("runners give what the functions give") {
    const Model f = relu_net({3, 6, 4}, 9, true);
    const Tensor x = random_tensor({2, 3}, 9), from = random_tensor({2, 3}, 10);
    CHECK(same_bits(find_method("gradient").run(f, x, {}).values, attribution::gradient(f, x).values));
    CHECK(same_bits(find_method("input-x-gradient").run(f, x, {.target = Index{2}}).values,
                    attribution::input_x_gradient(f, x, {.target = Index{2}}).values));
    const Attribution ig = find_method("integrated-gradients")
                               .run(f, x,
                                    {.baseline = from,
                                     .stage = attribution::parse_stage("probability"),
                                     .steps = 12,
                                     .rule = QuadratureRule::trapezoid});
    CHECK(same_bits(ig.values,
                    attribution::integrated_gradients(f, x,
                                                      {.baseline = from,
                                                       .stage = attribution::parse_stage("probability"),
                                                       .quadrature = {.steps = 12, .rule = QuadratureRule::trapezoid}})
                        .values));
}

TEST_CASE("what a caller leaves out is the method's own default, in every row of the registry") {
    const Model f = relu_net({3, 6, 4}, 9, true);
    const Tensor x = random_tensor({2, 3}, 9);
    const auto same = [&](const char* name, const Attribution& direct) {
        const Attribution a = find_method(name).run(f, x, {});
        CAPTURE(name);
        CHECK(same_bits(a.values, direct.values));
        CHECK(a.baseline_kind == direct.baseline_kind);
        CHECK(a.method == name);
    };
    same("path-ensemble", attribution::path_ensemble(f, x));
    same("expected-gradients", attribution::expected_gradients(f, x));
    same("guided-ig", attribution::guided_ig(f, x));
    same("blur-ig", attribution::blur_ig(f, x));
    same("idgi", attribution::idgi(f, x));
    same("agi", attribution::agi(f, x));
    same("ig2", attribution::ig2(f, x));
    same("integrated-hessians", attribution::integrated_hessians(f, x));
    same("geodesic-ig", attribution::geodesic_ig(f, x));
    same("geodesic-ig-knn", attribution::geodesic_ig_knn(f, x));
    same("geodesic-ig-svi", attribution::geodesic_ig_svi(f, x));
    same("shapley", attribution::shapley(f, x));
    same("shapley-sampling", attribution::shapley_sampling(f, x));
    same("kernel-shap", attribution::kernel_shap(f, x));
    same("owen", attribution::owen(f, x));
    same("banzhaf", attribution::banzhaf(f, x));
    same("shapley-interactions", attribution::shapley_interactions(f, x));
    same("shapley-taylor", attribution::shapley_taylor(f, x));
    same("harsanyi", attribution::harsanyi(f, x));
    same("shapley-integrated-gradients", attribution::shapley_integrated_gradients(f, x));
    same("feature-ablation", attribution::feature_ablation(f, x));
    same("occlusion", attribution::occlusion(f, x));
    same("rise", attribution::rise(f, x));
    same("lime", attribution::lime(f, x));
    CHECK(find_method("expected-gradients").run(f, x, {}).baseline_kind == "gaussian:1,1");
}

TEST_CASE("smoothing by name keeps the target that the clean input decides, and its value there") {
    // The two outputs are nearly tied, so noise flips the prediction; the explained output must stay.
    const Model f = of_columns([](auto& x) {
        return concat({reshape(x[0], {x[0].rows(), 1}), reshape(x[1], {x[0].rows(), 1})}, 1);
    });
    const Attribution a = find_method("smooth-grad")
                              .run(f, row({1, 1.001}), {.samples = 50, .set = {{"sigma", "3"}, {"relative", "false"}}});
    CHECK(numbers(a.values) == std::vector<double>{0, 1});
    CHECK(a.f_input == std::vector<double>{1.001});
    CHECK(a.target == std::vector<Index>{1});
    CHECK(a.target_kind == "predicted");
}

TEST_CASE("smooth-grad smooths the method it is told, with that method's options") {
    const Model f = of_columns([](auto& x) { return square(x[0]) * x[1]; });
    const Settings settings{.samples = 2, .set = {{"method", "integrated-gradients"}, {"sigma", "0"}, {"steps", "2"}}};
    const Attribution a = find_method("smooth-grad").run(f, row({2, 3}), settings);
    CHECK(largest_difference(numbers(a.values), {8, 4}) <= 1e-14);
}

TEST_CASE("options are set by name, and unknown or malformed ones are refused") {
    const Model f = of_columns([](auto& x) { return square(x[0]) * x[1]; });
    const auto run = [&](const char* method, const char* key, const char* value) {
        return find_method(method).run(f, row({2, 3}), {.set = {{key, value}}});
    };
    const auto error = [&](const char* method, const char* key, const char* value) {
        return error_of<ValueError>([&] { run(method, key, value); });
    };
    CHECK(*run("integrated-gradients", "steps", "7").steps == std::vector<Index>{7});
    CHECK(*run("integrated-gradients", "tolerance", "1e-4").tolerance == 1e-4);
    CHECK(*run("smooth-grad", "samples", "3").samples == 3);
    CHECK(error("integrated-gradients", "stepz", "7") ==
          "integrated-gradients: option 'stepz' is unknown; did you mean 'steps'? There are: tolerance steps rule "
          "max-steps seed");
    CHECK(error("integrated-gradients", "steps", "many") ==
          "integrated-gradients: steps: must be a whole number but is 'many'");
    CHECK(error("integrated-gradients", "seed", "-1") ==
          "integrated-gradients: seed: must be a whole number from 0 on but is '-1'");
    CHECK(error("integrated-gradients", "tolerance", "1e-3x") ==
          "integrated-gradients: tolerance: must be a number but is '1e-3x'");
    CHECK(error("smooth-grad", "relative", "yes") == "smooth-grad: relative: must be true or false but is 'yes'");
    CHECK(
        error("smooth-grad", "sigme", "1") ==
        "smooth-grad: option 'sigme' is unknown; did you mean 'sigma'? There are: sigma relative samples seed method");
    CHECK(error("smooth-grad", "method", "gradiant") == "method: 'gradiant' is unknown; did you mean 'gradient'?");
    CHECK(error("smooth-grad", "method", "zebra") ==
          "method: 'zebra' is unknown. There are: gradient input-x-gradient smooth-grad smooth-grad-squared var-grad "
          "integrated-gradients path-ensemble expected-gradients guided-ig blur-ig idgi agi ig2 integrated-hessians "
          "geodesic-ig geodesic-ig-knn geodesic-ig-svi "
          "shapley shapley-sampling kernel-shap owen banzhaf shapley-interactions shapley-taylor harsanyi "
          "shapley-integrated-gradients feature-ablation occlusion rise lime "
          "conductance internal-influence internal-neurons layer-ig layer-activation gradient-x-activation "
          "neuron-gradient neuron-ig grad-cam grad-cam-plus-plus layer-cam guided-grad-cam guided-backprop deconvnet "
          "deep-lift deep-shap lrp");
    CHECK(error("smooth-grad", "zebra", "1") ==
          "smooth-grad: option 'zebra' is unknown. There are: sigma relative samples seed method");
    for (const char* smoother : {"smooth-grad", "smooth-grad-squared", "var-grad"})
        CHECK(error("smooth-grad", "method", smoother) ==
              std::string("smooth-grad: method must not be a smoother but is '") + smoother +
                  "', which would draw the same noise again; name the method to smooth, such as gradient");
    CHECK(error("gradient", "steps", "3") == "gradient: option 'steps' is unknown: the method has none");
}

TEST_CASE("a result names the tolerance in force, the rule and the samples") {
    const Model f = of_columns([](auto& x) { return square(x[0]) * x[1]; });
    const Method& ig = find_method("integrated-gradients");
    const Attribution automatic = ig.run(f, row({2, 3}), {});
    CHECK(*automatic.tolerance == 1e-6);
    CHECK(automatic.rule == "gauss-kronrod");
    CHECK_FALSE(automatic.samples.has_value());
    const Attribution fixed = ig.run(f, row({2, 3}), {.steps = 4});
    CHECK_FALSE(fixed.tolerance.has_value());
    CHECK(fixed.rule == "gauss-legendre");
    CHECK(ig.run(f, row({2, 3}), {.steps = 4, .rule = QuadratureRule::midpoint}).rule == "midpoint");
    CHECK(*ig.run(f, row({2, 3}), {.baseline = attribution::baseline::Uniform{.samples = 1}}).samples == 1);
    const Attribution smoothed =
        find_method("smooth-grad").run(f, row({2, 3}), {.samples = 2, .set = {{"method", "integrated-gradients"}}});
    CHECK(*smoothed.tolerance == 1e-6);
    CHECK(smoothed.rule == "gauss-kronrod");
    CHECK(*smoothed.samples == 2);
    CHECK(find_method("gradient").run(f, row({2, 3}), {}).rule.empty());
}

TEST_CASE("options list their defaults, which read back") {
    const Method& ig = find_method("integrated-gradients");
    REQUIRE(ig.options.size() == 5);
    CHECK(ig.options[0].name == "tolerance");
    CHECK(ig.options[0].standard == "automatic");
    CHECK(ig.options[3].standard == "100000");
    CHECK(ig.takes_baseline);
    CHECK(find_method("smooth-grad").options[0].standard == "0.15");
}

TEST_CASE("samples set the draws of a random baseline") {
    const Model f = of_columns([](auto& x) { return x[0] * x[1]; });
    const Attribution a = find_method("integrated-gradients")
                              .run(f, row({2, 3}), {.baseline = attribution::parse_baseline("uniform"), .samples = 6});
    CHECK(*a.samples == 6);
    CHECK(a.baseline_kind == "uniform:0,1,6");
}

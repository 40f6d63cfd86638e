// Claims are what the conformance tests check (Lundstrom et al. 2022 collect and name them).
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/gradient/gradient.hpp>
#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/gradient/smooth.hpp>
#include <gradpath/attribution/method_row.hpp>

namespace gradpath::attribution {
namespace {

/// Smooth with the name of the method to smooth.
struct SmoothAny {
    Smooth smooth;
    std::string method = "gradient";

    static void visit(auto& self, auto&& f) {
        Smooth::visit(self.smooth, f);
        f("method", self.method, "the method to smooth; its own options may be given, too");
    }
};

using Smoother = Attribution (*)(const BoundMethod&, const Tensor&, const Smooth&);

Attribution run_smooth(const std::string& name, Smoother smoother, const Model& model, const Tensor& x,
                       const Settings& s) {
    SmoothAny options;
    options.smooth.samples = s.samples.value_or(options.smooth.samples);
    options.smooth.seed = s.seed.value_or(options.smooth.seed);
    options.smooth.run = s.run;
    Settings inner = s;
    take_options(name, options, inner.set);
    const Method& method = find_method(options.method);
    require(!is_smoother(method.name), name, ": method must not be a smoother but is '", method.name,
            "', which would draw the same noise again; name the method to smooth, such as gradient");
    if (method.options.empty()) require_none_left<SmoothAny>(name, inner.set);
    // The clean input decides the target and is looked at once; noise must change neither.
    const Evaluator clean(name, model, x, s.target, s.stage, s.run);
    inner.target = clean.fixed_target();
    inner.samples.reset();
    inner.run.facts = clean.facts();
    inner.run.progress = {};
    Attribution result =
        smoother([&](const Tensor& noisy) { return method.run(model, noisy, inner); }, x, options.smooth);
    result.f_input = clean.f_input();
    result.target_kind = describe(s.target);
    result.evaluations.forward += clean.evaluations().forward;
    return result;
}

auto smooth_runner(const std::string& name, Smoother smoother) {
    return [name, smoother](const Model& model, const Tensor& x, const Settings& s) {
        return run_smooth(name, smoother, model, x, s);
    };
}

const Citation smilkov{"Daniel Smilkov, Nikhil Thorat, Been Kim, Fernanda Viégas, Martin Wattenberg",
                       "SmoothGrad: removing noise by adding noise", "arXiv", 2017, "1706.03825"};

std::vector<Method> pointwise_rows() {
    const std::vector<Claim> pointwise{Claim::dummy, Claim::linearity, Claim::implementation_invariance,
                                       Claim::symmetry};
    return {
        {.name = "gradient",
         .family = "gradient",
         .summary = "how the output answers to a small change of each feature",
         .options = options_of<Gradient>(),
         .claims = pointwise,
         .citations = {{"David Baehrens, Timon Schroeter, Stefan Harmeling, Motoaki Kawanabe, Katja Hansen, "
                        "Klaus-Robert Müller",
                        "How to Explain Individual Classification Decisions", "JMLR 11", 2010, "0912.1128"},
                       {"Karen Simonyan, Andrea Vedaldi, Andrew Zisserman",
                        "Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps",
                        "ICLR Workshop", 2014, "1312.6034"}},
         .run = runner("gradient", gradient)},
        {.name = "input-x-gradient",
         .family = "gradient",
         .summary = "each feature times its gradient: the first-order share",
         .options = options_of<InputXGradient>(),
         .claims = pointwise,
         .citations = {{"Avanti Shrikumar, Peyton Greenside, Anna Shcherbina, Anshul Kundaje",
                        "Not Just a Black Box: Learning Important Features Through Propagating Activation Differences",
                        "arXiv", 2016, "1605.01713"}},
         .run = runner("input-x-gradient", input_x_gradient)},
    };
}

std::vector<Method> smoother_rows() {
    return {
        {.name = "smooth-grad",
         .family = "gradient",
         .summary = "the mean of a method over noisy inputs",
         .options = options_of<SmoothAny>(),
         .claims = {Claim::dummy, Claim::linearity, Claim::implementation_invariance},
         .citations = {smilkov},
         .run = smooth_runner("smooth-grad", smooth)},
        {.name = "smooth-grad-squared",
         .family = "gradient",
         .summary = "the mean of a method's squares over noisy inputs",
         .options = options_of<SmoothAny>(),
         .claims = {Claim::dummy, Claim::implementation_invariance},
         .citations = {{"Sara Hooker, Dumitru Erhan, Pieter-Jan Kindermans, Been Kim",
                        "A Benchmark for Interpretability Methods in Deep Neural Networks", "NeurIPS", 2019,
                        "1806.10758"},
                       smilkov},
         .run = smooth_runner("smooth-grad-squared", smooth_squared)},
        {.name = "var-grad",
         .family = "gradient",
         .summary = "the variance of a method over noisy inputs",
         .options = options_of<SmoothAny>(),
         .claims = {Claim::dummy, Claim::implementation_invariance},
         .citations = {{"Julius Adebayo, Justin Gilmer, Ian Goodfellow, Been Kim",
                        "Local Explanation Methods for Deep Neural Networks Lack Sensitivity to Parameter Values",
                        "ICLR Workshop", 2018, "1810.03307"}},
         .run = smooth_runner("var-grad", var)},
    };
}

}  // namespace

std::vector<Method> gradient_rows() {
    std::vector<Method> rows = pointwise_rows();
    for (Method& row : smoother_rows()) rows.push_back(std::move(row));
    return rows;
}

}  // namespace gradpath::attribution

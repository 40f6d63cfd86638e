// A row binds a method's function to its option struct; `visit` turns the struct into a table of options and reads
// overrides by name. Claims are what the conformance tests check (Lundstrom et al. 2022 collect and name them).
#include <gradpath/attribution/registry.hpp>

#include <array>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/gradient/gradient.hpp>
#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/gradient/smooth.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>

namespace gradpath::attribution {
namespace {

using Texts = std::map<std::string, std::string>;

template <class Options>
std::vector<OptionInfo> options_of() {
    static const Options options;
    std::vector<OptionInfo> list;
    Options::visit(options, [&](const char* name, const auto& field, const char* help) {
        list.push_back({name, field_text(field), help});
    });
    return list;
}

/// Sets the options named in `set` and takes them out of it.
template <class Options>
void take_options(const std::string& method, Options& options, Texts& set) {
    Options::visit(options, [&](const char* name, auto& field, const char*) {
        if (const auto found = set.find(name); found != set.end()) {
            parse_field(method + ": " + name, found->second, field);
            set.erase(found);
        }
    });
}

/// What is left in `set` after take_options is unknown.
template <class Options>
void require_none_left(const std::string& method, const Texts& set) {
    if (set.empty()) return;
    const std::string& name = set.begin()->first;
    std::vector<std::string> known;
    for (const OptionInfo& option : options_of<Options>()) known.push_back(option.name);
    if (known.empty()) throw ValueError(text(method, ": option '", name, "' is unknown: the method has none"));
    throw ValueError(text(method, ": option ", unknown(name, known, joined(known, " "))));
}

Attribution run_gradient(const Model& model, const Tensor& x, const Settings& s) {
    require_none_left<Gradient>("gradient", s.set);
    return gradient(model, x, {.target = s.target, .stage = s.stage, .run = s.run});
}

Attribution run_input_x_gradient(const Model& model, const Tensor& x, const Settings& s) {
    require_none_left<InputXGradient>("input-x-gradient", s.set);
    return input_x_gradient(model, x, {.target = s.target, .stage = s.stage, .run = s.run});
}

/// A random baseline with the number of draws that was asked for.
Baseline with_samples(Baseline baseline, std::optional<Index> samples) {
    if (!samples) return baseline;
    if (auto* uniform = std::get_if<baseline::Uniform>(&baseline)) uniform->samples = *samples;
    if (auto* gaussian = std::get_if<baseline::Gaussian>(&baseline)) gaussian->samples = *samples;
    return baseline;
}

Attribution run_integrated_gradients(const Model& model, const Tensor& x, const Settings& s) {
    IntegratedGradients options{.target = s.target,
                                .baseline = with_samples(s.baseline, s.samples),
                                .stage = s.stage,
                                .quadrature = {.tolerance = s.tolerance, .steps = s.steps, .rule = s.rule},
                                .seed = s.seed.value_or(0),
                                .run = s.run};
    Texts set = s.set;
    take_options("integrated-gradients", options, set);
    require_none_left<IntegratedGradients>("integrated-gradients", set);
    return integrated_gradients(model, x, options);
}

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

std::vector<Method> make_gradients() {
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
         .run = run_gradient},
        {.name = "input-x-gradient",
         .family = "gradient",
         .summary = "each feature times its gradient: the first-order share",
         .options = options_of<InputXGradient>(),
         .claims = pointwise,
         .citations = {{"Avanti Shrikumar, Peyton Greenside, Anna Shcherbina, Anshul Kundaje",
                        "Not Just a Black Box: Learning Important Features Through Propagating Activation Differences",
                        "arXiv", 2016, "1605.01713"}},
         .run = run_input_x_gradient},
    };
}

std::vector<Method> make_smoothers() {
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

Method make_integrated_gradients() {
    return {.name = "integrated-gradients",
            .family = "path",
            .summary = "gradients gathered along the straight line from a baseline",
            .takes_baseline = true,
            .options = options_of<IntegratedGradients>(),
            .claims = {Claim::completeness, Claim::sensitivity, Claim::dummy, Claim::linearity,
                       Claim::implementation_invariance, Claim::symmetry, Claim::affine_scale_invariance,
                       Claim::proportionality, Claim::positivity, Claim::symmetric_monotonicity, Claim::locality},
            .citations = {{"Mukund Sundararajan, Ankur Taly, Qiqi Yan", "Axiomatic Attribution for Deep Networks",
                           "ICML", 2017, "1703.01365"},
                          {"Daniel Lundstrom, Tianjian Huang, Meisam Razaviyayn",
                           "A Rigorous Study of Integrated Gradients Method and Extensions to Internal Neuron "
                           "Attributions",
                           "ICML", 2022, "2202.11912"}},
            .run = run_integrated_gradients};
}

}  // namespace

std::string describe(Claim claim) {
    static constexpr std::array<std::string_view, 11> names{"completeness",
                                                            "sensitivity",
                                                            "dummy",
                                                            "linearity",
                                                            "implementation-invariance",
                                                            "symmetry",
                                                            "affine-scale-invariance",
                                                            "proportionality",
                                                            "positivity",
                                                            "symmetric-monotonicity",
                                                            "locality"};
    return std::string(names[static_cast<std::size_t>(claim)]);
}

std::span<const Method> methods() {
    static const std::vector<Method> all = [] {
        std::vector<Method> list = make_gradients();
        for (Method& method : make_smoothers()) list.push_back(std::move(method));
        list.push_back(make_integrated_gradients());
        return list;
    }();
    return all;
}

const Method& find_method(std::string_view name) {
    std::vector<std::string> names;
    for (const Method& method : methods()) {
        if (method.name == name) return method;
        names.push_back(method.name);
    }
    const std::string guess = suggestion(name, names);
    throw ValueError(guess.empty() ? "method: " + unknown(name, names, joined(names, " "))
                                   : text("method: '", name, "' is unknown", guess));
}

}  // namespace gradpath::attribution

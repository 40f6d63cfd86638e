// The settings are text, as the command line takes them, so that the printed command asks what was asked here.
#include <gradpath/attribution/axioms/subject.hpp>

#include <algorithm>
#include <memory>

#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution::axioms {
namespace {

using Texts = std::map<std::string, std::string>;

/// How a method of the registry is tested. Who is not in the table is run with its defaults.
struct Setting {
    std::string method;
    Texts (*options)(Index effort);
    double rate = 0;
    std::vector<std::string> not_asserted = {};
};

Texts exactly(Index) { return {{"tolerance", "1e-11"}}; }
Texts two_paths(Index) { return {{"tolerance", "1e-11"}, {"samples", "2"}, {"edges", "2"}}; }
/// 24, 199, 1599: not multiples of each other, or a kink just behind a node of one would be just behind one of all.
Index count(Index effort) { return 25 * effort - 1; }
Texts steps(Index effort) { return {{"steps", to_text(count(effort))}}; }
Texts samples(Index effort) { return {{"samples", to_text(32 * effort)}}; }
Texts noise(Index effort) { return {{"samples", to_text(8 * effort)}}; }
Texts few_corners(Index) { return {{"tolerance", "1e-11"}, {"points", "9"}}; }
Texts few_points(Index) { return {{"tolerance", "1e-11"}, {"around", "40"}, {"spread", "0.6"}, {"k", "12"}}; }
Texts short_fit(Index) { return {{"tolerance", "1e-11"}, {"nodes", "5"}, {"iterations", "20"}, {"rate", "0.02"}}; }
Texts nodes(Index effort) { return {{"steps", to_text(16 * effort)}}; }
/// One gradient for each level of blur, taken where the level begins, as published.
Texts levels(Index effort) { return {{"edges", to_text(count(effort))}, {"steps", "1"}, {"rule", "left"}}; }
/// Finer steps over the same way.
Texts attack(Index effort) {
    return {{"steps", to_text(10 * effort)},
            {"rate", to_text(0.2 / static_cast<double>(effort))},
            {"low", "-20"},
            {"high", "20"}};
}
Texts descent(Index effort) {
    return {{"steps", to_text(16 * effort)}, {"rate", to_text(0.1 / static_cast<double>(effort))}};
}

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all{
        {"input-x-gradient", nullptr, 0, {"A9", "A10"}},
        {"smooth-grad", noise, 0.5},
        {"smooth-grad-squared", noise, 0.5},
        {"var-grad", noise, 0.5},
        {"integrated-gradients", exactly},
        {"path-ensemble", two_paths, 0, {"A6", "A7", "A8", "A10"}},
        {"expected-gradients", samples, 1},
        {"guided-ig", steps, 1},
        {"blur-ig", levels, 1, {"A2", "A8"}},
        {"geodesic-ig", few_corners, 0, {"A2"}},
        {"geodesic-ig-knn", few_points, 0, {"A2"}},
        {"geodesic-ig-svi", short_fit, 0, {"A2"}},
        {"idgi", steps, 1, {"A2"}},
        {"agi", attack, 1},
        {"ig2", descent, 1},
        {"integrated-hessians", nodes, 1},
        {"shapley-sampling", samples, 0.5},
        {"shapley-integrated-gradients", exactly},
        {"rise", noise, 0.5},
        {"lime", samples, 0.5},
        {"deep-lift", nullptr, 0, {"A8", "A9", "A10"}},
        {"lrp", nullptr, 0, {"A2", "A4", "A6", "A8", "A9", "A10"}},
    };
    return all;
}

/// agi attacks towards other classes: there must be one, the constant 0.
bool needs_classes(const std::string& method) { return method == "agi"; }

Model model_of(const Expression& f, bool classes) {
    if (!classes) return [f](const Tensor& x) { return f(x); };
    return [f](const Tensor& x) {
        const Tensor y = reshape(f(x), {x.rows(), 1});
        return concat({y, zeros_like(y)}, 1);
    };
}

/// Generated functions keep rows apart and are tiny: no need to look.
std::shared_ptr<const ModelFacts> known_facts() {
    static const auto facts = std::make_shared<const ModelFacts>(ModelFacts{.bytes_per_row = 1024});
    return facts;
}

Baseline baseline_of(const std::vector<Point>& points) {
    std::vector<Tensor> rows;
    for (const Point& point : points) rows.push_back(row_of(point));
    return rows.size() == 1 ? Baseline(rows[0]) : Baseline(baseline::Samples{.pool = concat(rows)});
}

/// The shares of a result; an interaction belongs to the feature of its row.
Point shares_of(const Attribution& a, std::size_t features) {
    Point shares(features, 0);
    const std::size_t each = static_cast<std::size_t>(a.values.size()) / features;
    for (std::size_t k = 0; k < features * each; ++k) shares[k / each] += a.values.at(static_cast<Index>(k));
    return shares;
}

Attribution run(const Method& method, const Texts& options, const Question& q) {
    const bool classes = needs_classes(method.name);
    Settings s{.target = Index{0}, .baseline = baseline_of(q.baselines), .run = {.facts = known_facts()}};
    s.set = options;
    return method.run(model_of(q.f, classes), row_of(q.x), s);
}

std::string command_of(const Method& method, const Texts& options, const Question& q, std::size_t baseline) {
    const bool classes = needs_classes(method.name);
    std::string words = text("gradpath explain 'expr:", q.f.text(), classes ? ", 0" : "", "' --input=", text_of(q.x));
    if (method.takes_baseline) words += " --baseline=" + text_of(q.baselines[baseline]);
    words += text(" --method ", method.name, classes ? " --target 0" : "");
    for (const auto& [name, value] : options) words += text(" --set ", name, "=", value);
    return words + " --output logit --dtype f64";
}

Subject registered(const Method& method) {
    const auto found = std::find_if(settings().begin(), settings().end(),
                                    [&](const Setting& setting) { return setting.method == method.name; });
    const Setting setting = found != settings().end() ? *found : Setting{method.name, nullptr};
    const auto options = [of = setting.options](Index effort) { return of ? of(effort) : Texts{}; };
    Subject subject{.name = method.name, .run = {}, .claims = method.claims};
    subject.rate = setting.rate;
    subject.not_asserted = setting.not_asserted;
    subject.smooth_only = method.name == "integrated-hessians";
    const bool walks_off = method.name == "agi" || method.name == "ig2";
    if (walks_off) subject.start = Subject::Start::unknown;
    if (method.name == "blur-ig") {
        subject.start = Subject::Start::own;
        subject.baseline_of = [&method](const Point& x) {
            const Attribution a = axioms::run(method, {{"edges", "1"}}, {Expression::variable(0), x, {x}});
            return Point(a.baseline->data<double>().begin(), a.baseline->data<double>().end());
        };
    }
    subject.run = [&method, options, walks_off](const Question& q, Index effort) {
        const Attribution a = axioms::run(method, options(effort), q);
        return Answer{shares_of(a, q.x.size()), walks_off ? std::optional(a.f_baseline->at(0)) : std::nullopt};
    };
    subject.command = [&method, options](const Question& q, std::size_t baseline, Index effort) {
        return command_of(method, options(effort), q, baseline);
    };
    return subject;
}

}  // namespace

Tensor row_of(const Point& x) { return {{1, static_cast<Index>(x.size())}, std::span<const double>(x)}; }

Subject subject(std::string name, Function function) {
    require(static_cast<bool>(function), "axioms: the method ", name,
            " is empty; give a function of f, x and baseline");
    Subject subject{.name = name, .run = [name, function](const Question& q, Index) {
                        const Model model = model_of(q.f, false);
                        Point shares(q.x.size(), 0);
                        for (const Point& baseline : q.baselines) {
                            const Tensor a = function(model, row_of(q.x), row_of(baseline));
                            require<ShapeError>(a && a.size() == static_cast<Index>(shares.size()), "axioms: ", name,
                                                ": one share for each feature: needs ", shares.size(), " but gave ",
                                                a ? a.size() : 0);
                            for (std::size_t i = 0; i < shares.size(); ++i)
                                shares[i] += a.at(static_cast<Index>(i)) / static_cast<double>(q.baselines.size());
                        }
                        return Answer{shares};
                    }};
    return subject;
}

Subject registered(const std::string& method) {
    const Method& found = find_method(method);
    require(!found.inside, "axioms: ", method, " explains a layer of a model; the axioms are about features");
    return registered(found);
}

std::vector<Subject> registered_subjects() {
    std::vector<Subject> all;
    for (const Method& method : methods())
        if (!method.inside) all.push_back(registered(method));
    return all;
}

}  // namespace gradpath::attribution::axioms

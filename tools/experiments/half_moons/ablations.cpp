// Every row changes one thing of integrated-gradients or of geodesic-ig-knn as the table has them.
#include <gradpath/tools/experiments/half_moons/methods.hpp>

namespace gradpath::tools::half_moons {
namespace {

using attribution::quality::Purity;
using Form = double Purity::*;

constexpr const char* knn = "geodesic-ig-knn";
constexpr const char* ig = "integrated-gradients";
constexpr const char* occlusion = "occlusion";  // |F(x) - F(x')| itself, whoever computes it

double form_of(const Subject& s, const Scores& scores, Form form = &Purity::value) {
    return measure(s, scores).purity.*form;
}

const Method& method(const std::string& name) {
    static const std::vector<Method> all = methods();
    for (const Method& m : all)
        if (name == m.name) return m;
    throw ValueError("half-moons: there is no method " + name);
}

/// Other options of the graph.
Ablation graph(std::string change, std::string lesson, ByNeighbours o) {
    return {knn, std::move(change), std::move(lesson), [o](const Trained& t) {
                const Subject s = as_trained(t);
                return form_of(s, scores_of(by_neighbours(s, o)));
            }};
}

/// The same method, counted otherwise.
Ablation counted(const char* name, std::string change, std::string lesson, Form form) {
    return {name, std::move(change), std::move(lesson), [name, form](const Trained& t) {
                const Subject s = as_trained(t);
                return form_of(s, method(name).run(s), form);
            }};
}

/// The same method on another network.
Ablation network(const char* name, std::string change, std::string lesson, Subject (*make)(const Trained&)) {
    return {name, std::move(change), std::move(lesson), [name, make](const Trained& t) {
                const Subject s = make(t);
                return form_of(s, method(name).run(s));
            }};
}

Subject with_other_split(const Trained& t) {
    Plan plan = t.plan;
    plan.training = 8000;
    return as_trained(train(plan));
}
Subject with_he_weights(const Trained& t) {
    Plan plan = t.plan;
    plan.he_weights = true;
    return as_trained(train(plan));
}
Subject with_softplus(const Trained& t) { return softened(t, 5); }

}  // namespace

std::vector<Ablation> ablations() {
    using Metric = ByNeighbours::Metric;
    std::vector<Ablation> list{
        network(ig, "", "an independent run, at its own seed 12, gave 0.871", as_trained),
        {knn, "", "k = 15, conformal, pooled by predicted class; an independent run gave 0.971",
         [](const Trained& t) { return form_of(as_trained(t), scores_of(by_neighbours(as_trained(t)))); }},
        graph("k = 5", "few neighbours, more bridges", {.graph = {.k = 5}}),
        graph("k = 10", "", {.graph = {.k = 10}}),
        graph("k = 14", "the code's 15, among which a point finds itself", {.graph = {.k = 14}}),
        graph("pullback + epsilon", "rank one, and a small price for the rest", {.metric = Metric::regularised}),
        graph("Euclidean", "which is enhanced-ig", {.metric = Metric::euclidean}),
        graph("one pool for both classes", "ways may lead through the other moon", {.both_classes = true}),
        graph("E2: x - x' before the sum", "the paper's formula: not complete for ways of several edges",
              {.leading_factor = true}),
        graph("E3: slope of all outputs' sum", "the metric of no output in particular",
              {.metric = Metric::sum_of_outputs})};
    list.push_back(network(occlusion, "", "ranks by |F(x) - F(x')| itself", as_trained));
    for (const char* name : {ig, occlusion, knn}) {
        list.push_back(network(name, "He's weights, biases 0", "our own first weights; the paper's are PyTorch's",
                               with_he_weights));
        list.push_back(network(name, "E7: softplus(5) for ReLU", "the same weights, curved", with_softplus));
        list.push_back(
            network(name, "E9: 8000 rows to train on", "the paper's words; its code has 7500", with_other_split));
        list.push_back(counted(name, "E10: mean class, upper half",
                               "the paper's words; below 1/2 where the baseline "
                               "is of class 1",
                               &Purity::upper_class));
        list.push_back(counted(name, "E10: mean class, lower half",
                               "the paper's code; below 1/2 where the baseline is "
                               "of class 0",
                               &Purity::lower_class));
    }
    for (Ablation& change : variational_ablations()) list.push_back(std::move(change));
    return list;
}

}  // namespace gradpath::tools::half_moons

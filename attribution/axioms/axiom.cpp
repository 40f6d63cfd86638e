#include <gradpath/attribution/axioms/axiom.hpp>

#include <limits>
#include <numeric>

#include <gradpath/attribution/axioms/rooms.hpp>
#include <gradpath/attribution/core/names.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution::axioms {

std::optional<Point> Trial::start(const Point& x, const Point& given) const {
    if (subject_.start == Subject::Start::unknown) return std::nullopt;
    return subject_.start == Subject::Start::own ? subject_.baseline_of(x) : given;
}

Question Trial::question(const Sample& sample) {
    Question q{sample.f, sample.x, {start(sample.x, sample.baseline).value_or(sample.baseline)}};
    while (q.baselines.size() < pool_) {
        Point further = sample.baseline;
        for (std::size_t i = 0; i < further.size(); ++i)
            further[i] += draws.number(0, 1) * (sample.baseline[i] - sample.x[i]);
        q.baselines.push_back(std::move(further));
    }
    return q;
}

Answer Trial::ask(const Question& question) {
    asked_.push_back({question, subject_.run(question, effort_)});
    return asked_.back().answer;
}

std::span<const Axiom> axioms() {
    static const std::vector<Axiom> all = [] {
        std::vector<Axiom> list{completeness(), sensitivity(),     dummy(),           linearity(),  invariance(),
                                symmetry(),     affine_scale(),    proportionality(), positivity(), monotonicity(),
                                locality(),     no_cancellation(), continuity()};
        list.push_back(distribution(std::span(list).first(9)));
        return list;
    }();
    return all;
}

const Axiom& find_axiom(std::string_view name) {
    std::vector<std::string> names, ids;
    for (const Axiom& axiom : axioms()) {
        if (axiom.id == name || axiom.name == name) return axiom;
        names.push_back(axiom.name);
        ids.push_back(axiom.id);
    }
    names.insert(names.end(), ids.begin(), ids.end());
    throw ValueError("axiom: " + unknown(name, names, joined(ids, " ")));
}

std::vector<Source> of_all(std::optional<Miss> (*violation)(Trial&, const Generator&)) {
    std::vector<Source> sources;
    for (const Generator& generator : generators())
        sources.push_back({generator.name, generator.smooth,
                           [violation, &generator](Trial& trial) { return violation(trial, generator); }});
    return sources;
}

Largest difference(const Point& a, const Point& b) {
    Largest largest;
    for (std::size_t i = 0; i < a.size(); ++i) largest.add(std::abs(a[i] - b[i]), i);
    return largest;
}

double size_of(const Point& shares) {
    return std::accumulate(shares.begin(), shares.end(), 0.0,
                           [](double sum, double share) { return sum + std::abs(share); });
}

double mean_of(const Expression& f, const std::vector<Point>& points) {
    double sum = 0;
    for (const Point& point : points) sum += f.at(point);
    return sum / static_cast<double>(points.size());
}

double change_of(const Question& q) { return q.f.at(q.x) - mean_of(q.f, q.baselines); }

Miss::Miss(double by, double size) : error(by), relative(by / std::max(size, 1e-3)) {
    if (!std::isfinite(relative)) error = relative = std::numeric_limits<double>::infinity();
}

}  // namespace gradpath::attribution::axioms

#include <gradpath/tools/commands/comparison.hpp>

#include <algorithm>
#include <cmath>

#include <gradpath/attribution/quality/bootstrap.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/explain_settings.hpp>

namespace gradpath::tools {
namespace {

namespace quality = attribution::quality;

/// Whether a's mean is the better one.
bool is_better(const Measure& m, const Contestant& a, const Contestant& b) {
    const double sign = m.better == Better::low ? 1 : -1;
    return sign * mean_figure(a, m.name).of.mean < sign * mean_figure(b, m.name).of.mean;
}

/// Those who have the figure, with the sign under which less is better.
struct Race {
    std::vector<const Contestant*> runners;
    const Contestant* best = nullptr;
};

Race race_of(const Measure& m, std::span<const Contestant> contestants) {
    Race race;
    const double sign = m.better == Better::low ? 1 : -1;
    double least = INFINITY;
    for (const Contestant& c : contestants) {
        const MeanFigure figure = mean_figure(c, m.name);
        if (figure.rows == 0) continue;
        race.runners.push_back(&c);
        const double mean = sign * figure.of.mean;
        if (!c.control && mean < least) least = mean, race.best = &c;
    }
    return race;
}

Verdict verdict_of(const Measure& m, const Race& race, const Contest& q) {
    Verdict verdict{.measure = m.name, .best = race.best->name};
    std::vector<double> p;
    std::vector<const Contestant*> others;
    for (const Contestant* c : race.runners) {
        if (c == race.best) continue;
        others.push_back(c);
        const auto &a = c->figures.at(m.name), &b = race.best->figures.at(m.name);
        const bool both = std::ranges::any_of(a, [&](const double& number) {
            return !std::isnan(number) && !std::isnan(b[static_cast<std::size_t>(&number - a.data())]);
        });
        p.push_back(both ? quality::paired_bootstrap(a, b, {.seed = q.seed}).p : 1);
    }
    const std::vector<double> raised = quality::holm(p);
    for (std::size_t k = 0; k < others.size(); ++k) {
        const Contestant& other = *others[k];
        const bool alike = raised[k] > false_alarm;
        if (!other.control) (alike ? verdict.alike : verdict.behind).push_back(other.name);
        else if (alike) verdict.controls_alike.push_back(other.name);
        else (is_better(m, other, *race.best) ? verdict.controls_ahead : verdict.controls_behind).push_back(other.name);
    }
    return verdict;
}

/// What is to be said where rows have no figure; empty: nothing.
std::string without_rows(const std::string& name, const std::vector<double>& per_row) {
    const auto rows = std::ssize(per_row);
    const auto have = std::ranges::count_if(per_row, [](double number) { return !std::isnan(number); });
    if (have == rows) return {};
    return text(
        have == 0 ? text("without ", name, ": no row has it") : text(name, ": ", have, " of ", rows, " rows have it"),
        "; see gradpath methods --metrics");
}

}  // namespace

MeanFigure mean_figure(const Contestant& c, const std::string& measure) {
    std::vector<double> numbers;
    if (const auto found = c.figures.find(measure); found != c.figures.end())
        std::ranges::copy_if(found->second, std::back_inserter(numbers), [](double n) { return !std::isnan(n); });
    if (numbers.empty()) return {{NAN, NAN, NAN}, 0};
    return {find_measure(measure).mean_of(numbers), numbers.size()};
}

attribution::Target Contest::asked() const {
    if (stage.kind == attribution::Stage::margin) return attribution::Predicted{};
    return target;
}

attribution::Settings Contest::settings(const Texts& options) const {
    return {.target = asked(), .baseline = baseline, .stage = stage, .seed = seed, .run = run, .set = options};
}

Contest Contest::first_row() const {
    Contest one = *this;
    one.x = slice(x, 0, 0, 1);
    one.target.resize(1);
    one.baseline = of_first_row(settings({}), x).baseline;
    if (inside) one.inside = slice(inside, 0, 0, 1);
    return one;
}

void measure(const Contest& q, Contestant& c) {
    for (const std::string& name : q.measures) {
        const Measure& m = find_measure(name);
        try {
            std::vector<double> per_row = m.of(m, q, c);
            if (const std::string note = without_rows(name, per_row); !note.empty()) c.notes.push_back(note);
            if (!per_row.empty()) c.figures[name] = std::move(per_row);
        } catch (const Cancelled&) {
            throw;
        } catch (const Error& error) {
            c.notes.push_back(text("without ", name, ": ", error.what()));
        }
    }
}

std::size_t least_rows(std::size_t answers) {
    std::size_t rows = 1;
    while ((static_cast<double>(answers) - 1) * quality::least_p(rows) > false_alarm) ++rows;
    return rows;
}

std::vector<Verdict> verdicts(const Contest& q, std::span<const Contestant> contestants) {
    std::vector<Verdict> list;
    for (const std::string& name : q.measures) {
        const Measure& m = find_measure(name);
        const Race race = race_of(m, contestants);
        if (m.better != Better::neither && race.best) list.push_back(verdict_of(m, race, q));
    }
    return list;
}

}  // namespace gradpath::tools

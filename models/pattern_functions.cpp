// The grammar of the published list: M is ± a product; P is ± c (product of up to 4) (sum of m)^p with c = 1/m^p
// rounded, so that its largest value is 1; S is ± sigmoid(Σ ± s literal + threshold), literals being variables or
// products; the threshold is s/2 - s P for a soft AND (P literals are positive), s Q - s/2 for an OR (Q are negative).
#include <gradpath/models/pattern_functions.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::models {
namespace {

constexpr Index all_functions = 100;
constexpr Index least_variables = 10, most_variables = 15;
constexpr double ambiguous = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t data_stream = 1000;

struct Kinds {
    const char* name;
    Index rows;
};
constexpr std::array<Kinds, 7> kinds_of_rows{
    {{"MPS", 7}, {"PS", 20}, {"MS", 17}, {"MP", 5}, {"S", 26}, {"P", 15}, {"M", 10}}};
constexpr std::array<Index, 5> rows_with_components{32, 26, 28, 10, 4};  // 1, 2, .. components
constexpr std::array<double, 5> factors_of_powers{24, 21, 6, 7, 3};      // 0, 1, .. factors

/// Numbers one after the other.
class Draws {
public:
    Draws(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}
    double uniform() { return random::uniform_at(seed_, stream_, position_++); }
    Index below(Index n) { return static_cast<Index>(uniform() * static_cast<double>(n)); }
    bool chance(double p) { return uniform() < p; }
    /// A position with a chance that is proportional to its weight.
    std::size_t among(std::span<const double> weights) {
        double left = uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
        std::size_t k = 0;
        while (k + 1 < weights.size() && left >= weights[k]) left -= weights[k++];
        return k;
    }

private:
    std::uint64_t seed_, stream_, position_ = 0;
};

/// Builds one function, variable by variable.
class Writer {
public:
    explicit Writer(Draws& draws) : draws_(draws) {}

    void add(char kind, Index variables) {
        const bool negative = draws_.chance(0.5);
        if (negative || !text_.empty()) text_ += negative ? " - " : " + ";
        if (kind == 'M') text_ += product(variables, PatternPart::product, 0);
        if (kind == 'P') power(variables);
        if (kind == 'S') gate(variables);
    }
    PatternFunction made(std::string kinds) const {
        return {std::move(kinds), parse_formula(text_, static_cast<Index>(truth_.size())), truth_, parts_};
    }

private:
    std::string variable(PatternPart part, double truth) {
        truth_.push_back(part == PatternPart::ambiguous ? ambiguous : truth);
        parts_.push_back(part);
        return "x" + std::to_string(truth_.size());
    }
    std::string joined(Index variables, const char* by, PatternPart part, double truth) {
        std::string out = variable(part, truth);
        for (Index k = 1; k < variables; ++k) out += by + variable(part, truth);
        return out;
    }
    std::string product(Index variables, PatternPart part, double truth) { return joined(variables, "*", part, truth); }

    void power(Index variables) {
        const Index drawn = static_cast<Index>(draws_.among(factors_of_powers));
        const Index factors = std::clamp<Index>(std::max(drawn, variables - 5), 0, std::min<Index>(4, variables - 2));
        const Index summands = variables - factors;
        const double p = std::round((1.103 + draws_.uniform() * 1.799) * 1000) / 1000;
        const double c = std::round(1000 / std::pow(static_cast<double>(summands), p)) / 1000;
        text_ += to_text(std::max(c, 0.001)) + "*";
        if (factors > 0) text_ += product(factors, PatternPart::factor, 0) + "*";
        text_ += "(" + joined(summands, "+", PatternPart::summand, 0) + ")^" + to_text(p);
    }
    void gate(Index variables) {
        const Index slope = 3 + draws_.below(6);
        const bool is_or = draws_.chance(0.5);
        Index positive = 0, negative = 0;
        std::string inside;
        for (Index left = variables; left > 0;) {
            const bool below = draws_.chance(0.5);
            const Index many = draws_.chance(0.4) ? std::min<Index>(left, 2 + draws_.below(2)) : 1;
            left -= many;
            const bool last_alone = left == 0 && inside.empty();
            const bool as_or = is_or && !last_alone;  // of a single literal both readings are one function
            // A product that the AND (of literals, or of their negations) takes negated has no one faithful value.
            const bool open = many > 1 && (below || as_or);
            const PatternPart part = open    ? PatternPart::ambiguous
                                     : as_or ? PatternPart::or_gate
                                             : PatternPart::and_gate;
            inside += text(below            ? "-"
                           : inside.empty() ? ""
                                            : "+",
                           slope, "*", product(many, part, below != as_or ? 1 : 0));
            ++(below ? negative : positive);
        }
        const bool as_or = is_or && positive + negative > 1;
        const double threshold = static_cast<double>(slope) *
                                 (as_or ? static_cast<double>(negative) - 0.5 : 0.5 - static_cast<double>(positive));
        text_ += text("sigmoid(", inside, threshold < 0 ? "" : "+", threshold, ")");
    }

    Draws& draws_;
    std::string text_;
    std::vector<double> truth_;
    std::vector<PatternPart> parts_;
};

/// How many variables each component has.
std::vector<Index> sizes_of(const std::string& components, Draws& draws) {
    std::vector<Index> sizes;
    for (const char kind : components) sizes.push_back(kind == 'M' ? 3 : 2);
    Index all = std::accumulate(sizes.begin(), sizes.end(), Index{0});
    const Index wanted = least_variables + draws.below(most_variables - least_variables + 1);
    for (; all < wanted; ++all) {
        std::vector<double> weights;
        for (std::size_t k = 0; k < sizes.size(); ++k)
            weights.push_back(components[k] == 'S' ? 4 : components[k] == 'P' ? 1 : sizes[k] < 5 ? 1 : 0.1);
        ++sizes[draws.among(weights)];
    }
    return sizes;
}

/// Kinds of the components of every function, in the order of the table.
std::vector<std::string> plan(std::uint64_t seed) {
    std::vector<Index> counts;
    for (std::size_t k = 0; k < rows_with_components.size(); ++k)
        counts.insert(counts.end(), static_cast<std::size_t>(rows_with_components[k]), static_cast<Index>(k) + 1);
    std::vector<Index> pool;
    const Indices shuffled = random::permutation(all_functions, seed, 1);
    for (const Index k : shuffled.data()) pool.push_back(counts[static_cast<std::size_t>(k)]);
    Draws draws(seed, 2);
    std::vector<std::string> all;
    for (const Kinds& kinds : kinds_of_rows)
        for (Index row = 0; row < kinds.rows; ++row) {
            std::string components = kinds.name;
            const auto distinct = static_cast<Index>(components.size());
            const auto found = std::ranges::find_if(pool, [&](Index count) { return count >= distinct; });
            for (Index k = distinct; k < *found; ++k)
                components += components[static_cast<std::size_t>(draws.below(distinct))];
            pool.erase(found);
            all.push_back(std::move(components));
        }
    return all;
}

std::string kinds_in(std::string components) {
    std::ranges::sort(components);
    components.erase(std::unique(components.begin(), components.end()), components.end());
    return components;
}

}  // namespace

std::string describe(PatternPart part) {
    static constexpr std::array<const char*, 6> names{"product",  "factor",  "summand",
                                                      "AND gate", "OR gate", "ambiguous"};
    return names[static_cast<std::size_t>(part)];
}

std::vector<PatternFunction> pattern_functions(Index count, std::uint64_t seed) {
    require(count >= 1 && count <= all_functions, "pattern functions: there are 1 to ", all_functions, " but not ",
            count);
    const std::vector<std::string> components = plan(seed);
    const Indices order = random::permutation(all_functions, seed, 3);
    std::vector<PatternFunction> functions;
    for (Index k = 0; k < count; ++k) {
        Draws draws(seed, 4 + static_cast<std::uint64_t>(k));
        const std::string& kinds = components[static_cast<std::size_t>(order[k])];
        const std::vector<Index> sizes = sizes_of(kinds, draws);
        Writer writer(draws);
        for (std::size_t c = 0; c < kinds.size(); ++c) writer.add(kinds[c], sizes[c]);
        functions.push_back(writer.made(kinds_in(kinds)));
    }
    return functions;
}

Tensor binary_rows(Index rows, Index variables, std::uint64_t seed) {
    require(rows >= 0 && rows % 2 == 0, "binary rows: their number must be even but is ", rows);
    const Tensor half = random::bernoulli({rows / 2, variables}, 0.5, {seed, data_stream, DType::float64});
    std::vector<double> all;
    for (Index row = 0; row < rows; ++row)
        for (Index k = 0; k < variables; ++k) {
            const double value = half.at(row / 2 * variables + k);
            all.push_back(row % 2 == 0 ? value : 1 - value);
        }
    return Tensor({rows, variables}, std::span<const double>(all));
}

}  // namespace gradpath::models

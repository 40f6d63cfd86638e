// Each path is drawn once for all rows, from its own stream of the seed, so that path 7 is the same whatever the number
// of paths. Chords of a monotone curve are a monotone path themselves: the axioms hold for them exactly.
#include <gradpath/attribution/path/path_ensemble.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/path/along_paths.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

const std::array<std::string, 2> names{"powers", "orders"};

random::Random draws(const PathEnsemble& o, Index sample) {
    return {.seed = o.seed, .stream = (std::uint64_t{2} << 32) + static_cast<std::uint64_t>(sample)};
}

/// x' + (x - x') ∘ fraction, with one fraction for each feature; the ends are exact.
Tensor between(const Tensor& from, const Tensor& to, std::span<const double> fractions) {
    const Tensor at = Tensor(from.shape().slice(1, from.rank()), fractions).to(from.dtype());
    return where(equal(at, 1.0), to, from + (to - from) * at);
}

Path along_powers(const Tensor& from, const Tensor& to, const PathEnsemble& o, Index sample) {
    const Index features = from.size() / from.rows();
    random::Random random = draws(o, sample);
    random.dtype = DType::float64;
    const Tensor exponents = random::uniform({features}, -1, 1, random);
    return curve(
        [=](double t) {
            std::vector<double> fractions;
            for (const double exponent : exponents.data<double>())
                fractions.push_back(std::pow(t, std::exp2(exponent)));
            return between(from, to, fractions);
        },
        o.edges);
}

Path along_order(const Tensor& from, const Tensor& to, const PathEnsemble& o, Index sample) {
    const Index features = from.size() / from.rows();
    const random::Random random = draws(o, sample);
    const Indices order = random::permutation(features, random.seed, random.stream);
    return {.edges = features, .corner = [=](Index k) {
                std::vector<double> fractions(static_cast<std::size_t>(features), 0);
                for (Index done = 0; done < k; ++done) fractions[static_cast<std::size_t>(order[done])] = 1;
                return between(from, to, fractions);
            }};
}

}  // namespace

void parse_field(const std::string& what, std::string_view given, MonotonePaths& field) {
    const auto found = std::find(names.begin(), names.end(), given);
    require(found != names.end(), what, ": ", unknown(given, names, joined(names, " ")));
    field = static_cast<MonotonePaths>(found - names.begin());
}

std::string describe(MonotonePaths paths) { return names[static_cast<std::size_t>(paths)]; }

Attribution path_ensemble(const Model& model, const Tensor& x, const PathEnsemble& o) {
    require(o.edges >= 1, "path-ensemble: edges must be at least 1 but is ", o.edges);
    const PathMeasure paths = [&o](const Tensor& from, const Tensor& to, Index sample) {
        return o.paths == MonotonePaths::powers ? along_powers(from, to, o, sample) : along_order(from, to, o, sample);
    };
    Attribution result = along_paths(model, x,
                                     {.target = o.target,
                                      .baseline = o.baseline,
                                      .stage = o.stage,
                                      .quadrature = o.quadrature,
                                      .paths = paths,
                                      .samples = o.samples,
                                      .winding = true,
                                      .seed = o.seed,
                                      .run = o.run},
                                     "path-ensemble");
    result.seed = o.seed;
    result.samples = o.samples * samples_of(o.baseline);
    return result;
}

}  // namespace gradpath::attribution

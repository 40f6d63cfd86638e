// Random draws use one stream of the seed per sample, far from those of other users of the same seed, so that smoothing
// noise and baseline noise are independent. The blur is two products with a band matrix, one per axis: w(d) is
// proportional to exp(-d²/2σ²) for |d| ≤ 4σ and sums to one, so pixels near the edge lose what falls outside.
#include <gradpath/attribution/core/baseline.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

#include <gradpath/attribution/core/names.hpp>
#include <gradpath/attribution/core/overloaded.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>

namespace gradpath::attribution {
namespace {

random::Random draws(const Tensor& x, const Draw& draw) {
    return {.seed = draw.seed,
            .stream = (std::uint64_t{1} << 32) + static_cast<std::uint64_t>(draw.sample),
            .dtype = x.dtype()};
}

/// [length, length]: how much of pixel j goes to pixel i.
Tensor blur_matrix(Index length, double sigma, DType dtype) {
    const auto reach = static_cast<Index>(std::ceil(4 * sigma));
    double total = 0;
    const auto weight = [&](Index d) {
        const double z = static_cast<double>(d) / sigma;
        return std::exp(-z * z / 2);
    };
    for (Index d = -reach; d <= reach; ++d) total += weight(d);
    std::vector<double> matrix;
    for (Index i = 0; i < length; ++i)
        for (Index j = 0; j < length; ++j) matrix.push_back(std::abs(i - j) <= reach ? weight(i - j) / total : 0);
    return Tensor({length, length}, std::span<const double>(matrix)).to(dtype);
}

void require_range(const std::string& method, const char* name, double low, double high) {
    require(std::isfinite(low) && std::isfinite(high) && low <= high, method, ": baseline ", name,
            ": low must not exceed high but they are ", low, " and ", high);
}

Tensor channel_mean(const std::string& method, const Tensor& x) {
    require<ShapeError>(x.rank() >= 2, method, ": baseline mean needs features but the input has shape ", x.shape());
    std::vector<Index> axes;
    for (Index axis = std::max<Index>(1, x.rank() - 2); axis < x.rank(); ++axis) axes.push_back(axis);
    return broadcast_to(mean(x, {.axes = axes, .keep = true}), x.shape());
}

Tensor noisy(const std::string& method, const baseline::Gaussian& g, const Tensor& x, const Draw& draw) {
    require(std::isfinite(g.sigma) && g.sigma >= 0, method, ": baseline gaussian: sigma must not be negative but is ",
            g.sigma);
    const Tensor moved = x + random::normal(x.shape(), draws(x, draw)) * (draw.mirrored ? -g.sigma : g.sigma);
    if (!g.clip) return moved;
    const Tensor rows = reshape(x, {x.rows(), x.size() / x.rows()});
    const Tensor low = -max(-rows, {.axes = {1}, .keep = true}), high = max(rows, {.axes = {1}, .keep = true});
    return reshape(minimum(maximum(reshape(moved, rows.shape()), low), high), x.shape());
}

/// The features of a coalition as in x, the others absent; mirrored, the other way round.
Tensor of_coalition(const baseline::Coalition& c, const Tensor& x, const Draw& draw) {
    const Index features = x.size() / x.rows();
    const random::Random random = draws(x, draw);
    const Index size = random::integers({1}, features, draw.seed, random.stream + (std::uint64_t{1} << 31))[0];
    const Indices order = random::permutation(features, draw.seed, random.stream);
    std::vector<double> present(static_cast<std::size_t>(features), draw.mirrored ? 1 : 0);
    for (Index k = 0; k < size; ++k) present[static_cast<std::size_t>(order[k])] = draw.mirrored ? 0 : 1;
    const Tensor mask = Tensor(x.shape().slice(1, x.rank()), std::span<const double>(present)).to(x.dtype());
    return where(broadcast_to(mask, x.shape()), x, full(x.shape(), c.absent, x.dtype()));
}

/// A user's tensor, checked and broadcast to x.
Tensor fitted(const std::string& method, const Tensor& given, const Tensor& x) {
    require<ShapeError>(static_cast<bool>(given), method, ": the baseline is an empty tensor");
    require<DTypeError>(given.dtype() == x.dtype(), method, ": the baseline is ", given.dtype(), " but the input is ",
                        x.dtype(), "; convert one with to()");
    bool fits = given.rank() <= x.rank();
    for (Index axis = 1; fits && axis <= given.rank(); ++axis)
        fits = given.shape()[-axis] == x.shape()[-axis] || given.shape()[-axis] == 1;
    require<ShapeError>(fits, method, ": the baseline must have shape ", x.shape(), " or broadcast to it but has ",
                        given.shape());
    return detached(broadcast_to(given, x.shape()));
}

}  // namespace

Baseline parse_baseline(std::string_view text, std::span<const std::string> beside) {
    const auto colon = text.find(':');
    const std::string name(text.substr(0, colon));
    std::vector<double> numbers;
    if (colon != text.npos)
        for (const std::string& part : split(text.substr(colon + 1), ','))
            numbers.push_back(parse_number("baseline " + name, part));
    const auto number = [&](std::size_t k, double standard) { return k < numbers.size() ? numbers[k] : standard; };
    const auto count = [&](std::size_t k) {
        const double value = number(k, 1);
        require(value >= 1 && value <= 1e9 && value == std::floor(value), "baseline ", name,
                ": samples must be a whole number from 1 on but is ", value);
        return static_cast<Index>(value);
    };
    const auto takes = [&](std::size_t most) {
        require(numbers.size() <= most, "baseline ", name, ": takes at most ", most, " numbers but got ",
                numbers.size());
    };
    if (name == "zero") return takes(0), baseline::Zero{};
    if (name == "constant") return takes(1), baseline::Constant{.value = number(0, 0)};
    if (name == "mean") return takes(0), baseline::Mean{};
    if (name == "blur") return takes(1), baseline::Blur{.sigma = number(0, 10)};
    if (name == "uniform")
        return takes(3), baseline::Uniform{.low = number(0, 0), .high = number(1, 1), .samples = count(2)};
    if (name == "gaussian") return takes(2), baseline::Gaussian{.sigma = number(0, 1), .samples = count(1)};
    if (name == "farthest") return takes(2), baseline::Farthest{.low = number(0, 0), .high = number(1, 1)};
    if (name == "black+white") return takes(2), baseline::BlackWhite{.low = number(0, 0), .high = number(1, 1)};
    if (name == "coalition") return takes(2), baseline::Coalition{.absent = number(0, 0), .samples = count(1)};
    std::vector<std::string> names, known{"zero",
                                          "constant:C",
                                          "mean",
                                          "blur:SIGMA",
                                          "uniform:LOW,HIGH,SAMPLES",
                                          "gaussian:SIGMA,SAMPLES",
                                          "farthest:LOW,HIGH",
                                          "black+white:LOW,HIGH",
                                          "coalition:ABSENT,SAMPLES"};
    known.insert(known.end(), beside.begin(), beside.end());
    for (const std::string& entry : known) names.push_back(entry.substr(0, entry.find(':')));
    throw ValueError("baseline: " + unknown(name, names, joined(known, " ")));
}

std::string describe(const Baseline& baseline) {
    return std::visit(
        Overloaded{[](const baseline::Zero&) { return std::string("zero"); },
                   [](const baseline::Constant& c) { return text("constant:", c.value); },
                   [](const baseline::Mean&) { return std::string("mean"); },
                   [](const baseline::Blur& b) { return text("blur:", b.sigma); },
                   [](const baseline::Uniform& u) { return text("uniform:", u.low, ",", u.high, ",", u.samples); },
                   [](const baseline::Gaussian& g) { return text("gaussian:", g.sigma, ",", g.samples); },
                   [](const baseline::Farthest& r) { return text("farthest:", r.low, ",", r.high); },
                   [](const baseline::BlackWhite& r) { return text("black+white:", r.low, ",", r.high); },
                   [](const baseline::Coalition& c) { return text("coalition:", c.absent, ",", c.samples); },
                   [](const baseline::Samples&) { return std::string("samples"); },
                   [](const Tensor&) { return std::string("tensor"); },
                   [](const baseline::Function&) { return std::string("function"); }},
        baseline);
}

Index samples_of(const Baseline& baseline) {
    const Index count = std::visit(
        Overloaded{[](const baseline::Uniform& u) { return u.samples; },
                   [](const baseline::Gaussian& g) { return g.samples; },
                   [](const baseline::BlackWhite&) { return Index{2}; },
                   [](const baseline::Coalition& c) { return c.samples; },
                   [](const baseline::Samples& s) { return s.pool && s.pool.rank() > 0 ? s.pool.rows() : 0; },
                   [](const baseline::Function& f) { return f.samples; }, [](const auto&) { return Index{1}; }},
        baseline);
    require(count >= 1, "baseline ", describe(baseline), ": needs at least one sample but has ", count);
    return count;
}

bool is_random(const Baseline& baseline) {
    return std::holds_alternative<baseline::Uniform>(baseline) ||
           std::holds_alternative<baseline::Gaussian>(baseline) ||
           std::holds_alternative<baseline::Coalition>(baseline);
}

Tensor draw_baseline(const std::string& method, const Baseline& baseline, const Tensor& x, const Draw& draw) {
    const auto everywhere = [&](double value) { return full(x.shape(), value, x.dtype()); };
    const Tensor made =
        std::visit(Overloaded{[&](const baseline::Zero&) { return everywhere(0); },
                              [&](const baseline::Constant& c) { return everywhere(c.value); },
                              [&](const baseline::Mean&) { return channel_mean(method, x); },
                              [&](const baseline::Blur& b) { return gaussian_blur(x, b.sigma); },
                              [&](const baseline::Uniform& u) {
                                  require_range(method, "uniform", u.low, u.high);
                                  const Tensor drawn = random::uniform(x.shape(), u.low, u.high, draws(x, draw));
                                  return draw.mirrored ? u.low + u.high - drawn : drawn;
                              },
                              [&](const baseline::Gaussian& g) { return noisy(method, g, x, draw); },
                              [&](const baseline::Farthest& r) {
                                  require_range(method, "farthest", r.low, r.high);
                                  return where(greater(r.high - x, x - r.low), everywhere(r.high), everywhere(r.low));
                              },
                              [&](const baseline::BlackWhite& r) {
                                  require_range(method, "black+white", r.low, r.high);
                                  return everywhere(draw.sample % 2 == 0 ? r.low : r.high);
                              },
                              [&](const baseline::Coalition& c) { return of_coalition(c, x, draw); },
                              [&](const baseline::Samples& s) {
                                  return fitted(method, slice(s.pool, 0, draw.sample, draw.sample + 1), x);
                              },
                              [&](const Tensor& given) { return fitted(method, given, x); },
                              [&](const baseline::Function& f) {
                                  require(static_cast<bool>(f.draw), method, ": the baseline function is empty");
                                  return fitted(method, f.draw(x, draw.sample), x);
                              }},
                   baseline);
    return detached(made);
}

Tensor gaussian_blur(const Tensor& x, double sigma) {
    require(std::isfinite(sigma) && sigma > 0, "gaussian_blur: sigma must be above 0 but is ", sigma);
    require<ShapeError>(x.rank() >= 2, "gaussian_blur: needs an axis beside the rows but the shape is ", x.shape());
    const Index width = x.shape()[-1], height = x.rank() == 2 ? 1 : x.shape()[-2];
    if (x.size() == 0) return x;
    const Tensor planes = reshape(x, {x.size() / (height * width), height, width});
    const Tensor across = matmul(planes, blur_matrix(width, sigma, x.dtype()));  // the matrix is symmetric
    const Tensor both = x.rank() == 2 ? across : matmul(blur_matrix(height, sigma, x.dtype()), across);
    return reshape(both, x.shape());
}

}  // namespace gradpath::attribution

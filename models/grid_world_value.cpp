#include <gradpath/models/grid_world_value.hpp>

#include <bit>
#include <cmath>

#include <gradpath/autodiff/minimize/lbfgs.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/nn/loss.hpp>
#include <gradpath/nn/train.hpp>

namespace gradpath::models {
namespace {

Tensor column(const std::vector<double>& values) {
    return Tensor({static_cast<Index>(values.size()), 1}, std::span<const double>(values));
}

/// All corners of the cube, then mixtures of two.
nn::Examples examples(const std::vector<double>& game, Index items, const GridWorldValue& o) {
    const auto corners = static_cast<Index>(game.size());
    std::vector<double> x, y = game;
    const auto bit = [](Index corner, Index item) { return static_cast<double>(corner >> item & 1); };
    for (Index s = 0; s < corners; ++s)
        for (Index i = 0; i < items; ++i) x.push_back(bit(s, i));
    const Indices ends = random::integers({o.mixtures, 2}, corners, o.seed, 1);
    for (Index k = 0; k < o.mixtures; ++k) {
        const double share = random::uniform_at(o.seed, 2, static_cast<std::uint64_t>(k));
        const Index s = ends[2 * k], t = ends[2 * k + 1];
        const auto between = [&](double one, double other) { return share * one + (1 - share) * other; };
        for (Index i = 0; i < items; ++i) x.push_back(between(bit(s, i), bit(t, i)));
        y.push_back(between(game[static_cast<std::size_t>(s)], game[static_cast<std::size_t>(t)]));
    }
    return {.x = Tensor({corners + o.mixtures, items}, std::span<const double>(x)), .targets = column(y)};
}

}  // namespace

FittedValue fit_grid_world_value(const std::vector<double>& game, const GridWorldValue& o) {
    const auto items = static_cast<Index>(std::bit_width(game.size())) - 1;
    require<ShapeError>(items >= 1 && items <= 16 && std::has_single_bit(game.size()),
                        "fit_grid_world_value: a game has 2^items numbers, 1 to 16 items, but this has ",
                        static_cast<Index>(game.size()));
    require(o.mixtures >= 0, "fit_grid_world_value: mixtures must not be below 0 but are ", o.mixtures);
    require(o.iterations >= 1, "fit_grid_world_value: iterations must be at least 1 but are ", o.iterations);
    std::string widths = to_text(items);
    for (const Index width : o.hidden) widths += text("-", width);
    FittedValue fitted{.net = make("mlp", {{"widths", widths + "-1"}, {"activation", "softplus"}},
                                   nn::Init{.seed = o.seed, .dtype = DType::float64})};
    const nn::Examples all = examples(game, items, o);
    std::vector<Tensor> parameters;
    for (const nn::Parameter& parameter : nn::parameters(fitted.net)) parameters.push_back(parameter.value);
    const minimize::Minimum found =
        minimize::lbfgs(nn::loss_of_parameters(fitted.net, all), parameters,
                        {.stop = {.max_iterations = o.iterations, .gradient_tolerance = 1e-7, .cancel = o.cancel}});
    nn::assign_parameters(fitted.net, found.parameters);
    const auto corners = static_cast<Index>(game.size());
    const Tensor at_corners = fitted.net(slice(all.x, 0, 0, corners));
    fitted.error = std::sqrt(nn::mean_squared_error(at_corners, column(game)).item());
    return fitted;
}

}  // namespace gradpath::models

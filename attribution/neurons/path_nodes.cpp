// On a linear piece the model's slopes and tangents are constant, so one node at its middle takes all of it; where the
// output stage bends, what its slopes come to between the ends of the piece takes the place of those at the node.
#include <gradpath/attribution/neurons/path_nodes.hpp>

#include <algorithm>

#include <gradpath/attribution/core/exact.hpp>
#include <gradpath/attribution/core/path.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/core/walk.hpp>
#include <gradpath/autodiff/error.hpp>

namespace gradpath::attribution {
namespace {

constexpr Index usual_steps = 256, most_pieces = 100'000;
constexpr Index rows_together = 16;  // whose pieces are found at once: few need little memory

void add(Index row, double from, double to, const Nodes& rule, PathNodes& nodes) {
    for (std::size_t k = 0; k < rule.at.size(); ++k) {
        nodes.row.push_back(row);
        nodes.at.push_back(from + (to - from) * rule.at[k]);
        nodes.weight.push_back((to - from) * rule.weight[k]);
    }
}

/// The pieces of rows first .. last-1. Of a row that has too many, one piece that is not settled.
std::vector<Stretch> cut(Evaluator& evaluator, const LinearPieces& pieces, Walk walk, Index first, Index last) {
    std::vector<Stretch> list;
    for (Index row = first; row < last; ++row) list.push_back({.row = row});
    std::vector<bool> capped(static_cast<std::size_t>(last));
    const auto is_capped = [&](const Stretch& s) { return capped[static_cast<std::size_t>(s.row)]; };
    while (!std::ranges::all_of(list, &Stretch::settled)) {
        list = pieces.cut(list, static_cast<std::size_t>(evaluator.chunk()), [&](std::span<const Place> places) {
            evaluator.begin_chunk(static_cast<Index>(places.size()));
            return walk.points(places).at;
        });
        std::vector<Index> count(capped.size());
        for (const Stretch& stretch : list)
            if (++count[static_cast<std::size_t>(stretch.row)] > most_pieces)
                capped[static_cast<std::size_t>(stretch.row)] = true;
        std::erase_if(list, is_capped);
    }
    for (Index row = first; row < last; ++row)
        if (capped[static_cast<std::size_t>(row)]) list.push_back({.row = row});
    std::ranges::stable_sort(list, {}, &Stretch::row);
    return list;
}

}  // namespace

PathPlan::PathPlan(const Evaluator& evaluator, const PathRule& asked)
    : rule_(asked.rule.value_or(QuadratureRule::gauss_legendre)), steps_(asked.steps.value_or(usual_steps)) {
    const std::string& method = evaluator.method();
    const bool exact = rule_ == QuadratureRule::exact;
    require(rule_ != QuadratureRule::gauss_kronrod, method, ": takes exact or a fixed rule but got ", describe(rule_),
            "; gauss-legendre is the usual one");
    require(!exact || !asked.steps, method, ": exact takes as many steps as there are pieces: leave the steps out");
    if (exact || (!asked.rule && !asked.steps)) pieces_ = pieces_for(evaluator, exact, QuadratureRule::gauss_legendre);
    if (pieces_) rule_ = QuadratureRule::exact;
    else attribution::nodes(rule_, steps_);  // throws where the rule cannot have so many
}

PathNodes PathPlan::nodes(Evaluator& evaluator, const Tensor& from, std::vector<std::string>& notes) const {
    const Nodes& fixed = attribution::nodes(pieces_ ? QuadratureRule::gauss_legendre : rule_, steps_);
    PathNodes nodes;
    if (!pieces_) {
        for (Index row = 0; row < evaluator.rows(); ++row) add(row, 0, 1, fixed, nodes);
        return nodes;
    }
    const Nodes& middle = attribution::nodes(QuadratureRule::gauss_legendre, 1);
    const Path path = straight(from, evaluator.input());
    for (Index first = 0; first < evaluator.rows(); first += rows_together) {
        const Index last = std::min(evaluator.rows(), first + rows_together);
        for (const Stretch& piece :
             cut(evaluator, *pieces_, {evaluator.method(), path, evaluator.input()}, first, last)) {
            add(piece.row, piece.from, piece.to, piece.settled ? middle : fixed, nodes);
            if (!evaluator.objective().is_linear())
                nodes.reach.resize(nodes.at.size(), piece.settled ? (piece.to - piece.from) / 2 : 0);
            if (!piece.settled)
                add_note(notes, text("row ", piece.row, " has more than ", most_pieces,
                                     " linear pieces: gauss-legendre took it instead"));
        }
    }
    return nodes;
}

}  // namespace gradpath::attribution

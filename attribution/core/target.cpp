#include <gradpath/attribution/core/target.hpp>

#include <gradpath/autodiff/ops.hpp>

namespace gradpath::attribution {

Target target_of_rows(const Target& all, std::span<const Index> rows) {
    if (const auto* list = std::get_if<std::vector<Index>>(&all)) {
        std::vector<Index> picked;
        for (const Index row : rows) picked.push_back((*list)[static_cast<std::size_t>(row)]);
        return picked;
    }
    const auto* weights = std::get_if<Weights>(&all);
    if (weights == nullptr || weights->values.rank() < 2 || weights->values.rows() == 1) return all;
    return Weights{gather(weights->values, Indices({static_cast<Index>(rows.size())}, rows))};
}

}  // namespace gradpath::attribution

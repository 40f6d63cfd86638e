#include <gradpath/attribution/core/chunks.hpp>

#include <algorithm>

#include <gradpath/autodiff/kernels/parallel.hpp>

namespace gradpath::attribution {

void Chunks::each(Index parts, const std::function<void(std::size_t place)>& f) {
    kernels::parallel_for(parts, 1, [&](Index part, Index) { f(static_cast<std::size_t>(part)); });
}

void Chunks::run(const Part& prepare, const Part& work, const Part& take) const {
    for (Index first = 0; first < count; first += at_once * points) {
        const Index left = count - first, parts = std::min(at_once, (left - 1) / points + 1);
        const auto visit = [&](const Part& part, std::size_t place) {
            const Index begin = static_cast<Index>(place) * points;
            part(place, first + begin, first + std::min(left, begin + points));
        };
        for (std::size_t place = 0; place < static_cast<std::size_t>(parts); ++place) visit(prepare, place);
        each(parts, [&](std::size_t place) { visit(work, place); });
        for (std::size_t place = 0; place < static_cast<std::size_t>(parts); ++place) visit(take, place);
    }
}

}  // namespace gradpath::attribution

#pragma once
// For methods that run rows of an input elsewhere: alone, in another order, or several times.
#include <span>

#include <gradpath/attribution/core/model.hpp>

namespace gradpath::attribution {

/// What a target of all rows is for these of them: indices and weights of rows their own are picked, all else stays.
Target target_of_rows(const Target& all, std::span<const Index> rows);

}  // namespace gradpath::attribution

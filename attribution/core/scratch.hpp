#pragma once
// Scratch numbers of the attribution core: doubles from the engine's pool, so that peak_bytes sees them.
#include <vector>

#include <gradpath/autodiff/memory.hpp>

namespace gradpath::attribution {

using memory::Pooled;
using Numbers = std::vector<double, Pooled<double>>;

}  // namespace gradpath::attribution

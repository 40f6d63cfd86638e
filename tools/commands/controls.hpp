#pragma once
// Controls: explanations that know nothing of the model, as methods with a name. compare adds them to its methods,
// explain takes them by --method.
#include <span>
#include <string>

#include <gradpath/attribution/registry.hpp>

namespace gradpath::tools {

/// random, constant, edges.
std::span<const attribution::Method> controls();
bool is_control(const std::string& name);
/// Like x; the seed is that of the random numbers. Precondition: is_control(name).
Tensor control_values(const std::string& name, const Tensor& x, std::uint64_t seed);

}  // namespace gradpath::tools

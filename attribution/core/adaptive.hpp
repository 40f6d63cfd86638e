#pragma once
#include <gradpath/attribution/core/integrate.hpp>

namespace gradpath::attribution {

/// The adaptive half of integrate: Gauss-Kronrod 7/15 on pieces that are bisected where the error is.
Integral integrate_adaptively(Evaluator& evaluator, const Path& path, const QuadraturePlan& plan, const Ends& ends);

}  // namespace gradpath::attribution

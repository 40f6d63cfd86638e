#pragma once
// Everything of gradpath::attribution.
#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/evaluator.hpp>
#include <gradpath/attribution/core/integrate.hpp>
#include <gradpath/attribution/core/model.hpp>
#include <gradpath/attribution/core/objective.hpp>
#include <gradpath/attribution/core/path.hpp>
#include <gradpath/attribution/core/quadrature.hpp>
#include <gradpath/attribution/core/result.hpp>
#include <gradpath/attribution/gradient/gradient.hpp>
#include <gradpath/attribution/gradient/input_x_gradient.hpp>
#include <gradpath/attribution/gradient/smooth.hpp>
#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/attribution/registry.hpp>

#pragma once
// The public surface of the engine.
#include <gradpath/autodiff/attributes.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/graph.hpp>
#include <gradpath/autodiff/linalg.hpp>
#include <gradpath/autodiff/memory.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/shape.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/autodiff/tensor.hpp>
#include <gradpath/autodiff/threads.hpp>
#include <gradpath/autodiff/transforms.hpp>

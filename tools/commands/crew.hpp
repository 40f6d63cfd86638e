#pragma once
// Many small pieces of work that do not depend on each other, on all threads.
#include <functional>
#include <string>

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::tools {

struct CrewWork {
    Index tasks;
    std::string stage, unit;  ///< of the progress line: "axioms", "cells"
    bool quiet = false;
};
/// Calls task(0) .. task(tasks - 1), each on one thread that runs its kernels alone. What one throws is thrown when all
/// have stopped.
void run_crew(const CrewWork& work, const std::function<void(Index)>& task);

}  // namespace gradpath::tools

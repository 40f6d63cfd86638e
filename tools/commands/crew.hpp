#pragma once
// Many small tasks that do not depend on each other, on all processors.
#include <cstddef>
#include <functional>
#include <string_view>

#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {

/// task(0) .. task(count - 1), each with its kernels on one thread; `progress` is told after each. What one throws is
/// thrown when all that had begun have ended.
void run_tasks(std::size_t count, const std::function<void(std::size_t)>& task, Progress& progress,
               std::string_view stage);

}  // namespace gradpath::tools

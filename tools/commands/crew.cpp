// Every thread, the caller's among them, takes the next task and runs its kernels alone, since the work of a kernel is
// tiny. One thread starts no other: what a lone thread counts (tensors that share numbers) costs a fifth.
#include <gradpath/tools/commands/crew.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <gradpath/autodiff/threads.hpp>

namespace gradpath::tools {
namespace {

class Crew {
public:
    Crew(std::size_t count, const std::function<void(std::size_t)>& task, Progress& progress, std::string_view stage)
        : count_(count), task_(task), progress_(progress), stage_(stage) {}

    void run() {
        std::vector<std::thread> crew;
        for (std::size_t k = 1; k < std::min(static_cast<std::size_t>(threads()), count_); ++k)
            crew.emplace_back([this] { work(); });
        work();
        for (std::thread& thread : crew) thread.join();
        if (fault_) std::rethrow_exception(fault_);
    }

private:
    void work() {
        const Serial serial;
        for (std::size_t k = next_++; k < count_; k = next_++) {
            try {
                task_(k);
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!fault_) fault_ = std::current_exception();
                next_ = count_;
                return;
            }
            const std::lock_guard lock(mutex_);
            progress_.tell(stage_, static_cast<Index>(++done_), static_cast<Index>(count_));
        }
    }

    std::size_t count_;
    const std::function<void(std::size_t)>& task_;
    Progress& progress_;
    std::string_view stage_;
    std::atomic<std::size_t> next_ = 0;
    std::size_t done_ = 0;
    std::mutex mutex_;
    std::exception_ptr fault_;
};

}  // namespace

void run_tasks(std::size_t count, const std::function<void(std::size_t)>& task, Progress& progress,
               std::string_view stage) {
    Crew(count, task, progress, stage).run();
}

}  // namespace gradpath::tools

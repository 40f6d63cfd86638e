#include <gradpath/tools/commands/crew.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include <gradpath/autodiff/threads.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {
namespace {

class Crew {
public:
    Crew(const CrewWork& work, const std::function<void(Index)>& task)
        : work_(work), task_(task), progress_(Progress::style(work.quiet), work.unit) {}

    void run() {
        std::vector<std::thread> crew;
        for (Index k = 0; k < std::min<Index>(threads(), work_.tasks); ++k) crew.emplace_back([this] { work(); });
        for (std::thread& thread : crew) thread.join();
        if (fault_) std::rethrow_exception(fault_);
    }

private:
    void work() {
        const Serial serial;
        for (Index k = next_++; k < work_.tasks; k = next_++) {
            try {
                task_(k);
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!fault_) fault_ = std::current_exception();
                next_ = work_.tasks;
                return;
            }
            const std::lock_guard lock(mutex_);
            progress_.tell(work_.stage, ++done_, work_.tasks);
        }
    }

    const CrewWork& work_;
    const std::function<void(Index)>& task_;
    Progress progress_;
    std::atomic<Index> next_ = 0;
    Index done_ = 0;
    std::mutex mutex_;
    std::exception_ptr fault_;
};

}  // namespace

void run_crew(const CrewWork& work, const std::function<void(Index)>& task) { Crew(work, task).run(); }

}  // namespace gradpath::tools

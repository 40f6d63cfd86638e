// Threads take blocks from shared counters, so who computes a block is left to chance, and what it computes is not.
// With OpenMP the team is the compiler's; without it, a pool of std::threads that starts on first need, sleeps between
// bursts of loops and is never torn down (a pool destroyed at exit would race with the last user of a tensor).
#include <gradpath/autodiff/kernels/parallel.hpp>

#include <sched.h>
#ifdef _OPENMP
#include <omp.h>
#endif

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::kernels {
namespace {

int machine_threads() {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

std::atomic<int>& count() {
    static std::atomic<int> value{machine_threads()};
    return value;
}

/// While it lives, loops started from this thread run here.
class Inside {
public:
    Inside() : before_(serial_flag()) { serial_flag() = true; }
    ~Inside() { serial_flag() = before_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

private:
    bool before_;
};

/// One loop in flight. Each worker begins with a share of its own and then helps others with theirs: so the rows that a
/// thread wrote in one loop are, mostly, those that it reads in the next, out of its own caches. After an exception the
/// rest are handed out to nobody.
class Job {
public:
    Job(Index n, Index grain, Index workers, Body body)
        : n_(n), grain_(grain), shares_(std::min<Index>(workers, most_shares)), body_(body) {
        const Index blocks = (n - 1) / grain + 1;
        for (Index s = 0; s < shares_; ++s) {
            first_[s] = s * blocks / shares_ * grain;
            share_[s].next.store(first_[s], std::memory_order_relaxed);
        }
        first_[shares_] = n;
    }

    /// worker: whose share comes first.
    void work(Index worker) {
        const Inside inside;
        for (Index k = 0; k < shares_; ++k) take((worker + k) % shares_);
    }

    void rethrow() const {
        if (error_) std::rethrow_exception(error_);
    }

private:
    static constexpr Index most_shares = 16;
    struct alignas(64) Share {
        std::atomic<Index> next{0};
    };

    void take(Index s) {
        for (;;) {
            const Index first = share_[s].next.fetch_add(grain_, std::memory_order_relaxed);
            if (first >= first_[s + 1] || failed_.load(std::memory_order_relaxed)) return;
            try {
                body_(first, std::min(first + grain_, n_));
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!error_) error_ = std::current_exception();
                failed_.store(true, std::memory_order_relaxed);
            }
        }
    }

    Index n_, grain_, shares_;
    Body body_;
    Index first_[most_shares + 1] = {};  // of each share's numbers, and the end
    Share share_[most_shares] = {};
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::exception_ptr error_;
};

#ifdef _OPENMP

void run(Job& job, int helpers) {
#pragma omp parallel num_threads(helpers + 1)
    job.work(omp_get_thread_num());
}

#else

/// Threads and the loops that wait for them. Several callers may run loops at once. A caller never waits for a thread
/// that has not begun: on a busy machine it does the work itself. Between loops both sides look again for a while
/// before they sleep, because the next loop of a network follows within microseconds.
class Pool {
public:
    void run(Job& job, int helpers) {
        Ticket ticket{&job, helpers, {0}};
        {
            const std::lock_guard lock(mutex_);
            start(helpers);
            open_.push_back(&ticket);
            waiting_.store(open_.size(), std::memory_order_relaxed);
            if (sleepers_ > 0) wake_.notify_all();
        }
        job.work(0);
        {
            const std::lock_guard lock(mutex_);
            close(&ticket);
        }
        if (look([&] { return ticket.busy.load(std::memory_order_acquire) == 0; })) return;
        std::unique_lock lock(mutex_);
        done_.wait(lock, [&] { return ticket.busy.load(std::memory_order_relaxed) == 0; });
    }

private:
    struct Ticket {
        Job* job;
        int wanted;
        std::atomic<int> busy;
    };

    /// Starts what is missing of `helpers` threads.
    void start(int helpers) {
        try {
            for (; threads_ < helpers; ++threads_)
                std::thread([this, worker = threads_ + 1] { serve(worker); }).detach();
        } catch (const std::system_error&) {
            // the system lets us have no more: whoever there is, and the caller if nobody, does the work
        }
    }

    /// Looks for a while, yielding the processor to whoever wants it; did it come true?
    static bool look(auto&& condition) {
        for (int i = 0; i < 400; ++i) {
            if (condition()) return true;
            std::this_thread::yield();
        }
        return false;
    }

    void close(Ticket* ticket) {
        std::erase(open_, ticket);
        waiting_.store(open_.size(), std::memory_order_relaxed);
    }

    [[noreturn]] void serve(Index worker) {
        for (;;) {
            look([&] { return waiting_.load(std::memory_order_relaxed) > 0; });
            std::unique_lock lock(mutex_);
            ++sleepers_;
            wake_.wait(lock, [&] { return !open_.empty(); });
            --sleepers_;
            Ticket& ticket = *open_.front();
            ticket.busy.fetch_add(1, std::memory_order_relaxed);
            if (--ticket.wanted == 0) close(&ticket);
            lock.unlock();
            ticket.job->work(worker);
            lock.lock();
            if (ticket.busy.fetch_sub(1, std::memory_order_release) == 1) done_.notify_all();
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_, done_;
    std::vector<Ticket*> open_;
    std::atomic<std::size_t> waiting_{0};  // of open_, to be read without the lock
    int threads_ = 0, sleepers_ = 0;
};

void run(Job& job, int helpers) {
    static Pool& pool = *new Pool;  // lives as long as the process: its threads still sleep in it at exit
    pool.run(job, helpers);
}

#endif

}  // namespace

void parallel_for(Index n, Index grain, Body f) {
    if (n <= 0) return;
    grain = std::max<Index>(grain, 1);
    const Index blocks = (n - 1) / grain + 1;
    const Index workers = serial_flag() ? 1 : std::min<Index>(blocks, thread_count());
    if (workers == 1) {
        for (Index first = 0; first < n; first += grain) f(first, std::min(first + grain, n));
        return;
    }
    Job job(n, grain, workers, f);
    run(job, static_cast<int>(workers - 1));
    job.rethrow();
}

int thread_count() { return count().load(std::memory_order_relaxed); }

void set_thread_count(int threads) {
    require<ValueError>(threads >= 1, "set_threads: the number of threads must be at least 1: got ", threads);
    count().store(threads, std::memory_order_relaxed);
}

bool& serial_flag() {
    [[gnu::tls_model("initial-exec")]] constinit thread_local static bool serial = false;
    return serial;
}

}  // namespace gradpath::kernels

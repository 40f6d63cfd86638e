#pragma once
// The number of threads is the process's: a test that changes it puts it back, however it ends.
#include <gradpath/autodiff/threads.hpp>

struct RestoreThreads {
    int before = gradpath::threads();
    ~RestoreThreads() { gradpath::set_threads(before); }
};

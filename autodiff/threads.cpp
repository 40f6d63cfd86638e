// The public face of the thread settings; the threads themselves are in kernels/parallel.cpp.
#include <gradpath/autodiff/threads.hpp>

#include <gradpath/autodiff/kernels/kernels.hpp>
#include <gradpath/autodiff/kernels/parallel.hpp>

namespace gradpath {

int threads() { return kernels::thread_count(); }
void set_threads(int count) { kernels::set_thread_count(count); }
const char* isa() { return kernels::active_isa(); }

Serial::Serial() : before_(kernels::serial_flag()) { kernels::serial_flag() = true; }
Serial::~Serial() { kernels::serial_flag() = before_; }

}  // namespace gradpath

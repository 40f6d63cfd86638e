#pragma once
// The only threads in the library. Work splits into blocks of a fixed size, never by the number of threads, so what a
// block computes, and every sum over blocks, has the same bits on any machine setting.

#include <gradpath/autodiff/shape.hpp>

namespace gradpath::kernels {

/// A reference to a callable, for loops: no allocation, valid only during the call.
class Body {
public:
    template <class F>
    Body(const F& f)
        : object_(&f),
          call_([](const void* o, Index first, Index last) { (*static_cast<const F*>(o))(first, last); }) {}
    void operator()(Index first, Index last) const { call_(object_, first, last); }

private:
    const void* object_;
    void (*call_)(const void*, Index, Index);
};

/// f(first, last) for consecutive blocks of `grain` that cover 0 .. n-1, in any order, perhaps at once. Inside a
/// parallel region, under Serial, or with one block it runs here. The first exception thrown by a block is rethrown.
void parallel_for(Index n, Index grain, Body f);

int thread_count();
void set_thread_count(int count);
bool& serial_flag();  ///< of this thread

}  // namespace gradpath::kernels

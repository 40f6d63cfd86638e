// Groups are tasks of their own, so that every thread has its share.
#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {

template <Real T>
void multiply_add_chains(T* x, Index groups, Index rounds) {
    auto* const chains = table<T>().multiply_add_chains;
    parallel_for(groups, 1, [&](Index first, Index last) {
        for (Index group = first; group < last; ++group) chains(x + group * chain_group, rounds);
    });
}

template void multiply_add_chains(float*, Index, Index);
template void multiply_add_chains(double*, Index, Index);

}  // namespace gradpath::kernels

// Every kernel for one instruction set. Included once by each of sse42.cpp, avx2.cpp and avx512.cpp.
#include <gradpath/autodiff/kernels/simd.ipp>

#include <gradpath/autodiff/kernels/trig.ipp>

#include <gradpath/autodiff/kernels/elementwise.ipp>
#include <gradpath/autodiff/kernels/reduce.ipp>

#include <gradpath/autodiff/kernels/gemm.ipp>
#include <gradpath/autodiff/kernels/conv3x3.ipp>
#include <gradpath/autodiff/kernels/pack.ipp>
#include <gradpath/autodiff/kernels/peak.ipp>
#include <gradpath/autodiff/kernels/pool2d.ipp>
#include <gradpath/autodiff/kernels/softmax.ipp>
#include <gradpath/autodiff/kernels/standardize.ipp>
#include <gradpath/autodiff/kernels/tall.ipp>
#include <gradpath/autodiff/kernels/updates.ipp>

namespace gradpath::kernels {
namespace {

template <class L, class T = typename L::Scalar>
void fill_table(Table<T>& table) {
    fill_elementwise<L>(table);
    fill_reduce<L>(table);
    fill_softmax<L>(table);
    fill_standardize<L>(table);
    fill_gemm<L>(table);
    fill_tall<L>(table);
    fill_conv3x3<L>(table);
    fill_pack<L>(table);
    fill_peak<L>(table);
    fill_pools<L>(table);
    fill_updates<L>(table);
}

template <class Arch>
void fill(Tables& tables) {
    fill_table<Lane<float, Arch>>(tables.float32);
    fill_table<Lane<double, Arch>>(tables.float64);
}

}  // namespace
}  // namespace gradpath::kernels

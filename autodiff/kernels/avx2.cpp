// The kernels for AVX2 with fused multiply-add. Built with that set's flags; nothing but this function leaves the file.
#include <gradpath/autodiff/kernels/all.ipp>

namespace gradpath::kernels {

void fill_avx2(Tables& tables) { fill<xsimd::fma3<xsimd::avx2>>(tables); }

}  // namespace gradpath::kernels

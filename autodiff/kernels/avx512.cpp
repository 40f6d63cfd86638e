// The kernels for AVX-512 F, CD, DQ and BW. Built with that set's flags; nothing but this function leaves the file.
#include <gradpath/autodiff/kernels/all.ipp>

namespace gradpath::kernels {

void fill_avx512(Tables& tables) { fill<xsimd::avx512bw>(tables); }

}  // namespace gradpath::kernels

// The kernels for SSE4.2. Built with that set's flags; nothing but this function leaves the file.
#include <gradpath/autodiff/kernels/all.ipp>

namespace gradpath::kernels {

void fill_sse42(Tables& tables) { fill<xsimd::sse4_2>(tables); }

}  // namespace gradpath::kernels

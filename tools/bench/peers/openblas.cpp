#include <gradpath/tools/bench/peers/peer_work.hpp>

#include <memory>

#include <cblas.h>

#include <gradpath/tools/bench/shapes.hpp>

namespace gradpath::bench {
namespace {

Run product(int n) {
    const auto size = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
    const auto a = numbers(size), b = numbers(size);
    const auto c = std::make_shared<std::vector<float>>(size);
    return [=] {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0f, a.data(), n, b.data(), n, 0.0f, c->data(),
                    n);
    };
}

}  // namespace

std::vector<PeerWork> openblas_work() {
    std::vector<PeerWork> list;
    for (const int n : products) list.push_back({product_name(n), "OpenBLAS", [n] { return product(n); }});
    return list;
}

/// "OpenBLAS 0.3.21 NO_LAPACK .. SkylakeX": what was built, and the core that was found.
std::string openblas_version() {
    const std::string built = openblas_get_config();
    const std::size_t first = built.find(' ') + 1;
    return built.substr(first, built.find(' ', first) - first) + " " + openblas_get_corename();
}

}  // namespace gradpath::bench

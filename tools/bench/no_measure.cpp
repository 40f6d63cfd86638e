// Takes the place of measure.cpp where Google Benchmark is missing.
#include <gradpath/tools/bench/measure.hpp>

#include <stdexcept>

namespace gradpath::bench {

Timing measure(const Run&, double, std::int64_t) {
    throw std::runtime_error(
        "bench: this program was built without Google Benchmark: install it (Debian: libbenchmark-dev), then configure "
        "with -Dbench=enabled and build again");
}

}  // namespace gradpath::bench

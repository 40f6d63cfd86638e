// One of these per target, with clang's libFuzzer: tests/fuzz/README.md says how to run it.
#include <cstddef>
#include <cstdint>

#include "targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    gradpath::tests::run_fuzz_target(FUZZ_TARGET, {reinterpret_cast<const char*>(data), size});
    return 0;
}

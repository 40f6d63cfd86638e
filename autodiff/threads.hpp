#pragma once
// How many threads the kernels use. Results are the same bits for any number.
namespace gradpath {

int threads();               ///< the number in force; at first, what the machine has
void set_threads(int count); ///< throws ValueError below 1
const char* isa();           ///< instruction set in use: reference, sse42, avx2 or avx512

/// While it lives, kernels called from this thread run on this thread alone.
class Serial {
public:
    Serial();
    ~Serial();
    Serial(const Serial&) = delete;
    Serial& operator=(const Serial&) = delete;

private:
    bool before_;
};

}  // namespace gradpath

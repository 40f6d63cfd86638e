#pragma once
// SHA-256 (FIPS 180-4): names of contents.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gradpath::models {

/// Takes bytes piece by piece; what the pieces are does not matter, only their concatenation.
class Sha256 {
public:
    void add(std::string_view bytes);
    /// The digest of all bytes so far, as 64 hexadecimal digits or as 32 bytes. The object is used up.
    std::string hex();
    std::string digest();

private:
    void compress(const unsigned char* block);

    std::array<std::uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> pending_{};
    std::size_t pending_bytes_ = 0;
    std::uint64_t total_bytes_ = 0;
};

}  // namespace gradpath::models

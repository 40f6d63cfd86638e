#pragma once
// Reading PNG files through libpng.
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include <gradpath/autodiff/tensor.hpp>

namespace gradpath::models {

/// 8-bit pixels, row by row: 1 channel is grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
struct Pixels {
    Index width = 0, height = 0, channels = 0;
    std::vector<std::uint8_t> bytes = {};
};
/// Any PNG as 8 bits a channel: palettes become colours, 16 bits are rounded to 8, transparency becomes alpha. `name`
/// stands in the message. Throws IoError for malformed, cut or absurdly large data.
Pixels decode_png(std::string_view bytes, std::string_view name = "memory");
Pixels read_png(const std::filesystem::path& path);

/// [channels, height, width] float64 in 0 .. 1, for 1 or 3 channels: grey is made of colours by luma (ITU-R BT.709) and
/// colours of grey by repetition; alpha is dropped.
Tensor planes(const Pixels& pixels, Index channels);

}  // namespace gradpath::models

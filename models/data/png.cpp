// libpng reports errors by longjmp, which must not jump over C++ objects. So the function that calls setjmp holds no
// object with a destructor, and everything it fills was made by its caller.
#include <gradpath/models/data/png.hpp>

#include <png.h>
#include <csetjmp>
#include <cstring>
#include <string>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/file.hpp>

namespace gradpath::models {
namespace {

constexpr png_uint_32 longest_side = 32768;
constexpr std::size_t most_pixels = std::size_t{1} << 27;

struct Stream {
    std::string_view input;
    std::string problem = {};
    std::vector<png_bytep> rows = {};
};

void note(png_structp png, png_const_charp message) {
    static_cast<Stream*>(png_get_error_ptr(png))->problem = message;
    png_longjmp(png, 1);
}
void ignore(png_structp, png_const_charp) {}

void take(png_structp png, png_bytep to, png_size_t count) {
    auto* stream = static_cast<Stream*>(png_get_io_ptr(png));
    if (count > stream->input.size()) png_error(png, "the file ends early");
    std::memcpy(to, stream->input.data(), count);
    stream->input.remove_prefix(count);
}

void read_header(png_structp png, png_infop info, Pixels& pixels) {
    png_set_user_limits(png, longest_side, longest_side);
    png_read_info(png, info);
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    pixels.width = static_cast<Index>(png_get_image_width(png, info));
    pixels.height = static_cast<Index>(png_get_image_height(png, info));
    pixels.channels = png_get_channels(png, info);
    const auto count = static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height);
    if (count > most_pixels) png_error(png, "more than 2^27 pixels");
    pixels.bytes.resize(count * static_cast<std::size_t>(pixels.channels));
}

void point_at_rows(Stream& stream, Pixels& pixels) {
    const auto stride = static_cast<std::size_t>(pixels.width * pixels.channels);
    for (std::size_t y = 0; y < static_cast<std::size_t>(pixels.height); ++y)
        stream.rows.push_back(pixels.bytes.data() + y * stride);
}

bool read(png_structp png, png_infop info, Stream& stream, Pixels& pixels) {
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_read_fn(png, &stream, take);
    read_header(png, info, pixels);
    point_at_rows(stream, pixels);
    png_read_image(png, stream.rows.data());
    png_read_end(png, nullptr);
    return true;
}

}  // namespace

Pixels decode_png(std::string_view bytes, std::string_view name) {
    Stream stream{.input = bytes};
    Pixels pixels;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &stream, note, ignore);
    png_infop info = png ? png_create_info_struct(png) : nullptr;
    const bool ok = info && read(png, info, stream, pixels);
    png_destroy_read_struct(&png, &info, nullptr);
    require<IoError>(ok, "png: cannot read ", name, ": ", stream.problem.empty() ? "out of memory" : stream.problem,
                     "; a PNG file is expected");
    return pixels;
}

Pixels read_png(const std::filesystem::path& path) { return decode_png(io::read_file(path), path.string()); }

Tensor planes(const Pixels& pixels, Index channels) {
    require(channels == 1 || channels == 3, "planes: there are pictures of 1 or 3 channels: got ", channels);
    const Index count = pixels.width * pixels.height;
    const bool grey = pixels.channels < 3;
    std::vector<double> values(static_cast<std::size_t>(channels * count));
    for (Index i = 0; i < count; ++i) {
        const auto at = [&](Index c) {
            return pixels.bytes[static_cast<std::size_t>(i * pixels.channels + c)] / 255.0;
        };
        const double luma = grey ? at(0) : 0.2126 * at(0) + 0.7152 * at(1) + 0.0722 * at(2);
        for (Index c = 0; c < channels; ++c)
            values[static_cast<std::size_t>(c * count + i)] = grey || channels == 1 ? luma : at(c);
    }
    return {{channels, pixels.height, pixels.width}, std::span<const double>(values)};
}

}  // namespace gradpath::models

// libpng reports errors by longjmp, which must not jump over C++ objects. So the two functions that call setjmp hold no
// object with a destructor, and everything they fill was made by their callers.
#include <gradpath/tools/report/png.hpp>

#include <png.h>
#include <csetjmp>
#include <cstring>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/file.hpp>

namespace gradpath::tools {
namespace {

constexpr png_uint_32 longest_side = 32768;
constexpr std::size_t most_pixels = std::size_t{1} << 27;

struct Stream {
    std::string_view input;
    std::string output;
    std::string problem;
    std::vector<png_bytep> rows;
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
void append(png_structp png, png_bytep from, png_size_t count) {
    static_cast<Stream*>(png_get_io_ptr(png))->output.append(reinterpret_cast<const char*>(from), count);
}
void flush(png_structp) {}

void point_at_rows(Stream& stream, Picture& picture) {
    const auto stride = static_cast<std::size_t>(picture.width * picture.channels);
    for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
        stream.rows.push_back(picture.pixels.data() + y * stride);
    }
}

void read_header(png_structp png, png_infop info, Picture& picture) {
    png_set_user_limits(png, longest_side, longest_side);
    png_read_info(png, info);
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    picture.width = static_cast<Index>(png_get_image_width(png, info));
    picture.height = static_cast<Index>(png_get_image_height(png, info));
    picture.channels = png_get_channels(png, info);
    const auto pixels = static_cast<std::size_t>(picture.width) * static_cast<std::size_t>(picture.height);
    if (pixels > most_pixels) png_error(png, "more than 2^27 pixels");
    picture.pixels.resize(pixels * static_cast<std::size_t>(picture.channels));
}

bool read(png_structp png, png_infop info, Stream& stream, Picture& picture) {
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_read_fn(png, &stream, take);
    read_header(png, info, picture);
    point_at_rows(stream, picture);
    png_read_image(png, stream.rows.data());
    png_read_end(png, nullptr);
    return true;
}

bool write(png_structp png, png_infop info, Stream& stream, const Picture& picture) {
    constexpr int kinds[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                             PNG_COLOR_TYPE_RGB_ALPHA};
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_write_fn(png, &stream, append, flush);
    png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8,
                 kinds[picture.channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    png_write_image(png, stream.rows.data());
    png_write_end(png, nullptr);
    return true;
}

}  // namespace

std::string encode_png(const Picture& picture) {
    require(picture.width > 0 && picture.height > 0 && picture.channels >= 1 && picture.channels <= 4 &&
                picture.pixels.size() == static_cast<std::size_t>(picture.width * picture.height * picture.channels),
            "png: pixels must fit the sizes: got ", picture.width, " by ", picture.height, " with ", picture.channels,
            " channels and ", picture.pixels.size(), " bytes; sides and channels (1 to 4) must be positive");
    Stream stream;
    Picture copy = picture;  // libpng takes rows that it could write to
    point_at_rows(stream, copy);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &stream, note, ignore);
    png_infop info = png ? png_create_info_struct(png) : nullptr;
    const bool ok = info && write(png, info, stream, copy);
    png_destroy_write_struct(&png, &info);
    require<IoError>(ok, "png: cannot encode: ", stream.problem.empty() ? "out of memory" : stream.problem);
    return std::move(stream.output);
}

Picture decode_png(std::string_view bytes, std::string_view name) {
    Stream stream{.input = bytes};
    Picture picture;
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &stream, note, ignore);
    png_infop info = png ? png_create_info_struct(png) : nullptr;
    const bool ok = info && read(png, info, stream, picture);
    png_destroy_read_struct(&png, &info, nullptr);
    require<IoError>(ok, "png: cannot read ", name, ": ", stream.problem.empty() ? "out of memory" : stream.problem,
                     "; a PNG file is expected");
    return picture;
}

void write_png(const std::filesystem::path& path, const Picture& picture) { io::write_file(path, encode_png(picture)); }

Picture read_png(const std::filesystem::path& path) { return decode_png(io::read_file(path), path.string()); }

}  // namespace gradpath::tools

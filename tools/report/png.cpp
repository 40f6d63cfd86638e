// Writing as models/data/png.cpp reads: the function that calls setjmp, to which libpng's longjmp may return, holds no
// object with a destructor.
#include <gradpath/tools/report/png.hpp>

#include <png.h>
#include <csetjmp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/models/data/png.hpp>

namespace gradpath::tools {
namespace {

struct Stream {
    std::string output;
    std::string problem;
    std::string alt;
    std::vector<png_bytep> rows;
};

void note(png_structp png, png_const_charp message) {
    static_cast<Stream*>(png_get_error_ptr(png))->problem = message;
    png_longjmp(png, 1);
}
void ignore(png_structp, png_const_charp) {}

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

bool write(png_structp png, png_infop info, Stream& stream, const Picture& picture) {
    constexpr int kinds[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                             PNG_COLOR_TYPE_RGB_ALPHA};
    if (setjmp(png_jmpbuf(png))) return false;
    png_set_write_fn(png, &stream, append, flush);
    png_set_IHDR(png, info, static_cast<png_uint_32>(picture.width), static_cast<png_uint_32>(picture.height), 8,
                 kinds[picture.channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (!stream.alt.empty()) {
        char key[] = "Description";
        png_text said{};
        said.compression = PNG_TEXT_COMPRESSION_NONE, said.key = key, said.text = stream.alt.data();
        png_set_text(png, info, &said, 1);
    }
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);  // leaves nothing of rows alike, as enlarging makes them
    png_write_info(png, info);
    png_write_image(png, stream.rows.data());
    png_write_end(png, nullptr);
    return true;
}

}  // namespace

std::string encode_png(const Picture& picture, const std::string& alt) {
    require(picture.width > 0 && picture.height > 0 && picture.channels >= 1 && picture.channels <= 4 &&
                picture.pixels.size() == static_cast<std::size_t>(picture.width * picture.height * picture.channels),
            "png: pixels must fit the sizes: got ", picture.width, " by ", picture.height, " with ", picture.channels,
            " channels and ", picture.pixels.size(), " bytes; sides and channels (1 to 4) must be positive");
    Stream stream{.output = {}, .problem = {}, .alt = alt, .rows = {}};
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
    models::Pixels read = models::decode_png(bytes, name);
    return {read.width, read.height, read.channels, std::move(read.bytes)};
}

void write_png(const std::filesystem::path& path, const Picture& picture, const std::string& alt) {
    io::write_file(path, encode_png(picture, alt));
}

Picture read_png(const std::filesystem::path& path) { return decode_png(io::read_file(path), path.string()); }

}  // namespace gradpath::tools

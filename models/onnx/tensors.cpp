// The numbers of a tensor lie in the message as bytes, in a list of their type, or in a file beside the model.
#include <gradpath/models/onnx/tensors.hpp>

#include <charconv>
#include <cstring>
#include <optional>

#include <gradpath/autodiff/io/file.hpp>

namespace gradpath::models::onnx {
namespace {

using Proto = ::onnx::TensorProto;
namespace fs = std::filesystem;

/// Little-endian bytes as numbers of type From, kept as To.
template <class From, class To>
std::vector<To> unpacked(std::string_view bytes) {
    std::vector<To> numbers(bytes.size() / sizeof(From));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        From number;
        std::memcpy(&number, bytes.data() + i * sizeof(From), sizeof(From));
        numbers[i] = static_cast<To>(number);
    }
    return numbers;
}

std::vector<Index> unpacked_whole(std::string_view bytes, std::size_t width) {
    switch (width) {  // the element of the Value gives the number its sign
        case 1: return unpacked<std::uint8_t, Index>(bytes);
        case 2: return unpacked<std::uint16_t, Index>(bytes);
        case 4: return unpacked<std::uint32_t, Index>(bytes);
        default: return unpacked<std::uint64_t, Index>(bytes);
    }
}

std::vector<Index> listed_whole(const Proto& t, Element element) {
    if (element == Element::int64) return {t.int64_data().begin(), t.int64_data().end()};
    std::vector<Index> numbers;
    if (element == Element::uint64 || element == Element::uint32)
        for (const std::uint64_t number : t.uint64_data()) numbers.push_back(static_cast<Index>(number));
    else numbers.assign(t.int32_data().begin(), t.int32_data().end());
    return numbers;
}

std::uint64_t count_of(const std::string& text, const io::Fault& fault) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    fault.unless(problem == std::errc() && end == text.data() + text.size(),
                 "offset and length of external data must be whole numbers: got \"", text, "\"");
    return value;
}

bool leaves(const fs::path& place) {
    const fs::path plain = place.lexically_normal();
    return plain.empty() || plain.is_absolute() || *plain.begin() == "..";
}

}  // namespace

std::string TensorReader::external(const Proto& tensor) const {
    std::string location;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
    for (const auto& entry : tensor.external_data()) {
        if (entry.key() == "location") location = entry.value();
        if (entry.key() == "offset") offset = count_of(entry.value(), fault);
        if (entry.key() == "length") length = count_of(entry.value(), fault);
    }
    fault.unless(!folder.empty(), "external data need a folder: tensor \"", tensor.name(), "\" has some");
    fault.unless(!leaves(location), "external data must lie in the model's folder: tensor \"", tensor.name(),
                 "\" names \"", location, "\"");
    std::error_code none;
    const fs::path real = fs::weakly_canonical(folder / location, none);  // a link must not lead out, either
    fault.unless(!leaves(real.lexically_relative(fs::weakly_canonical(folder, none))),
                 "external data must lie in the model's folder: tensor \"", tensor.name(), "\" names \"", location,
                 "\"");
    const std::string bytes = io::read_file(real);
    fault.unless(offset <= bytes.size() && length.value_or(0) <= bytes.size() - offset,
                 "external data must lie within their file: tensor \"", tensor.name(), "\" wants ", length.value_or(0),
                 " bytes from ", offset, " of ", bytes.size());
    return bytes.substr(offset, length.value_or(bytes.size() - offset));
}

Value TensorReader::value(const Proto& t) const {
    const std::optional<Element> element = element_of(t.data_type());
    fault.unless(element.has_value(), "tensor \"", t.name(), "\" has the data type ", t.data_type(),
                 ", which is not supported");
    const bool is_external = t.data_location() == Proto::EXTERNAL, raw = is_external || t.has_raw_data();
    const std::string held = is_external ? external(t) : std::string();
    const std::string_view bytes = is_external ? std::string_view(held) : std::string_view(t.raw_data());
    const std::size_t width = bytes_of(*element);
    const std::vector<Index> dims(t.dims().begin(), t.dims().end());
    Shape shape;
    try {
        shape = Shape(std::span(dims));
    } catch (const ShapeError& error) {
        fault.unless(false, "tensor \"", t.name(), "\": ", error.what());
    }
    const auto made = [&]<class T>(const std::vector<T>& numbers, const auto& make) -> Value {
        fault.unless(
            static_cast<Index>(numbers.size()) == shape.size() && (!raw || bytes.size() == numbers.size() * width),
            "tensor \"", t.name(), "\" of the shape ", shape, " must hold ", shape.size(), " numbers: it has ",
            raw ? text(bytes.size(), " bytes") : text(numbers.size()));
        return make(numbers);
    };
    const auto real = [&](const auto& numbers) -> Value { return Tensor(shape, std::span(numbers)); };
    if (*element == Element::float32)
        return made(
            raw ? unpacked<float, float>(bytes) : std::vector<float>(t.float_data().begin(), t.float_data().end()),
            real);
    if (*element == Element::float64)
        return made(
            raw ? unpacked<double, double>(bytes) : std::vector<double>(t.double_data().begin(), t.double_data().end()),
            real);
    return made(raw ? unpacked_whole(bytes, width) : listed_whole(t, *element),
                [&](const auto& numbers) { return Value(shape, numbers, *element); });
}

}  // namespace gradpath::models::onnx

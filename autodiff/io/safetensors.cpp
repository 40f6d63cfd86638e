// A safetensors file is an 8-byte little-endian length, that many bytes of JSON, and the numbers:
//   {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, .., "__metadata__": {"key": "text"}}
// with offsets from the end of the header. Nothing is believed: the header's length is bounded by the file and by 100
// MB, its depth by what the format needs, keys may not repeat, a shape must give exactly the bytes its offsets span,
// and all spans together must cover the data without gap or overlap, each aligned to its numbers. So every file has one
// meaning, and memory is taken only for bytes that are there. Source: the format's description,
// github.com/huggingface/safetensors, README.
#include <gradpath/autodiff/io/safetensors.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/io/file.hpp>

namespace gradpath::io {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t max_header = 100'000'000;
constexpr int max_depth = 3;  // the header, an entry, its shape

struct Span {
    std::string name;
    Element element;
    Shape shape;
    std::uint64_t begin, end;
};

constexpr std::array<std::pair<std::string_view, Element>, 5> types{{
    {"F32", Element::f32},
    {"F64", Element::f64},
    {"F16", Element::f16},
    {"BF16", Element::bf16},
    {"I64", Element::i64},
}};

Json parse_json(std::string_view header, const Fault& fault) {
    std::vector<std::set<std::string>> keys;  // of the objects that are open
    const auto watch = [&](int depth, Json::parse_event_t event, Json& value) {
        fault.unless(depth <= max_depth, "the header is nested too deeply");
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key)
            fault.unless(keys.back().insert(value.get<std::string>()).second,
                         "a name occurs twice in the header: ", value.get<std::string>());
        return true;
    };
    fault.unless(header.starts_with('{'), "the header must begin with '{'");
    try {
        return Json::parse(header, watch);
    } catch (const Json::parse_error& error) {
        fault.unless(false, "the header is not JSON: see its byte ", error.byte);
    } catch (const Json::exception&) {
        fault.unless(false, "the header holds a number beyond all bounds");
    }
    return {};
}

// A value as it stands in the file, cut where it would fill the screen.
std::string shown(const Json& value) { return value.dump().substr(0, 60); }

Index whole_number(const Json& value, const char* what, const std::string& entry, const Fault& fault) {
    fault.unless(value.is_number_unsigned() && value.get<std::uint64_t>() <= INT64_MAX, what,
                 " must be a whole number from 0 to 2^63-1: ", entry, " has ", shown(value));
    return value.get<Index>();
}

Element element_of(const Json& value, const std::string& entry, const Fault& fault) {
    for (const auto& [word, element] : types)
        if (value == word) return element;
    fault.unless(false, "the dtype must be F32, F64, F16, BF16 or I64: ", entry, " has ", shown(value));
    return Element::f32;
}

Span parse_entry(const std::string& name, const Json& entry, const Fault& fault) {
    fault.unless(entry.is_object() && entry.size() == 3 && entry.contains("dtype") && entry.contains("shape") &&
                     entry.contains("data_offsets"),
                 "an entry must have dtype, shape and data_offsets, nothing else: ", name);
    const Element element = element_of(entry["dtype"], name, fault);
    fault.unless(entry["shape"].is_array(), "the shape must be a list: ", name);
    std::vector<Index> lengths;
    for (const Json& length : entry["shape"]) lengths.push_back(whole_number(length, "a length", name, fault));
    const Json& offsets = entry["data_offsets"];
    fault.unless(offsets.is_array() && offsets.size() == 2, "data_offsets must be a list of two: ", name);
    const Index begin = whole_number(offsets[0], "an offset", name, fault),
                end = whole_number(offsets[1], "an offset", name, fault);
    fault.unless(begin <= end, "offsets must be in order: ", name, " has ", begin, " and ", end);
    const Shape shape = checked_shape({fault.format, text(fault.name, ": ", name)}, lengths, element);
    const auto bytes = static_cast<std::uint64_t>(shape.size()) * size_of(element);
    fault.unless(bytes == static_cast<std::uint64_t>(end - begin), "the offsets must span what the shape needs: ", name,
                 " has shape ", shape, " of ", bytes, " bytes but spans ", end - begin);
    return {name, element, shape, static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(end)};
}

std::map<std::string, std::string> parse_metadata(const Json& metadata, const Fault& fault) {
    fault.unless(metadata.is_object(), "__metadata__ must be an object");
    std::map<std::string, std::string> result;
    for (const auto& [key, value] : metadata.items()) {
        fault.unless(value.is_string(), "metadata must be text: ", key);
        result.emplace(key, value.get<std::string>());
    }
    return result;
}

// All entries, by offset; together they cover the data exactly.
std::vector<Span> parse_entries(const Json& header, std::uint64_t data_bytes, const Fault& fault) {
    std::vector<Span> spans;
    for (const auto& [name, entry] : header.items())
        if (name != "__metadata__") spans.push_back(parse_entry(name, entry, fault));
    std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    std::uint64_t covered = 0;
    for (const Span& span : spans) {
        fault.unless(span.begin >= covered, "entries must not overlap: ", span.name, " begins at ", span.begin,
                     ", the one before ends at ", covered);
        fault.unless(span.begin == covered, "no byte may be left out: ", span.name, " begins at ", span.begin,
                     ", the one before ends at ", covered);
        fault.unless(span.begin % size_of(span.element) == 0, "numbers must be aligned: ", span.name, " begins at ",
                     span.begin);
        covered = span.end;
    }
    fault.unless(covered <= data_bytes, "the numbers end early: entries need ", covered, " bytes, present ",
                 data_bytes);
    fault.unless(covered == data_bytes, "bytes follow the numbers: entries need ", covered, " bytes, present ",
                 data_bytes);
    return spans;
}

// An entry to be written.
struct Part {
    std::string_view name, type, bytes;
    const Shape* shape;
};

std::vector<Part> parts_of(const SafeTensors& file) {
    std::vector<Part> parts;
    for (const auto& [name, value] : file.tensors) {
        require(static_cast<bool>(value), "safetensors: the tensor is empty: ", name);
        parts.push_back({name, value.dtype() == DType::float32 ? "F32" : "F64", bytes_of(value), &value.shape()});
    }
    for (const auto& [name, value] : file.indices) parts.push_back({name, "I64", bytes_of(value), &value.shape()});
    std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
        return std::pair(a.type == "F32", a.name) <
               std::pair(b.type == "F32", b.name);  // 8-byte numbers first: all aligned
    });
    return parts;
}

std::string header_of(const std::vector<Part>& parts, const std::map<std::string, std::string>& metadata) {
    Json header = Json::object();  // sorts its keys
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t begin = 0;
    for (const Part& part : parts) {
        const std::string name(part.name);
        require(name != "__metadata__", "safetensors: __metadata__ is no name for a tensor; fill .metadata instead");
        require(!header.contains(name), "safetensors: a name occurs twice: ", name);
        const std::uint64_t end = begin + part.bytes.size();
        header[name] = {{"dtype", part.type},
                        {"shape", std::vector<Index>(part.shape->begin(), part.shape->end())},
                        {"data_offsets", {begin, end}}};
        begin = end;
    }
    try {
        std::string written = header.dump();
        written.append((8 - written.size() % 8) % 8, ' ');
        return written;
    } catch (const Json::exception&) {
        throw ValueError("safetensors: names and metadata must be UTF-8");
    }
}

}  // namespace

const Tensor& find(const SafeTensors& file, const std::string& name) {
    for (const NamedTensor& tensor : file.tensors)
        if (tensor.name == name) return tensor.value;
    throw IoError(text("safetensors: no tensor of this name: ", name));
}

SafeTensors parse_safetensors(std::string_view bytes, const std::string& name) {
    const Fault fault{"safetensors", name};
    std::uint64_t length = 0;
    fault.unless(bytes.size() >= sizeof length, "the header's length is missing: the file has ", bytes.size(),
                 " bytes");
    std::memcpy(&length, bytes.data(), sizeof length);
    fault.unless(length <= max_header, "the header is longer than ", max_header, " bytes: ", length);
    bytes.remove_prefix(sizeof length);
    fault.unless(length <= bytes.size(), "the header ends early: it needs ", length, " bytes, present ", bytes.size());
    const Json header = parse_json(bytes.substr(0, length), fault);
    bytes.remove_prefix(length);

    SafeTensors file;
    if (header.contains("__metadata__")) file.metadata = parse_metadata(header["__metadata__"], fault);
    for (const Span& span : parse_entries(header, bytes.size(), fault)) {
        const std::string_view numbers = bytes.substr(span.begin, span.end - span.begin);
        const DType dtype = span.element == Element::f64 ? DType::float64 : DType::float32;
        if (is_float(span.element))
            file.tensors.push_back({span.name, tensor_of(span.element, span.shape, numbers, dtype)});
        else file.indices.push_back({span.name, indices_of(fault, span.element, span.shape, numbers)});
    }
    return file;
}

SafeTensors read_safetensors(const std::filesystem::path& path) {
    return parse_safetensors(read_file(path), path.string());
}

void write_safetensors(const std::filesystem::path& path, const SafeTensors& file) {
    const std::vector<Part> parts = parts_of(file);
    const std::string header = header_of(parts, file.metadata);
    const std::uint64_t length = header.size();
    std::vector<std::string_view> pieces{{reinterpret_cast<const char*>(&length), sizeof length}, header};
    for (const Part& part : parts) pieces.push_back(part.bytes);
    write_file(path, pieces);
}

}  // namespace gradpath::io

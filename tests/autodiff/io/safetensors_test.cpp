#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstring>

#include <gradpath/autodiff/io/safetensors.hpp>

#include "folder.hpp"

using namespace gradpath;
using namespace gradpath::io;

namespace {

// A file with this header, its length in front and `data` zero bytes behind.
std::string safetensors(const std::string& header, std::size_t data = 0) {
    const std::uint64_t length = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + std::string(data, '\0');
}

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

SafeTensors sample() {
    return {.tensors = {{"layer.weight", random::normal({3, 2}, {.seed = 1})},
                        {"a", random::normal({3}, {.seed = 2})},
                        {"wide", random::normal({2}, {.seed = 3, .dtype = DType::float64})},
                        {"none", zeros({0, 4})},
                        {"number", scalar(2.5)}},
            .indices = {{"positions", Indices{3, -1, 2}}},
            .metadata = {{"model", "mlp"}, {"naïve", "\"q\"\n"}}};
}

}  // namespace

TEST_CASE("a safetensors file gives back names, shapes, bits, positions and metadata") {
    const TempFolder folder;
    const SafeTensors file = sample();
    write_safetensors(folder / "x", file);
    const SafeTensors back = read_safetensors(folder / "x");
    CHECK(back.metadata == file.metadata);
    CHECK(back.tensors.size() == file.tensors.size());
    for (const NamedTensor& tensor : file.tensors) CHECK(same_bits(find(back, tensor.name), tensor.value));
    REQUIRE(back.indices.size() == 1);
    CHECK(back.indices[0].name == "positions");
    CHECK(std::ranges::equal(back.indices[0].value.data(), file.indices[0].value.data()));
    CHECK_THROWS_WITH_AS(find(back, "b"), "safetensors: no tensor of this name: b", IoError);
}

TEST_CASE("equal contents give equal bytes whatever their order, the header padded to a multiple of eight") {
    const TempFolder folder;
    SafeTensors file = sample();
    write_safetensors(folder / "x", file);
    std::swap(file.tensors[0], file.tensors[3]);
    write_safetensors(folder / "y", file);
    const std::string bytes = read_file(folder / "x");
    CHECK(read_file(folder / "y") == bytes);
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    CHECK(length % 8 == 0);
}

TEST_CASE("the bytes of a safetensors file are those of the format") {
    const TempFolder folder;
    write_safetensors(folder / "x", {.tensors = {{"a", Tensor({2}, {1, 2})}}, .metadata = {{"k", "v"}}});
    const std::string header = R"({"__metadata__":{"k":"v"},"a":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}})";
    std::string expected = safetensors(header + std::string((8 - header.size() % 8) % 8, ' '), 8);
    const float numbers[] = {1, 2};
    std::memcpy(expected.data() + expected.size() - 8, numbers, 8);
    CHECK(read_file(folder / "x") == expected);
}

TEST_CASE("a file without tensors is fine, with padding behind the header or without") {
    const TempFolder folder;
    write_safetensors(folder / "x", {});
    CHECK(read_safetensors(folder / "x").tensors.empty());
    CHECK(parse_safetensors(safetensors("{}"), "x").tensors.empty());
    CHECK(parse_safetensors(safetensors("{}   \n"), "x").metadata.empty());
}

TEST_CASE("half and bfloat16 numbers are read to their exact float32") {
    std::string bytes =
        safetensors(R"({"h":)" + entry("F16", "[2]", "[0,4]") + R"(,"b":)" + entry("BF16", "[2]", "[4,8]") + "}", 8);
    const std::uint16_t numbers[] = {0x3555, 0xfbff, 0x3f81, 0xff80};  // (1 + 341/1024)/4, -65504; 1 + 2⁻⁷, -infinity
    std::memcpy(bytes.data() + bytes.size() - 8, numbers, 8);
    const SafeTensors file = parse_safetensors(bytes, "x");
    CHECK(same_bits(find(file, "h"), Tensor({2}, {(1 + 341 / 1024.0) / 4, -65504})));
    CHECK(same_bits(find(file, "b"), Tensor({2}, {1 + 0x1p-7, -INFINITY})));
}

TEST_CASE("the order of the keys does not matter, the order of the bytes does") {
    const std::string b = R"("b":)" + entry("F32", "[1]", "[0,4]"), a = R"("a":)" + entry("F32", "[]", "[4,8]");
    for (const std::string& header : {"{" + a + "," + b + "}", "{" + b + "," + a + "}"}) {
        const SafeTensors file = parse_safetensors(safetensors(header, 8), "x");
        REQUIRE(file.tensors.size() == 2);
        CHECK(file.tensors[0].name == "b");
        CHECK(file.tensors[1].value.rank() == 0);
    }
}

TEST_CASE("a malformed safetensors file is refused with the rule it breaks") {
    const auto check = [](const std::string& bytes, const std::string& rule) {
        CHECK_THROWS_WITH_AS(parse_safetensors(bytes, "m.st"), ("safetensors: " + rule + " (m.st)").c_str(), IoError);
    };
    const auto one = [](const std::string& described) { return safetensors(R"({"a":)" + described + "}", 8); };
    const auto two = [](const std::string& first, const std::string& second) {
        return safetensors(R"({"a":)" + entry("F32", "[1]", first) + R"(,"b":)" + entry("F32", "[1]", second) + "}", 8);
    };
    const std::string whole = " must be a whole number from 0 to 2^63-1: a has ";

    check("", "the header's length is missing: the file has 0 bytes");
    check("1234567", "the header's length is missing: the file has 7 bytes");
    check(std::string(8, '\xff'), "the header is longer than 100000000 bytes: 18446744073709551615");
    check(std::string("\x01\xe1\xf5\x05\0\0\0\0", 8), "the header is longer than 100000000 bytes: 100000001");
    check(std::string("\x10\0\0\0\0\0\0\0{}", 10), "the header ends early: it needs 16 bytes, present 2");
    check(safetensors(""), "the header must begin with '{'");
    check(safetensors(" {}"), "the header must begin with '{'");
    check(safetensors("[]"), "the header must begin with '{'");
    check(safetensors("{\"a\""), "the header is not JSON: see its byte 5");
    check(safetensors("{} {}"), "the header is not JSON: see its byte 4");
    check(safetensors("{\"\xff\":1}"), "the header is not JSON: see its byte 3");
    check(safetensors(R"({"a":1e999})"), "the header holds a number beyond all bounds");
    check(safetensors(R"({"a":[[[[[[[[)"), "the header is nested too deeply");
    check(safetensors(R"({"a":{"b":{"c":{"d":{}}}}})"), "the header is nested too deeply");
    check(safetensors(R"({"a":1,"a":2})"), "a name occurs twice in the header: a");
    check(one(R"({"dtype":"F32","dtype":"F64","shape":[2],"data_offsets":[0,8]})"),
          "a name occurs twice in the header: dtype");
    check(one("7"), "an entry must have dtype, shape and data_offsets, nothing else: a");
    check(one(R"({"dtype":"F32","shape":[2]})"), "an entry must have dtype, shape and data_offsets, nothing else: a");
    check(one(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1})"),
          "an entry must have dtype, shape and data_offsets, nothing else: a");
    check(one(entry("f32", "[2]", "[0,8]")), "the dtype must be F32, F64, F16, BF16 or I64: a has \"f32\"");
    check(one(entry("F8_E4M3", "[8]", "[0,8]")), "the dtype must be F32, F64, F16, BF16 or I64: a has \"F8_E4M3\"");
    check(one(entry("F32", "2", "[0,8]")), "the shape must be a list: a");
    check(one(entry("F32", "[-2]", "[0,8]")), "a length" + whole + "-2");
    check(one(entry("F32", "[2.0]", "[0,8]")), "a length" + whole + "2.0");
    check(one(entry("F32", "[\"2\"]", "[0,8]")), "a length" + whole + "\"2\"");
    check(one(entry("F32", "[18446744073709551615]", "[0,8]")), "a length" + whole + "18446744073709551615");
    check(one(entry("F32", "[2]", "[0]")), "data_offsets must be a list of two: a");
    check(one(entry("F32", "[2]", "[0,-8]")), "an offset" + whole + "-8");
    check(one(entry("F32", "[2]", "[8,0]")), "offsets must be in order: a has 8 and 0");
    check(one(entry("F32", "[3]", "[0,8]")),
          "the offsets must span what the shape needs: a has shape (3,) of 12 bytes but spans 8");
    check(one(entry("F32", "[2]", "[4,12]")), "no byte may be left out: a begins at 4, the one before ends at 0");
    check(two("[0,4]", "[8,12]"), "no byte may be left out: b begins at 8, the one before ends at 4");
    check(two("[0,4]", "[2,6]"), "entries must not overlap: b begins at 2, the one before ends at 4");
    check(two("[4,8]", "[4,8]"), "no byte may be left out: a begins at 4, the one before ends at 0");
    check(two("[0,4]", "[0,4]"), "entries must not overlap: b begins at 0, the one before ends at 4");
    check(one(entry("F32", "[1]", "[0,4]")), "bytes follow the numbers: entries need 4 bytes, present 8");
    check(one(entry("F32", "[3]", "[0,12]")), "the numbers end early: entries need 12 bytes, present 8");
    check(safetensors("{}", 1), "bytes follow the numbers: entries need 0 bytes, present 1");
    check(safetensors(R"({"h":)" + entry("F16", "[1]", "[0,2]") + R"(,"a":)" + entry("F32", "[1]", "[2,6]") + "}", 6),
          "numbers must be aligned: a begins at 2");
    check(safetensors(R"({"__metadata__":[]})"), "__metadata__ must be an object");
    check(safetensors(R"({"__metadata__":{"k":1}})"), "metadata must be text: k");
    const auto check_shape = [&](const std::string& shape, const std::string& rule) {
        CHECK_THROWS_WITH_AS(parse_safetensors(one(entry("F32", shape, "[0,8]")), "m.st"),
                             ("safetensors: " + rule + " (m.st: a)").c_str(), IoError);
    };
    check_shape("[1,1,1,1,1,1,1,1,2]", "at most 8 axes are supported: 9");
    check_shape("[4611686018427387904,4]", "the shape's size overflows");
    check_shape("[0,9223372036854775807,9223372036854775807]", "the shape's size overflows");
}

TEST_CASE("what cannot be written is refused, and no file appears") {
    const TempFolder folder;
    const auto check = [&](const SafeTensors& file, const char* message) {
        CHECK_THROWS_WITH_AS(write_safetensors(folder / "x", file), message, ValueError);
    };
    const Tensor x = ones({1});
    check({.tensors = {{"a", x}, {"a", x}}}, "safetensors: a name occurs twice: a");
    check({.tensors = {{"a", x}}, .indices = {{"a", Indices{1}}}}, "safetensors: a name occurs twice: a");
    check({.tensors = {{"__metadata__", x}}},
          "safetensors: __metadata__ is no name for a tensor; fill .metadata instead");
    check({.tensors = {{"a", Tensor()}}}, "safetensors: the tensor is empty: a");
    check({.tensors = {{"\xff", x}}}, "safetensors: names and metadata must be UTF-8");
    check({.metadata = {{"k", "\xff"}}}, "safetensors: names and metadata must be UTF-8");
    CHECK(folder.entries() == 0);
}

TEST_CASE("a damaged safetensors file is read or refused, never worse") {
    const TempFolder folder;
    write_safetensors(folder / "x", sample());
    const Outcome outcome =
        read_damaged(read_file(folder / "x"), [](const std::string& bytes) { parse_safetensors(bytes, "x"); });
    CHECK(outcome.refused > 2000);
    CHECK(outcome.fine > 100);
}

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <gradpath/autodiff/io/npy.hpp>

#include "folder.hpp"

using namespace gradpath;
using namespace gradpath::io;

namespace {

// A version 1.0 file with this header and these bytes as numbers.
std::string npy(std::string header, const std::string& numbers, char version = 1) {
    std::string size{static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
    if (version > 1) size += std::string(2, '\0');
    return std::string("\x93NUMPY") + version + '\0' + size + header + numbers;
}

template <class T>
std::string raw(std::initializer_list<T> values) {
    return {reinterpret_cast<const char*>(values.begin()), values.size() * sizeof(T)};
}

std::string header(const std::string& type, const std::string& shape, const char* fortran = "False") {
    return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

// The numbers of a one-axis file of this type, as float64 or the file's own dtype.
template <class T>
Tensor read_as(const char* type, std::initializer_list<T> values) {
    return parse_npy(npy(header(type, "(" + std::to_string(values.size()) + ",)"), raw(values)), "x", {DType::float64});
}

}  // namespace

TEST_CASE("an npy file gives back shape, dtype and bits, for any rank and for no elements") {
    const TempFolder folder;
    for (const DType dtype : {DType::float32, DType::float64}) {
        for (const Shape& shape :
             {Shape{}, Shape{1}, Shape{0}, Shape{3, 0, 2}, Shape{2, 3, 4}, Shape{1, 2, 1, 2, 1, 2, 1, 3}}) {
            const Tensor x = random::normal(shape, {.seed = 1, .dtype = dtype});
            write_npy(folder / "x.npy", x);
            CHECK(same_bits(read_npy(folder / "x.npy"), x));
        }
    }
    const double least = std::numeric_limits<double>::denorm_min();
    const Tensor special({5}, {NAN, INFINITY, -INFINITY, -0.0, least}, DType::float64);
    write_npy(folder / "x.npy", special);
    CHECK(same_bits(read_npy(folder / "x.npy"), special));
}

TEST_CASE("the bytes of an npy file are those of the format") {
    const TempFolder folder;
    write_npy(folder / "x.npy", Tensor({2}, {1, 2}));
    const std::string dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
    const std::string padded = dictionary + std::string(128 - 10 - 1 - dictionary.size(), ' ') + "\n";
    CHECK(read_file(folder / "x.npy") == npy(padded, raw({1.0f, 2.0f})));
    for (const Shape& shape : {Shape{}, Shape{7}, Shape{2, 3}}) CHECK(npy_header(zeros(shape)).size() % 64 == 0);
}

TEST_CASE("positions go through npy as int64") {
    const TempFolder folder;
    const Indices positions(Shape{2, 2}, std::vector<Index>{1, -2, std::numeric_limits<Index>::max(), 0});
    write_npy(folder / "p.npy", positions);
    const Indices back = read_npy_indices(folder / "p.npy");
    CHECK(back.shape() == Shape{2, 2});
    CHECK(std::ranges::equal(back.data(), positions.data()));
    write_npy(folder / "p.npy", Indices());
    CHECK(read_npy_indices(folder / "p.npy").size() == 0);
}

TEST_CASE("every supported type is read to its numbers") {
    CHECK(read_as<std::int8_t>("|i1", {-128, 127}).at(0) == -128);
    CHECK(read_as<std::uint8_t>("|u1", {0, 255}).at(1) == 255);
    CHECK(read_as<std::int16_t>("<i2", {-32768, 5}).at(0) == -32768);
    CHECK(read_as<std::uint16_t>("<u2", {65535, 5}).at(0) == 65535);
    CHECK(read_as<std::int32_t>("<i4", {-7, 2'147'483'647}).at(1) == 2'147'483'647);
    CHECK(read_as<std::uint32_t>("<u4", {4'294'967'295u}).at(0) == 4'294'967'295.0);
    CHECK(read_as<std::int64_t>("<i8", {Index{1} << 53}).at(0) == 0x1p53);
    CHECK(read_as<std::uint8_t>("|b1", {0, 1, 2}).at(2) == 1);
    CHECK(read_as<double>("<f8", {0.1}).at(0) == 0.1);
    CHECK(read_as<float>("<f4", {0.1f}).dtype() == DType::float32);
    // halves: 1, -2, 65504 (the largest), 2⁻²⁴ (the least), infinity, -0
    const Tensor halves = read_as<std::uint16_t>("<f2", {0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0x8000});
    CHECK(halves.dtype() == DType::float32);
    CHECK(same_bits(halves, Tensor({6}, {1, -2, 65504, 0x1p-24, INFINITY, -0.0})));
    CHECK(std::isnan(read_as<std::uint16_t>("<f2", {0x7e00}).at(0)));
}

TEST_CASE("integers and booleans become positions, and rounded tensors by choice") {
    CHECK(parse_npy_indices(npy(header("|b1", "(2,)"), {"\1\0", 2}), "x")[0] == 1);
    CHECK(parse_npy_indices(npy(header("<i4", "()"), raw<std::int32_t>({-5})), "x")[0] == -5);
    const std::string odd = npy(header("<i8", "(1,)"), raw<Index>({(Index{1} << 24) + 1}));
    CHECK(parse_npy(odd, "x", {DType::float32}).item() == 0x1p24);
    CHECK(parse_npy(odd, "x", {DType::float64}).item() == 0x1p24 + 1);
}

TEST_CASE("column order is read into row order") {
    const Tensor x = parse_npy(npy(header("<f4", "(2, 3)", "True"), raw({1.f, 4.f, 2.f, 5.f, 3.f, 6.f})), "x");
    CHECK(same_bits(x, Tensor({2, 3}, {1, 2, 3, 4, 5, 6})));
    std::string numbers;  // element (i, j, k) of (2, 3, 4) is 100 i + 10 j + k
    for (int k = 0; k < 4; ++k)
        for (int j = 0; j < 3; ++j)
            for (int i = 0; i < 2; ++i) numbers += raw({static_cast<double>(100 * i + 10 * j + k)});
    const Tensor y = parse_npy(npy(header("<f8", "(2,3,4)", "True"), numbers), "x");
    for (Index flat = 0; flat < 24; ++flat)
        CHECK(y.at(flat) == static_cast<double>(100 * (flat / 12) + 10 * (flat / 4 % 3) + flat % 4));
    CHECK(parse_npy(npy(header("<f4", "(0, 3)", "True"), ""), "x").size() == 0);
    CHECK(parse_npy(npy(header("<f4", "(1,)", "True"), raw({3.f})), "x").item() == 3);
}

TEST_CASE("versions 1.0, 2.0 and 3.0, any key order, double quotes and no final comma are read") {
    for (const char version : {'\1', '\2', '\3'})
        CHECK(parse_npy(npy(header("<f4", "(1,)"), raw({2.f}), version), "x").item() == 2);
    CHECK(parse_npy(npy("{\"shape\":(1,),\"descr\":\"<f4\",\"fortran_order\":False}", raw({2.f})), "x").item() == 2);
}

TEST_CASE("a malformed npy file is refused with the rule it breaks") {
    const std::string one = raw({1.f});
    const auto check = [](const std::string& bytes, const std::string& rule) {
        CHECK_THROWS_WITH_AS(parse_npy(bytes, "x.npy"), ("npy: " + rule + " (x.npy)").c_str(), IoError);
    };
    const auto check_header = [&](const std::string& text, const std::string& rule) { check(npy(text, one), rule); };
    const std::string supported = "; supported are <f2 <f4 <f8 |b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8";

    check("", "not an npy file: it does not begin with \\x93NUMPY");
    check("PK\3\4 and so on", "not an npy file: it does not begin with \\x93NUMPY");
    check("\x93NUMPY\1", "the header ends early: 7 bytes");
    check(npy(header("<f4", "(1,)"), one, 4), "the version must be 1.0, 2.0 or 3.0: 4.0");
    check(std::string("\x93NUMPY\1\0\xff\xff..", 12), "the header ends early: it needs 65545 bytes, present 12");
    check(std::string("\x93NUMPY\2\0\1\0\1\0", 12), "the header is longer than 65536 bytes: 65537");
    check(std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12), "the header is longer than 65536 bytes: 4294967295");
    check(npy(header("<f4", "(3,)"), one), "the numbers end early: shape (3,) needs 12 bytes, present 4");
    check(npy(header("<f4", "(1,)"), one + "x"), "bytes follow the numbers: shape (1,) needs 4 bytes, present 5");
    check_header(header("<f4", "(-1,)"), "lengths must not be negative: -1");
    check_header(header("<f4", "(4611686018427387904, 4)"), "the shape's size overflows");
    check_header(header("<f4", "(0, 9223372036854775807, 2)"), "the shape's size overflows");
    check_header(header("<f4", "(9223372036854775808,)"),
                 "a length must be a whole number below 2^63: \"9223372036854775808,), }\"");
    check_header(header("<f4", "(1, 1, 1, 1, 1, 1, 1, 1, 1)"), "at most 8 axes are supported: 9");
    check_header(header("<f4", "(1)"), "a shape of one axis is written (n,)");
    check_header(header("<f4", "(2, 1.5)"),
                 "the header is not the dictionary it must be: expected ')' before \".5), }\n\"");
    check_header(header("<f4", "(x,)"), "a length must be a whole number below 2^63: \"x,), }\n\"");
    check_header(header("<f4", "[1]"), "the header is not the dictionary it must be: expected '(' before \"[1], }\n\"");
    check_header(header(">f4", "(1,)"),
                 "big-endian numbers are not read: '>f4'; save x.astype(x.dtype.newbyteorder('<'))");
    check_header(header("|O", "(1,)"), "the type is not supported: '|O'" + supported);
    check_header(header("<c8", "(1,)"), "the type is not supported: '<c8'" + supported);
    check_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
                 "the header is not the dictionary it must be: expected ''' before \"[('a', '<f4'\"");
    check_header(header("<f4", "(1,)", "0"), "fortran_order must be True or False: \"0, 'shape': \"");
    check_header("{'descr': '<f4', 'shape': (1,)}", "the header must have descr, fortran_order and shape");
    check_header("{'descr': '<f4', 'descr': '<f4'}",
                 "the header must have descr, fortran_order and shape once each: 'descr'");
    check_header("{'kind': '<f4'}", "the header must have descr, fortran_order and shape once each: 'kind'");
    check_header("{'descr", "the header has an open quote");
    check_header("{'descr': '<f4' 'shape': (1,)}",
                 "the header is not the dictionary it must be: expected '}' before \"'shape': (1,\"");
    check_header(header("<f4", "(1,)") + "more", "the header goes on after its dictionary");
    check_header("", "the header is not the dictionary it must be: expected '{' before \"\"");
    check(npy(header("<i8", "(0,)"), ""),
          "the array holds integers: choose what they become with .integers, or read positions");
    CHECK_THROWS_WITH_AS(parse_npy_indices(npy(header("<f4", "(1,)"), one), "x.npy"),
                         "npy: positions must be integers but the file holds floating-point numbers (x.npy)", IoError);
}

TEST_CASE("a damaged npy file is read or refused, never worse") {
    const std::string good = npy_header(zeros({2, 3})) + raw({1.f, 2.f, 3.f, 4.f, 5.f, 6.f});
    const Outcome outcome =
        read_damaged(good, [](const std::string& bytes) { parse_npy(bytes, "x", {DType::float32}); });
    CHECK(outcome.refused > 1000);
    CHECK(outcome.fine > 100);  // flips in the numbers only make other numbers
}

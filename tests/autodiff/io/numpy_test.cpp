// NumPy itself reads what we write and writes what we read. Skipped, with a message, where there is no python3 with
// numpy.
#include <doctest/doctest.h>

#include <cstdlib>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/io/safetensors.hpp>

#include "folder.hpp"

using namespace gradpath;
using namespace gradpath::io;

namespace {

// The expected numbers are computed on both sides: element i is (i - 3) / 8, exact in every type.
constexpr const char* script = R"py(
import json, struct, sys
import numpy as np
folder = sys.argv[1] + '/'

def pattern(shape, dtype):
    return ((np.arange(int(np.prod(shape)), dtype='f8') - 3) / 8).astype(dtype).reshape(shape)

def same(a, b):
    assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes(), (a, b)

same(np.load(folder + 'f4.npy'), pattern((2, 3, 4), '<f4'))
same(np.load(folder + 'f8.npy'), pattern((5,), '<f8'))
same(np.load(folder + 'scalar.npy'), pattern((), '<f8'))
same(np.load(folder + 'none.npy'), pattern((3, 0), '<f4'))
same(np.load(folder + 'i8.npy'), np.array([3, -1, 2], '<i8'))
for name in ('stored.npz', 'deflated.npz'):
    with np.load(folder + name) as z:
        assert z.files == ['values', 'layer.0.b'], z.files
        same(z['values'], pattern((7, 3), '<f4'))
        same(z['layer.0.b'], pattern((4,), '<f8'))

raw = open(folder + 'x.safetensors', 'rb').read()
size = struct.unpack('<Q', raw[:8])[0]
header, data, covered = json.loads(raw[8:8 + size]), raw[8 + size:], 0
assert size % 8 == 0 and header.pop('__metadata__') == {'note': 'n\u00e4her'}
types = {'F32': '<f4', 'F64': '<f8', 'I64': '<i8'}
found = {}
for name, entry in sorted(header.items(), key=lambda item: item[1]['data_offsets']):
    begin, end = entry['data_offsets']
    assert begin == covered
    found[name] = np.frombuffer(data[begin:end], types[entry['dtype']]).reshape(entry['shape'])
    covered = end
assert covered == len(data)
same(found['w'], pattern((3, 2), '<f4'))
same(found['v'], pattern((3,), '<f8'))
same(found['p'], np.array([3, -1, 2], '<i8'))

for dtype in ('f2', 'f4', 'f8'):
    np.save(folder + 'out_' + dtype + '.npy', pattern((2, 3), dtype))
np.save(folder + 'out_fortran.npy', np.asfortranarray(pattern((2, 3, 4), '<f4')))
np.save(folder + 'out_bool.npy', np.array([[True, False], [False, True]]))
for dtype in ('i1', 'u1', 'i2', 'u2', 'i4', 'u4', 'i8'):
    np.save(folder + 'out_' + dtype + '.npy', np.array([[1, 2, 3], [4, 5, 100]], dtype))
for major in (1, 2, 3):
    with open(folder + 'out_v%d.npy' % major, 'wb') as f:
        np.lib.format.write_array(f, pattern((2, 3), '<f4'), version=(major, 0))
np.savez(folder + 'out_stored.npz', b=pattern((2,), '<f8'), a=pattern((2, 3), '<f4'))
np.savez_compressed(folder + 'out_deflated.npz', b=pattern((2,), '<f8'), a=pattern((2, 3), '<f4'))
np.save(folder + 'out_big_endian.npy', pattern((2,), '>f4'))
np.save(folder + 'out_object.npy', np.array([{}, 1], dtype=object), allow_pickle=True)
np.save(folder + 'out_record.npy', np.zeros(2, dtype=[('a', '<f4')]))
)py";

Tensor pattern(const Shape& shape, DType dtype = DType::float32) {
    std::vector<double> values(static_cast<std::size_t>(shape.size()));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = (static_cast<double>(i) - 3) / 8;
    if (dtype == DType::float64) return Tensor(shape, values);
    return Tensor(shape, std::vector<float>(values.begin(), values.end()));
}

// A python3 that has numpy; empty if there is none.
std::string python() {
    for (const std::string candidate : {"python3", "/usr/bin/python3"})
        if (std::system((candidate + " -c 'import numpy' >/dev/null 2>&1").c_str()) == 0) return candidate;
    return "";
}

}  // namespace

TEST_CASE("numpy reads exactly what we write, and we read exactly what numpy writes") {
    const std::string interpreter = python();
    if (interpreter.empty()) {
        MESSAGE("skipped: no python3 with numpy");
        return;
    }
    const TempFolder folder;
    const DType wide = DType::float64;
    write_npy(folder / "f4.npy", pattern({2, 3, 4}));
    write_npy(folder / "f8.npy", pattern({5}, wide));
    write_npy(folder / "scalar.npy", pattern({}, wide));
    write_npy(folder / "none.npy", pattern({3, 0}));
    write_npy(folder / "i8.npy", Indices{3, -1, 2});
    const std::vector<NamedTensor> archive{{"values", pattern({7, 3})}, {"layer.0.b", pattern({4}, wide)}};
    write_npz(folder / "stored.npz", archive);
    write_npz(folder / "deflated.npz", archive, {.compress = true});
    write_safetensors(folder / "x.safetensors", {.tensors = {{"w", pattern({3, 2})}, {"v", pattern({3}, wide)}},
                                                 .indices = {{"p", Indices{3, -1, 2}}},
                                                 .metadata = {{"note", "näher"}}});
    write_file(folder / "check.py", script);
    REQUIRE(std::system((interpreter + " " + (folder / "check.py").string() + " " + folder.path.string()).c_str()) ==
            0);

    CHECK(same_bits(read_npy(folder / "out_f2.npy"), pattern({2, 3})));
    CHECK(same_bits(read_npy(folder / "out_f4.npy"), pattern({2, 3})));
    CHECK(same_bits(read_npy(folder / "out_f8.npy"), pattern({2, 3}, wide)));
    CHECK(same_bits(read_npy(folder / "out_fortran.npy"), pattern({2, 3, 4})));
    CHECK(same_bits(read_npy(folder / "out_bool.npy", {wide}), Tensor({2, 2}, {1, 0, 0, 1}, wide)));
    for (const std::string type : {"i1", "u1", "i2", "u2", "i4", "u4", "i8"}) {
        CHECK(same_bits(read_npy(folder / ("out_" + type + ".npy"), {DType::float32}),
                        Tensor({2, 3}, {1, 2, 3, 4, 5, 100})));
        CHECK(read_npy_indices(folder / ("out_" + type + ".npy"))[5] == 100);
    }
    for (const std::string version : {"1", "2", "3"})
        CHECK(same_bits(read_npy(folder / ("out_v" + version + ".npy")), pattern({2, 3})));
    for (const std::string kind : {"stored", "deflated"}) {
        const std::vector<NamedTensor> tensors = read_npz(folder / ("out_" + kind + ".npz"));
        REQUIRE(tensors.size() == 2);
        CHECK(tensors[0].name == "b");
        CHECK(same_bits(tensors[0].value, pattern({2}, wide)));
        CHECK(same_bits(tensors[1].value, pattern({2, 3})));
    }
    for (const std::string bad : {"big_endian", "object", "record"})
        CHECK_THROWS_AS(read_npy(folder / ("out_" + bad + ".npy")), IoError);
}

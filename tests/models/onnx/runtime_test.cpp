// ONNX Runtime runs what we write: through onnxruntime-node, where node finds it (npm install onnxruntime-node, and its
// folder in NODE_PATH).
#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/models/onnx/export.hpp>
#include <models/scratch.hpp>

namespace gradpath {
namespace {

constexpr const char* script = R"(
const ort = require('onnxruntime-node'), fs = require('fs');
const [model, rows, dims, out] = process.argv.slice(2);
(async () => {
    const bytes = fs.readFileSync(rows);
    const x = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const session = await ort.InferenceSession.create(model);
    const y = (await session.run({input: new ort.Tensor('float32', x, dims.split(',').map(Number))})).output.data;
    fs.writeFileSync(out, Buffer.from(y.buffer, y.byteOffset, y.byteLength));
})().catch(error => { console.error(error); process.exit(1); });
)";

bool have_runtime() {
    if (std::system("node -e \"require('onnxruntime-node')\" > /dev/null 2>&1") == 0) return true;
    MESSAGE("skipped: node has no onnxruntime-node");
    return false;
}

Tensor run_elsewhere(const models::Model& model, const Tensor& x) {
    const Scratch folder;
    models::onnx::save(folder / "model.onnx", model);
    io::write_file(folder / "run.js", script);
    const std::span<const float> numbers = x.data<float>();
    io::write_file(folder / "x", std::string_view(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes()));
    std::string dims;
    for (const Index length : x.shape()) dims += text(dims.empty() ? "" : ",", length);
    std::string command = "node";
    for (const std::string& word : {std::string("run.js"), std::string("model.onnx"), std::string("x")})
        command += " " + (folder / word).string();
    REQUIRE(std::system((command + " " + dims + " " + (folder / "y").string()).c_str()) == 0);
    const std::string bytes = io::read_file(folder / "y");
    std::vector<float> y(bytes.size() / sizeof(float));
    std::memcpy(y.data(), bytes.data(), y.size() * sizeof(float));
    return {Shape{x.rows(), static_cast<Index>(y.size()) / x.rows()}, std::span<const float>(y)};
}

}  // namespace

TEST_CASE("ONNX Runtime gives our outputs for every architecture, to 1e-5") {
    if (!have_runtime()) return;
    for (const std::string& name : models::architectures()) {
        CAPTURE(name);
        const models::Model model = models::make(name, {}, 5);
        const Tensor x = random::uniform(Shape{3}.joined(model.input), -1, 1, {.seed = 2});
        const Tensor y = reshape(model(x), {3, -1}), there = run_elsewhere(model, x);
        CHECK(max(abs(y - there)).item() < 1e-5 * max(abs(y)).item());
    }
}

}  // namespace gradpath

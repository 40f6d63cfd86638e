// Networks that PyTorch exported (tests/models/onnx/torch), explained by command as any other model.
#include <doctest/doctest.h>

#include <gradpath/autodiff/io/npz.hpp>
#include <gradpath/autodiff/ops.hpp>

#include "answers.hpp"

namespace {

using namespace gradpath;
using Json = nlohmann::ordered_json;

/// A network of that name, with the first of its rows in a folder.
class Exported {
public:
    explicit Exported(const std::string& name)
        : file_(std::string(GRADPATH_SOURCE_DIR) + "/tests/models/onnx/torch/" + name) {
        const Tensor rows = io::read_npz(file_ + ".npz", "x");
        io::write_npy(folder_ / "row.npy", slice(rows, 0, 0, 1).to(DType::float32));
    }
    Json explained(const std::string& method) const {
        return program::json_of("explain " + file_ + ".onnx --input row.npy --dtype f64 --json --method " + method,
                                folder_);
    }

private:
    program::Folder folder_;
    std::string file_;  // without its ending
};

/// The attributions sum to f(input) - f(baseline).
void check_complete(const Json& d, double tolerance) {
    CAPTURE(d["method"].get<std::string>());
    CHECK(d["relative_delta"][0].get<double>() < tolerance);
}

}  // namespace

TEST_CASE("convolutional networks exported by PyTorch are explained by paths, rules, coalitions and geodesics") {
    for (const char* name : {"residual", "separable"}) {
        CAPTURE(name);
        const Exported net(name);
        check_complete(net.explained("integrated-gradients"), 1e-6);
        check_complete(net.explained("deep-lift"), 1e-9);
        const Json patches = net.explained("shapley --groups patches:8x8");
        check_complete(patches, 1e-9);
        CHECK(patches["players"]["shape"] == Json({1, 4}));
        check_complete(net.explained("geodesic-ig --steps 16"), 1e-3);
        const Json map = net.explained("grad-cam");
        CHECK(map["values"]["shape"] == Json({1, 1, 16, 16}));
        CHECK(map["sum"][0] > 0);
    }
}

TEST_CASE("a perceptron exported by PyTorch is explained by paths, rules, coalitions and geodesics") {
    const Exported net("mlp");
    check_complete(net.explained("integrated-gradients"), 1e-6);
    check_complete(net.explained("deep-lift"), 1e-9);
    check_complete(net.explained("shapley"), 1e-9);
    check_complete(net.explained("geodesic-ig --steps 64"), 1e-3);
}

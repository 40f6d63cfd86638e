#include <doctest/doctest.h>

#include <set>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/randomised.hpp>

using namespace gradpath;
using namespace gradpath::models;

namespace {

/// How many of the tensors of a have other bits than those of b.
std::set<std::string> changed(const Model& a, const Model& b) {
    const std::vector<nn::Parameter> of_a = nn::tensors(a), of_b = nn::tensors(b);
    std::set<std::string> names;
    for (std::size_t k = 0; k < of_a.size(); ++k)
        if (!same_bits(of_a[k].value, of_b[k].value)) names.insert(of_a[k].name);
    return names;
}

}  // namespace

TEST_CASE("layers forget one after the other from the output to the input, and the model itself stays as it was") {
    const Model model = make("lenet5", {}, 1), copy = model;
    const std::vector<Randomised> cascade = randomised_from_the_top(model, 2);
    std::vector<std::string> layers;
    for (const Randomised& step : cascade) layers.push_back(step.layer);
    CHECK(layers == std::vector<std::string>{"dense3", "dense2", "dense1", "conv2", "conv1"});
    std::set<std::string> forgotten;
    for (const Randomised& step : cascade) {
        forgotten.insert(step.layer + ".weight");  // biases start at 0 under any seed
        CHECK(changed(step.model, model) == forgotten);
    }
    CHECK(changed(model, copy).empty());
    CHECK(changed(cascade.back().model, make("lenet5", {}, 2)).empty());
}

TEST_CASE("buffers are forgotten with their layer, in the dtype of the model") {
    Model model = make("residual-cnn", {{"size", "8"}}, nn::Init{.seed = 1, .dtype = DType::float64});
    nn::each_tensor(model, nn::TensorVisitor([](const std::string&, Tensor& value, nn::Role role) {
                        if (role == nn::Role::buffer) value = value + 5.0;
                    }));
    const std::vector<Randomised> cascade = randomised_from_the_top(model, 3);
    CHECK(cascade.front().layer == "dense");
    CHECK(changed(cascade.back().model,
                  make("residual-cnn", {{"size", "8"}}, nn::Init{.seed = 3, .dtype = DType::float64}))
              .empty());
    CHECK(cascade.back().model(zeros({1, 1, 8, 8}, DType::float64)).dtype() == DType::float64);
}

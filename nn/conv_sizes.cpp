#include <gradpath/nn/conv_sizes.hpp>

#include <algorithm>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

void require_conv_sizes(const char* layer, Index channels, Index filters, std::initializer_list<Index> kernel,
                        Index groups) {
    std::string lengths;
    for (const Index length : kernel) lengths += (lengths.empty() ? "" : "x") + text(length);
    require<ShapeError>(channels >= 1 && filters >= 1 && std::min(kernel) >= 1 && groups >= 1, layer,
                        ": channels, filters, kernel and groups must be at least 1: they are ", channels, ", ", filters,
                        ", ", lengths, " and ", groups);
    require<ShapeError>(channels % groups == 0 && filters % groups == 0, layer,
                        ": groups must divide channels and filters: ", groups, " groups, ", channels, " channels, ",
                        filters, " filters");
}

Tensor with_bias(const Tensor& y, const Tensor& bias) {
    if (!bias) return y;
    Shape shape{bias.size()};
    while (shape.rank() + 1 < y.rank()) shape = shape.joined({1});
    return y + reshape(bias, shape);
}

}  // namespace gradpath::nn

// Looking up is a gather, so the slope of a row of the table is the sum over the places that name it.
#include <gradpath/nn/embedding.hpp>

#include <cmath>
#include <vector>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/ops.hpp>

namespace gradpath::nn {

Embedding::Embedding(Index count, Index width, const EmbeddingOptions& options) {
    require<ShapeError>(count >= 1 && width >= 1, "embedding: count and width must be at least 1: they are ", count,
                        " and ", width);
    weight = initial({count, width}, options.init);
}

Tensor Embedding::operator()(const Indices& positions) const {
    const Index count = weight.rows();
    for (Index i = 0; i < positions.size(); ++i)
        require(positions[i] >= 0 && positions[i] < count, "embedding: positions must lie in [0, ", count, "): number ",
                i, " is ", positions[i]);
    return gather(weight, positions, 0);
}

Tensor Embedding::operator()(const Tensor& x) const {
    std::vector<Index> positions;
    positions.reserve(static_cast<std::size_t>(x.size()));
    for (Index i = 0; i < x.size(); ++i) {
        const double number = x.at(i);
        require(std::abs(number) < 1e15 && std::trunc(number) == number,
                "embedding: positions must be whole numbers: number ", i, " is ", number);
        positions.push_back(static_cast<Index>(number));
    }
    return (*this)(Indices(x.shape(), positions));
}

}  // namespace gradpath::nn

// Numbers in and out of tensors, and the few sums that vectors need.
#include <gradpath/autodiff/minimize/flat.hpp>

#include <cmath>
#include <numeric>

namespace gradpath::minimize {

Numbers pack(const std::vector<Tensor>& list) {
    Numbers numbers;
    for (const Tensor& t : list) {
        const Tensor wide = detached(t).to(DType::float64);
        const std::span<const double> values = wide.data<double>();
        numbers.insert(numbers.end(), values.begin(), values.end());
    }
    return numbers;
}

std::vector<Tensor> unpack(const Numbers& numbers, const std::vector<Tensor>& like) {
    std::vector<Tensor> list;
    std::span<const double> left = numbers;
    for (const Tensor& t : like) {
        const auto count = static_cast<std::size_t>(t.size());
        list.push_back(Tensor(t.shape(), left.first(count)).to(t.dtype()));
        left = left.subspan(count);
    }
    return list;
}

double dot(const Numbers& a, const Numbers& b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0); }

double largest(const Numbers& a) {
    double most = 0;
    for (const double value : a)
        if (!(std::abs(value) <= most)) most = std::abs(value);
    return most;
}

Numbers along(const Numbers& x, double step, const Numbers& way) {
    Numbers result(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) result[i] = x[i] + step * way[i];
    return result;
}

}  // namespace gradpath::minimize

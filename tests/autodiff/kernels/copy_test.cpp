#include "sets.hpp"

using namespace gradpath;
using namespace gradpath::tests;

namespace {

/// The definition: one number at a time.
template <class T>
void copy_plainly(std::span<const Index> lengths, const T* x, std::span<const Index> strides_x, T* y,
                  std::span<const Index> strides_y) {
    if (lengths.empty()) {
        *y = *x;
        return;
    }
    for (Index i = 0; i < lengths[0]; ++i)
        copy_plainly(lengths.subspan(1), x + i * strides_x[0], strides_x.subspan(1), y + i * strides_y[0],
                     strides_y.subspan(1));
}

}  // namespace

TEST_CASE("a strided copy moves every number to its place, for random permutations, slices and broadcasts") {
    std::mt19937 random(1);
    for (int trial = 0; trial < 600; ++trial) {
        const std::size_t rank = random() % 6;
        std::vector<Index> lengths, order, strides_x(rank), strides_y(rank);
        Index size_x = 1, size_y = 1;
        for (std::size_t i = 0; i < rank; ++i) {
            lengths.push_back(static_cast<Index>(random() % (trial % 10 == 0 ? 40 : 6)) + (trial % 20 != 1));
            order.insert(order.begin() + static_cast<std::ptrdiff_t>(random() % (i + 1)), static_cast<Index>(i));
        }
        for (std::size_t i = rank;
             i-- > 0;) {  // x: permuted, some axes repeated, some with a gap; y: in order, with gaps
            const auto axis = static_cast<std::size_t>(order[i]);
            const bool repeated = random() % 5 == 0;
            strides_x[axis] = repeated ? 0 : size_x;
            if (!repeated) size_x *= lengths[axis] + static_cast<Index>(random() % 3 == 0);
            strides_y[i] = size_y;
            size_y *= lengths[i] + static_cast<Index>(random() % 4 == 0);
        }
        if (size_y > 2000000) continue;
        const auto x = uniform<float>(size_x, -1, 1, 2);
        std::vector<float> expected(static_cast<std::size_t>(size_y), 7.0F);
        const Guarded<float> from(x), to(expected);
        copy_plainly<float>(lengths, x.data(), strides_x, expected.data(), strides_y);
        kernels::copy_strided<float>(lengths, from.data(), strides_x, to.data(), strides_y);
        CHECK(std::equal(to.begin(), to.end(), expected.begin()));
    }
}

TEST_CASE("large transposes and repeats are exact on any number of threads") {
    const auto x = uniform<double>(300 * 410, -1, 1, 3);
    const auto transpose = [&] {
        std::vector<double> y(x.size());
        kernels::copy_strided<double>(std::vector<Index>{410, 300}, x.data(), std::vector<Index>{1, 410}, y.data(),
                                      std::vector<Index>{300, 1});
        return y;
    };
    const auto y = transpose();
    bool right = true;
    for (std::size_t i = 0; i < 410; ++i)
        for (std::size_t j = 0; j < 300; ++j) right = right && y[i * 300 + j] == x[j * 410 + i];
    CHECK(right);
    CHECK(same_on_any_threads(transpose));
    std::vector<double> ones(100000, 0.0);
    kernels::copy_strided<double>(std::vector<Index>{100000}, x.data(), std::vector<Index>{0}, ones.data(),
                                  std::vector<Index>{1});
    CHECK(ones == std::vector<double>(100000, x[0]));
}

TEST_CASE("fill writes its value everywhere and nowhere else") {
    for (const Index n : {0, 1, 5, 50000}) {
        const Guarded<float> y(n);
        kernels::fill(y.data(), 2.5F, n);
        CHECK(std::count(y.begin(), y.end(), 2.5F) == n);
    }
}

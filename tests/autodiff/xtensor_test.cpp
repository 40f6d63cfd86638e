// The bridge to xtensor, and the functions of xtensor that go wrong without the flag it asserts.
#include <doctest/doctest.h>

#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/xtensor.hpp>

#include <xtensor/xbuilder.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xpad.hpp>
#include <xtensor/xview.hpp>

#include <utility>
#include <vector>

using namespace gradpath;

template <class T>
concept Viewable = requires(T&& t) {
    gradpath::view<float>(std::forward<T>(t));
};

TEST_CASE("a view shows the tensor's own numbers in its own shape") {
    const Tensor t({2, 3}, {1, 2, 3, 4, 5, 6});
    const auto v = gradpath::view<float>(t);
    CHECK(v.dimension() == 2);
    CHECK(v.shape(0) == 2);
    CHECK(v.shape(1) == 3);
    CHECK(v(1, 2) == 6.0f);
    CHECK(&v(0, 0) == t.data<float>().data());
}

TEST_CASE("a view of the other dtype is refused") {
    const Tensor t({2}, {1, 2}, DType::float64);
    CHECK_THROWS_AS(gradpath::view<float>(t), DTypeError);
}

TEST_CASE("a view of a temporary does not compile") {
    CHECK(Viewable<const Tensor&>);
    CHECK_FALSE(Viewable<Tensor>);
}

TEST_CASE("xtensor's variance of a view is right") {
    const Tensor t({2, 3}, {1, 2, 3, 4, 6, 8}, DType::float64);
    CHECK(xt::variance(gradpath::view<double>(t))() == doctest::Approx(17.0 / 3));  // mean 4, squares 9 4 1 0 4 16
    const xt::xarray<double> rows = xt::variance(gradpath::view<double>(t), {1});
    CHECK(rows.dimension() == 1);
    CHECK(rows(0) == doctest::Approx(2.0 / 3));
    CHECK(rows(1) == doctest::Approx(8.0 / 3));
}

TEST_CASE("xtensor's pad of a view keeps two axes") {
    const Tensor t({2, 2}, {1, 2, 3, 4}, DType::float64);
    const xt::xarray<double> padded = xt::pad(gradpath::view<double>(t), {{1, 0}, {0, 1}});
    CHECK(same_bits(tensor_from(padded), Tensor({3, 3}, {0, 0, 0, 1, 2, 0, 3, 4, 0}, DType::float64)));
}

TEST_CASE("a tensor is made from any expression and takes its dtype from it") {
    const Tensor a({2, 2}, {1, 2, 3, 4}), b({2, 2}, {10, 20, 30, 40});
    const Tensor sum = tensor_from(gradpath::view<float>(a) + gradpath::view<float>(b));
    CHECK(same_bits(sum, add(a, b)));
    CHECK(tensor_from(xt::linspace<double>(0, 1, 3)).dtype() == DType::float64);
    const Tensor column = tensor_from(xt::view(gradpath::view<float>(a), xt::all(), 1));
    CHECK(same_bits(column, Tensor({2}, {2, 4})));
}

TEST_CASE("column-major arrays become row-major tensors") {
    const xt::xarray<double, xt::layout_type::column_major> columns = {{1, 2, 3}, {4, 5, 6}};
    CHECK(same_bits(tensor_from(columns), Tensor({2, 3}, {1, 2, 3, 4, 5, 6}, DType::float64)));
}

TEST_CASE("one number and no numbers cross the bridge both ways") {
    const Tensor one = scalar(3, DType::float64), none = zeros({0, 4}, DType::float64);
    CHECK(gradpath::view<double>(one)() == 3.0);
    CHECK(same_bits(tensor_from(gradpath::view<double>(one)), one));
    CHECK(same_bits(tensor_from(gradpath::view<double>(none)), none));
}

TEST_CASE("indices cross the bridge both ways") {
    const Indices i({2, 2}, std::vector<Index>{3, 1, 4, 1});
    CHECK(gradpath::view(i)(1, 0) == 4);
    const Indices back = indices_from(gradpath::view(i) + 1);
    CHECK(back.shape() == Shape{2, 2});
    CHECK(back[0] == 4);
    CHECK(indices_from(xt::arange<int>(3)).size() == 3);
}

TEST_CASE("more than eight axes are refused with their number") {
    const xt::xarray<double> deep = xt::ones<double>(std::vector<std::size_t>(9, 1));
    CHECK_THROWS_AS(tensor_from(deep), ShapeError);
}

// Linear algebra against closed forms and laws. Derivatives are the op list's business; here stand those at matrices
// that it avoids: singular ones, equal eigenvalues.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>

#include <gradpath/autodiff/autodiff.hpp>

#include "kernels/sets.hpp"

using namespace gradpath;

namespace {

const DType f64 = DType::float64;
const double inf = std::numeric_limits<double>::infinity(), missing = std::numeric_limits<double>::quiet_NaN();

Tensor matrix(Index n, std::initializer_list<double> values) { return Tensor({n, n}, values, f64); }
Tensor draw(const Shape& shape, std::uint64_t stream = 0, DType dtype = f64) {
    return random::uniform(shape, -1, 1, {.seed = 7, .stream = stream, .dtype = dtype});
}
Tensor random_matrices(const Shape& shape) {
    return random::uniform(shape, -1, 1, {.seed = *rc::gen::arbitrary<std::uint64_t>(), .dtype = f64});
}
Shape random_shape() {
    const Index batch = *rc::gen::inRange<Index>(0, 4), n = *rc::gen::inRange<Index>(0, 9);
    return Shape{batch, n, n};
}
double distance(const Tensor& a, const Tensor& b) {
    REQUIRE(a.shape() == b.shape());
    double most = 0;
    for (Index i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a.at(i) - b.at(i)));
    return most;
}
Tensor times_own_transpose(const Tensor& l) { return matmul(l, l, {.transpose_b = true}); }
Tensor identity_like(const Tensor& a) { return broadcast_to(identity_matrix(a.shape()[-1], a.dtype()), a.shape()); }
Tensor positive(const Tensor& x) { return times_own_transpose(x) + identity_like(x) * 0.1; }
Tensor rebuilt(const Eigh& e) {
    return matmul(matmul(e.vectors, diagonal_matrix(e.values)), e.vectors, {.transpose_b = true});
}
/// 1 / (i + j + 1)
Tensor hilbert(Index n) {
    std::vector<double> values;
    for (Index i = 0; i < n; ++i)
        for (Index j = 0; j < n; ++j) values.push_back(1 / static_cast<double>(i + j + 1));
    return Tensor({n, n}, values);
}
void holds(const char* law, auto&& property) { CHECK_MESSAGE(rc::check(law, property), law); }

}  // namespace

TEST_CASE("triangles, diagonals and traces are NumPy's") {
    const Tensor x = Tensor({2, 3}, {1, 2, 3, 4, 5, 6}, f64);
    CHECK(same_bits(tril(x), Tensor({2, 3}, {1, 0, 0, 4, 5, 0}, f64)));
    CHECK(same_bits(tril(x, 1), Tensor({2, 3}, {1, 2, 0, 4, 5, 6}, f64)));
    CHECK(same_bits(tril(x, -1), Tensor({2, 3}, {0, 0, 0, 4, 0, 0}, f64)));
    CHECK(same_bits(triu(x), Tensor({2, 3}, {1, 2, 3, 0, 5, 6}, f64)));
    CHECK(same_bits(triu(x, 1), Tensor({2, 3}, {0, 2, 3, 0, 0, 6}, f64)));
    CHECK(same_bits(diagonal(x), Tensor({2}, {1, 5}, f64)));
    CHECK(same_bits(diagonal_matrix(Tensor({2}, {1, 5}, f64)), matrix(2, {1, 0, 0, 5})));
    CHECK(trace(matrix(2, {1, 2, 3, 4})).item() == 5);
    CHECK(same_bits(trace(Tensor({2, 1, 1}, {3, 4})), Tensor({2}, {3, 4})));
    CHECK(trace(zeros({0, 0})).item() == 0);
    CHECK(tril(matrix(2, {1, missing, 2, 3})).at(1) == 0);
}

TEST_CASE("factors and solutions by hand") {
    CHECK(same_bits(cholesky(matrix(2, {4, 99, 2, 5})), matrix(2, {2, 0, 1, 2})));  // the upper triangle is not read
    CHECK(same_bits(solve(matrix(2, {0, 2, 4, 0}), Tensor({2}, {6, 8}, f64)), Tensor({2}, {2, 3}, f64)));
    CHECK(same_bits(solve(matrix(2, {0, 2, 4, 0}), Tensor({2}, {8, 6}, f64), {.transpose = true}),
                    Tensor({2}, {3, 2}, f64)));
    const Tensor t = matrix(2, {2, 9, 4, 5}), b = Tensor({2}, {2, 14}, f64);
    CHECK(same_bits(triangular_solve(t, b), Tensor({2}, {1, 2}, f64)));
    CHECK(same_bits(triangular_solve(matrix(2, {2, 4, 9, 5}), b, {.lower = false, .transpose = true}),
                    Tensor({2}, {1, 2}, f64)));
    CHECK(same_bits(inverse(matrix(2, {2, 0, 0, 4})), matrix(2, {0.5, 0, 0, 0.25})));
    CHECK(same_bits(inverse(Tensor({1, 1}, {4})), Tensor({1, 1}, {0.25})));
}

TEST_CASE("a Hilbert matrix of five has the determinant and the inverse of the textbook") {
    const Tensor h = hilbert(5);
    CHECK(tests::close(determinant(h).item(), 1.0 / 266716800000.0, 1e-11));
    const Tensor back = inverse(h);
    CHECK(tests::close(back.at(0), 25, 1e-9));
    CHECK(tests::close(back.at(24), 44100, 1e-9));
    CHECK(tests::close(log_determinant(h).log.item(), -std::log(266716800000.0), 1e-12));
    CHECK(tests::close(cofactors(h).at(0) * 266716800000.0, 25, 1e-9));
}

TEST_CASE("determinants of a rotation, a swap, a diagonal, one number and nothing") {
    const double c = std::cos(0.3), s = std::sin(0.3);
    CHECK(tests::close(determinant(matrix(2, {c, -s, s, c})).item(), 1, 1e-15));
    CHECK(determinant(matrix(2, {0, 1, 1, 0})).item() == -1);
    CHECK(determinant(diagonal_matrix(Tensor({3}, {2, -3, 4}))).item() == -24);
    CHECK(determinant(Tensor({1, 1}, {-7})).item() == -7);
    CHECK(determinant(zeros({0, 0})).item() == 1);
    CHECK(log_determinant(zeros({0, 0})).log.item() == 0);
    CHECK(determinant(zeros({0, 3, 3})).shape() == Shape{0});
    const LogDeterminant tiny = log_determinant(identity_matrix(60, f64) * -1e-20);
    CHECK(tiny.sign.item() == 1);
    CHECK(tests::close(tiny.log.item(), -60 * 20 * std::log(10), 1e-14));
    const LogDeterminant singular = log_determinant(matrix(2, {1, 2, 2, 4}));
    CHECK(singular.sign.item() == 0);
    CHECK(singular.log.item() == -inf);
    CHECK(log_determinant(matrix(2, {0, 1, 1, 0})).sign.item() == -1);
}

TEST_CASE("the slope of a determinant is right at singular matrices: their cofactors") {
    CHECK(same_bits(cofactors(matrix(2, {1, 2, 2, 4})), matrix(2, {4, -2, -2, 1})));
    CHECK(same_bits(cofactors(zeros({2, 2}, f64)), zeros({2, 2}, f64)));
    CHECK(same_bits(cofactors(zeros({1, 1}, f64)), ones({1, 1}, f64)));
    CHECK(distance(cofactors(diagonal_matrix(Tensor({3}, {2, 0, 5}, f64))),
                   diagonal_matrix(Tensor({3}, {0, 10, 0}, f64))) == 0);
    CHECK(same_bits(cofactors(diagonal_matrix(Tensor({3}, {2, 0, 0}, f64))), zeros({3, 3}, f64)));
    const Tensor rank_two = tracked(matrix(3, {1, 2, 3, 4, 5, 6, 7, 8, 9}));
    CHECK(distance(grad(determinant(rank_two), rank_two), matrix(3, {-3, 6, -3, 6, -12, 6, -3, 6, -3})) < 1e-13);
}

TEST_CASE("eigenvalues and vectors by hand, ascending, the largest entry of a vector positive") {
    const Eigh e = eigh(matrix(2, {2, 99, 1, 2}));  // the upper triangle is not read
    CHECK(tests::close(e.values.at(0), 1, 1e-15));
    CHECK(tests::close(e.values.at(1), 3, 1e-15));
    const double r = std::sqrt(0.5);
    CHECK(tests::close(std::abs(e.vectors.at(0)), r, 1e-15));
    CHECK(e.vectors.at(0) * e.vectors.at(2) < 0);
    CHECK(tests::close(e.vectors.at(1), r, 1e-15));
    CHECK(tests::close(e.vectors.at(3), r, 1e-15));
    const Eigh diagonal_one = eigh(diagonal_matrix(Tensor({3}, {5, -1, 2}, f64)));
    CHECK(same_bits(diagonal_one.values, Tensor({3}, {-1, 2, 5}, f64)));
    CHECK(same_bits(diagonal_one.vectors, matrix(3, {0, 0, 1, 1, 0, 0, 0, 1, 0})));
    CHECK(eigh(zeros({0, 0})).vectors.shape() == Shape{0, 0});
    CHECK(eigh(zeros({0, 2, 2})).values.shape() == Shape{0, 2});
    CHECK(eigh(Tensor({1, 1}, {-3})).vectors.item() == 1);
    CHECK(tests::close(eigh(matrix(2, {2e300, 0, 1e300, 2e300})).values.at(1), 3e300, 1e-15));
    CHECK(tests::close(eigh(matrix(2, {2e-310, 0, 1e-310, 2e-310})).values.at(1), 3e-310, 1e-12));
}

TEST_CASE("the second difference has the eigenvalues 2 - 2 cos, at 64 x 64, too") {
    for (const Index n : {3, 64}) {
        const Tensor one = identity_matrix(n, f64), down = pad(slice(one, 0, 0, n - 1), {{1, 0}, {0, 0}});
        const Eigh e = eigh(one * 2.0 - down - transpose(down));
        for (Index k = 0; k < n; ++k) {
            const double angle = std::acos(-1.0) * static_cast<double>(k + 1) / static_cast<double>(n + 1);
            CHECK(std::abs(e.values.at(k) - (2 - 2 * std::cos(angle))) < 5e-14);
        }
        CHECK(distance(times_own_transpose(e.vectors), one) < 1e-14);
    }
}

TEST_CASE("slopes of equal eigenvalues: of a function of all of them, and of the projector on their space") {
    const Tensor twice = matrix(3, {2, 0, 0, 0, 2, 0, 0, 0, 5});
    const Tensor a = tracked(twice);
    const Tensor v = matrix(3, {1, 2, 3, 2, 4, 5, 3, 5, 6});
    // Σ wᵏ = tr Aᵏ, whose slope is k Aᵏ⁻¹
    CHECK(distance(grad(sum(pow(eigh(a).values, 3.0)), a), matmul(twice, twice) * 3.0) < 1e-13);
    const auto projector = [](const Tensor& x) {
        const Tensor plane = slice(eigh(x).vectors, 1, 0, 2);
        return matmul(plane, plane, {.transpose_b = true});
    };
    const Tensor h = v * 1e-6;
    const Tensor measured = (projector(twice + h) - projector(twice - h)) / 2e-6;
    const Tensor seen = jvp(projector, twice, v).tangent;
    CHECK(distance(seen, measured) < 1e-8);
}

TEST_CASE("laws of factors and solutions on random matrices and batches") {
    holds("L Lᵀ = A", [] {
        const Tensor a = positive(random_matrices(random_shape())), l = cholesky(a);
        RC_ASSERT(distance(times_own_transpose(l), a) < 1e-14 * 16);
        RC_ASSERT(same_bits(l, tril(l)));
    });
    holds("A x = b", [] {
        const Shape shape = random_shape();
        const Tensor a = random_matrices(shape) + identity_like(zeros(shape, f64)) * 4.0;
        const Tensor b = random_matrices({shape[1], 3});
        const bool transpose = *rc::gen::arbitrary<bool>();
        const Tensor x = solve(a, b, {.transpose = transpose});
        RC_ASSERT(distance(matmul(a, x, {.transpose_a = transpose}), broadcast_to(b, x.shape())) < 1e-13);
        const Tensor y = triangular_solve(a, b, {.transpose = transpose});
        RC_ASSERT(distance(matmul(tril(a), y, {.transpose_a = transpose}), broadcast_to(b, y.shape())) < 1e-13);
    });
    holds("det(A B) = det A det B, and the logarithm says the same", [] {
        const Shape shape = random_shape();
        const Tensor a = random_matrices(shape), b = random_matrices(shape);
        RC_ASSERT(distance(determinant(matmul(a, b)), determinant(a) * determinant(b)) < 1e-12);
        const auto [sign, log] = log_determinant(a);
        RC_ASSERT(distance(sign * exp(log), determinant(a)) < 1e-12);
    });
    holds("A adj(A) = det(A) 1", [] {
        const Tensor a = random_matrices(random_shape());
        const Tensor det = reshape(determinant(a), Shape{a.rows(), 1, 1});
        RC_ASSERT(distance(matmul(a, cofactors(a), {.transpose_b = true}), det * identity_like(a)) < 1e-12);
    });
    holds("V diag(w) Vᵀ = A with orthogonal V and ascending w", [] {
        const Tensor x = random_matrices(random_shape()), a = x + transpose(x);
        const Eigh e = eigh(a);
        RC_ASSERT(distance(rebuilt(e), a) < tests::kernel<double>);  // n ‖A‖ roundings are up to 3e-14
        RC_ASSERT(distance(times_own_transpose(e.vectors), identity_like(a)) < 1e-14);
        for (Index i = 0; i + 1 < e.values.size(); ++i)
            RC_ASSERT((i + 1) % a.shape()[-1] == 0 || e.values.at(i) <= e.values.at(i + 1));
    });
}

TEST_CASE("the laws hold at 64 x 64, in both dtypes") {
    for (const DType dtype : {DType::float32, f64}) {
        const double rounding = dtype == f64 ? 1e-12 : 1e-4;
        const Tensor x = draw({2, 64, 64}, 1, dtype), a = positive(x), b = draw({64, 5}, 2, dtype);
        CHECK(distance(times_own_transpose(cholesky(a)), a) < rounding);
        const Tensor general = x + identity_like(x) * 8.0;
        CHECK(distance(matmul(general, solve(general, b)), broadcast_to(b, {2, 64, 5})) < rounding);
        CHECK(distance(rebuilt(eigh(a)), a) < rounding);
        const Tensor twice = log_determinant(a).log, half = sum(log(diagonal(cholesky(a))), {.axes = {-1}});
        CHECK(distance(twice, half * 2.0) < 100 * rounding);
    }
}

TEST_CASE("linear algebra gives the same bits on any number of threads, and for a matrix alone") {
    const Tensor x = draw({9, 24, 24}), a = positive(x);
    const auto all = [&](const Tensor& m) {
        const Eigh e = eigh(m);
        return std::vector<Tensor>{cholesky(m), solve(m, x), determinant(m), cofactors(m), log_determinant(m).log,
                                   e.values,    e.vectors};
    };
    CHECK(tests::same_on_any_threads([&] {
        std::vector<double> bits;
        for (const Tensor& t : all(a)) bits.insert(bits.end(), t.data<double>().begin(), t.data<double>().end());
        return bits;
    }));
    CHECK(same_bits(cholesky(slice(a, 0, 3, 4)), slice(cholesky(a), 0, 3, 4)));
    CHECK(same_bits(eigh(slice(a, 0, 3, 4)).vectors, slice(eigh(a).vectors, 0, 3, 4)));
}

TEST_CASE("NaN and infinity are told or passed on, never lost") {
    const Tensor bad = matrix(2, {1, 0, missing, 1});
    CHECK(std::isnan(determinant(bad).item()));
    CHECK(std::isnan(determinant(matrix(2, {0, 0, 0, inf})).item()));
    CHECK(std::isnan(log_determinant(bad).log.item()));
    CHECK(std::isnan(cofactors(bad).at(0)));
    CHECK_THROWS_AS(cholesky(bad), NumericError);
    CHECK_THROWS_AS(solve(bad, ones({2}, f64)), NumericError);
    CHECK_THROWS_AS(solve(matrix(2, {missing, 1, 1, 1}), ones({2}, f64)), NumericError);
    CHECK(std::isnan(solve(identity_matrix(2, f64), Tensor({2}, {missing, 1}, f64)).at(0)));
    CHECK_THROWS_WITH_AS(eigh(bad), "eigh: the matrix must be finite: entry (1, 0) of matrix 0 is nan", NumericError);
}

TEST_CASE("linear algebra says which matrix and pivot, and which shapes do not fit") {
    const std::string help = "; a small multiple of the identity added to it may help";
    const Tensor pair = concat({reshape(identity_matrix(2, f64), {1, 2, 2}), Tensor({1, 2, 2}, {1, 2, 2, 3}, f64)});
    CHECK_THROWS_WITH_AS(cholesky(pair),
                         ("cholesky: the matrix must be positive definite: pivot 1 of matrix 1 is -1" + help).c_str(),
                         NumericError);
    CHECK_THROWS_WITH_AS(solve(matrix(2, {1, 2, 2, 4}), ones({2}, f64)),
                         ("solve: the matrix must be regular: pivot 1 of matrix 0 is 0" + help).c_str(), NumericError);
    CHECK_THROWS_WITH_AS(triangular_solve(matrix(2, {1, 2, 2, 0}), ones({2}, f64)),
                         ("triangular_solve: the matrix must be regular: pivot 1 of matrix 0 is 0" + help).c_str(),
                         NumericError);
    const Tensor singular = tracked(matrix(2, {1, 2, 2, 4}));
    CHECK_THROWS_WITH_AS(
        grad(log_determinant(singular).log, singular),
        ("while differentiating log_determinant: solve: the matrix must be regular: pivot 1 of matrix 0 is 0" + help)
            .c_str(),
        NumericError);
    const std::string square = ": the last two axes must be those of a square matrix: the shape is ";
    CHECK_THROWS_WITH_AS(cholesky(ones({2, 3})), ("cholesky" + square + "(2, 3)").c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(determinant(ones({3})), ("determinant" + square + "(3,)").c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(cofactors(ones({2, 3})), ("cofactors" + square + "(2, 3)").c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(log_determinant(ones({2, 3})), ("log_determinant" + square + "(2, 3)").c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(eigh(ones({2, 3})), ("eigh" + square + "(2, 3)").c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(inverse(ones({2, 3})), ("inverse" + square + "(2, 3)").c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(trace(ones({2, 3})), ("trace" + square + "(2, 3)").c_str(), ShapeError);
    CHECK_THROWS_WITH_AS(solve(ones({2, 2}), ones({3, 2})),
                         "solve: b must have one row for each of a: (2, 2) and (3, 2)", ShapeError);
    CHECK_THROWS_WITH_AS(triangular_solve(ones({2, 2}), scalar(1)),
                         "triangular_solve: b must have one row for each of a: (2, 2) and ()", ShapeError);
    CHECK_THROWS_WITH_AS(solve(ones({2, 2}), ones({2}, f64)),
                         "solve: inputs must have one dtype: got float32 and float64; convert with .to()", DTypeError);
    CHECK_THROWS_WITH_AS(tril(ones({3})), "tril: a matrix has two axes: the shape is (3,)", ShapeError);
    CHECK_THROWS_WITH_AS(triu(ones({3})), "triu: a matrix has two axes: the shape is (3,)", ShapeError);
    CHECK_THROWS_WITH_AS(diagonal(ones({3})), "diagonal: a matrix has two axes: the shape is (3,)", ShapeError);
    CHECK_THROWS_WITH_AS(diagonal_matrix(scalar(1)),
                         "diagonal_matrix: a diagonal has one axis at least: the shape is ()", ShapeError);
}

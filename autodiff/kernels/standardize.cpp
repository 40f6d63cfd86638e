// Standardising groups: a group's numbers stand in `outer` rows of `inner` each. A group is read three times by one
// thread, while it is still in its cache. A row is summed in the kernels' fixed tree, the rows of a group in double in
// their order, and the variance is taken around the mean, so large means cost no digits.
#include <algorithm>
#include <array>
#include <cmath>

#include <gradpath/autodiff/kernels/parallel.hpp>
#include <gradpath/autodiff/kernels/scratch.hpp>
#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {
namespace {

/// f(group) for each group, enough of them per task to be worth handing over.
void each_group(const Groups& s, auto&& f) {
    const Index numbers = std::max<Index>(1, s.outer * s.inner);
    parallel_for(s.groups, std::max<Index>(1, 16384 / numbers), [&](Index first, Index last) {
        for (Index group = first; group < last; ++group) f(group);
    });
}

/// f(offset) for the rows of a group, added up in double.
double over_rows(const Groups& s, Index group, auto&& f) {
    double total = 0;
    for (Index o = 0; o < s.outer; ++o) total += static_cast<double>(f((o * s.groups + group) * s.inner));
    return total;
}

/// [outer, groups] → [groups, outer], so that a group is one row; or back.
template <Real T>
void transposed(Index rows, Index columns, const T* x, T* y) {
    copy_strided<T>(std::array{rows, columns}, x, std::array{columns, Index{1}}, y, std::array{Index{1}, rows});
}

/// Are the rows of one number, so that groups had better become rows?
bool thin(const Groups& s) { return s.inner == 1 && s.outer > 1; }
Groups upright(const Groups& s) { return {1, s.groups, s.outer}; }

template <Real T>
T scale_of(T variance, double epsilon) {
    return static_cast<T>(1 / std::sqrt(static_cast<double>(variance) + epsilon));
}

}  // namespace

template <Real T>
void standardize(const Groups& s, double epsilon, const T* x, const Standardized<T>& out) {
    if (thin(s)) {
        const Scratch<T> from(s.outer * s.groups), to(s.outer * s.groups);
        transposed(s.outer, s.groups, x, from.get());
        standardize<T>(upright(s), epsilon, from.get(), {to.get(), out.mean, out.variance});
        return transposed(s.groups, s.outer, static_cast<const T*>(to.get()), out.y);
    }
    const Table<T>& loops = table<T>();
    const double count = static_cast<double>(s.outer * s.inner);
    each_group(s, [&](Index group) {
        const double total = over_rows(s, group, [&](Index at) {
            T sum = 0;
            loops.sum(x + at, &sum, s.inner, 1, 0, 1);
            return sum;
        });
        const T mean = static_cast<T>(total / count);
        const double squares = over_rows(s, group, [&](Index at) { return loops.square_sum(x + at, mean, s.inner); });
        const T variance = static_cast<T>(squares / count), scale = scale_of(variance, epsilon);
        for (Index o = 0; o < s.outer; ++o) {
            const Index at = (o * s.groups + group) * s.inner;
            loops.standardize(x + at, mean, scale, out.y + at, s.inner);
        }
        out.mean[group] = mean;
        out.variance[group] = variance;
    });
}

template <Real T>
void standardize_vjp(const Groups& s, double epsilon, const StandardizedSlope<T>& in, T* dx) {
    if (thin(s)) {
        const Scratch<T> y(s.outer * s.groups), g(s.outer * s.groups), to(s.outer * s.groups);
        transposed(s.outer, s.groups, in.y, y.get());
        transposed(s.outer, s.groups, in.g, g.get());
        standardize_vjp<T>(upright(s), epsilon, {y.get(), in.variance, g.get()}, to.get());
        return transposed(s.groups, s.outer, static_cast<const T*>(to.get()), dx);
    }
    const Table<T>& loops = table<T>();
    const double count = static_cast<double>(s.outer * s.inner);
    each_group(s, [&](Index group) {
        const double plain = over_rows(s, group, [&](Index at) {
            T sum = 0;
            loops.sum(in.g + at, &sum, s.inner, 1, 0, 1);
            return sum;
        });
        const double along = over_rows(s, group, [&](Index at) { return loops.dot(in.g + at, in.y + at, s.inner); });
        const StandardizeTerms<T> terms{scale_of(in.variance[group], epsilon), static_cast<T>(plain / count),
                                        static_cast<T>(along / count)};
        for (Index o = 0; o < s.outer; ++o) {
            const Index at = (o * s.groups + group) * s.inner;
            loops.standardize_vjp(terms, in.y + at, in.g + at, dx + at, s.inner);
        }
    });
}

template void standardize(const Groups&, double, const float*, const Standardized<float>&);
template void standardize(const Groups&, double, const double*, const Standardized<double>&);
template void standardize_vjp(const Groups&, double, const StandardizedSlope<float>&, float*);
template void standardize_vjp(const Groups&, double, const StandardizedSlope<double>&, double*);

}  // namespace gradpath::kernels

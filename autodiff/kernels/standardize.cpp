// Standardising groups: a group's numbers stand in `outer` rows of `inner` each. A group is read three times by one
// thread, while it is still in its cache. A row is summed in the kernels' fixed tree, the rows of a group in double in
// their order, and the variance is taken around the mean, so large means cost no digits. Where rows are single numbers
// the groups are columns, and sums over columns take their place.
#include <algorithm>
#include <cmath>
#include <vector>

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

template <Real T>
T scale_of(T variance, double epsilon) {
    return static_cast<T>(1 / std::sqrt(static_cast<double>(variance) + epsilon));
}

/// Groups that are the columns of [outer, groups]: rows of one number would be all overhead, so the elementwise kernels
/// and the sums over columns do it, row by row.
template <Real T>
class Columns {
public:
    explicit Columns(const Groups& s)
        : rows_(s.outer), groups_(s.groups), starts_(static_cast<std::size_t>(rows_)), same_(starts_.size()) {
        for (std::size_t row = 0; row < starts_.size(); ++row) starts_[row] = static_cast<Index>(row) * groups_;
    }
    Index groups() const { return groups_; }
    Index size() const { return rows_ * groups_; }
    /// y = x op v, one number of v per column; y may be x.
    void with_each(OpCode op, const T* x, const T* v, T* y) const {
        binary_blocks(op, x, starts_.data(), 1, v, same_.data(), 1, y, rows_, groups_);
    }
    void mean(const T* x, T* v) const {
        sum(x, v, 1, rows_, groups_);
        for (Index group = 0; group < groups_; ++group) v[group] /= static_cast<T>(rows_);
    }
    /// y = x / √(variance + epsilon); y may be x.
    void scale(const T* x, const T* variance, double epsilon, T* y) const {
        const Scratch<T> scale(groups_);
        for (Index group = 0; group < groups_; ++group) scale[group] = scale_of(variance[group], epsilon);
        with_each(OpCode::mul, x, scale.get(), y);
    }

private:
    Index rows_, groups_;
    std::vector<Index> starts_, same_;  ///< where the rows of x begin, and v for each: always at 0
};
bool are_columns(const Groups& s) { return s.inner == 1 && s.outer > 1; }

template <Real T>
void standardize_columns(const Columns<T>& columns, double epsilon, const T* x, const Standardized<T>& out) {
    const Scratch<T> squares(columns.size());
    columns.mean(x, out.mean);
    columns.with_each(OpCode::sub, x, out.mean, out.y);
    unary<T>(OpCode::square, out.y, squares.get(), columns.size());
    columns.mean(squares.get(), out.variance);
    columns.scale(out.y, out.variance, epsilon, out.y);
}

template <Real T>
void standardize_columns_vjp(const Columns<T>& columns, double epsilon, const StandardizedSlope<T>& in, T* dx) {
    const Scratch<T> part(columns.size()), mean(columns.groups());
    binary<T>(OpCode::mul, in.g, 1, in.y, 1, part.get(), columns.size());
    columns.mean(part.get(), mean.get());
    columns.with_each(OpCode::mul, in.y, mean.get(), part.get());  // y mean(g y)
    columns.mean(in.g, mean.get());
    columns.with_each(OpCode::sub, in.g, mean.get(), dx);
    binary<T>(OpCode::sub, dx, 1, part.get(), 1, dx, columns.size());
    columns.scale(dx, in.variance, epsilon, dx);
}

}  // namespace

template <Real T>
void standardize(const Groups& s, double epsilon, const T* x, const Standardized<T>& out) {
    if (are_columns(s)) return standardize_columns(Columns<T>(s), epsilon, x, out);
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
    if (are_columns(s)) return standardize_columns_vjp(Columns<T>(s), epsilon, in, dx);
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

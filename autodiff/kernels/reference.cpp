// What each kernel means, in plain loops: the fallback of every machine and the oracle of the instruction sets. Sums
// are pairwise, exponentials are shifted by the largest number, and the tile of a product is a chain over its depth.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gradpath/autodiff/kernels/table.hpp>

namespace gradpath::kernels {
namespace {

template <class Formula, Real T>
void unary(const T* x, T* y, Index n) {
    for (Index i = 0; i < n; ++i) y[i] = Formula::forward(x[i]);
}

template <class Formula, Real T>
void binary(const T* a, Index step_a, const T* b, Index step_b, T* y, Index n) {
    for (Index i = 0; i < n; ++i) y[i] = Formula::forward(a[i * step_a], b[i * step_b]);
}

/// f(0) + .. + f(n-1), halves first.
template <Real T>
T pairwise(Index first, Index last, const auto& f) {
    if (last - first > 32) {
        const Index middle = first + (last - first) / 2;
        return pairwise<T>(first, middle, f) + pairwise<T>(middle, last, f);
    }
    T total = 0;
    for (Index i = first; i < last; ++i) total += f(i);
    return total;
}

template <Real T>
T largest(Index n, const auto& f) {
    T most = -std::numeric_limits<T>::infinity();
    for (Index i = 0; i < n; ++i) most = formula::Maximum::forward(most, f(i));
    return most;
}

template <Real T>
T logsumexp_of(Index n, const auto& f) {
    const T most = largest<T>(n, f);
    const T shift = std::isfinite(most) ? most : T(0);
    return std::log(pairwise<T>(0, n, [&](Index i) { return std::exp(f(i) - shift); })) + shift;
}

template <Real T>
void sum(const T* x, T* y, Index length, Index inner, Index first, Index last) {
    for (Index i = first; i < last; ++i) y[i] = pairwise<T>(0, length, [&](Index l) { return x[l * inner + i]; });
}

template <Real T>
void max(const T* x, T* y, Index length, Index inner, Index first, Index last) {
    for (Index i = first; i < last; ++i) y[i] = largest<T>(length, [&](Index l) { return x[l * inner + i]; });
}

template <Real T>
void logsumexp(const T* x, T* y, Index length, Index inner, Index first, Index last) {
    for (Index i = first; i < last; ++i) y[i] = logsumexp_of<T>(length, [&](Index l) { return x[l * inner + i]; });
}

template <Real T>
void softmax(const T* x, T* y, Index rows, Index n) {
    for (; rows > 0; --rows, x += n, y += n) {
        const T most = largest<T>(n, [&](Index i) { return x[i]; });
        for (Index i = 0; i < n; ++i) y[i] = std::exp(x[i] - most);
        const T total = pairwise<T>(0, n, [&](Index i) { return y[i]; });
        for (Index i = 0; i < n; ++i) y[i] /= total;
    }
}

template <Real T>
void log_softmax(const T* x, T* y, Index rows, Index n) {
    for (; rows > 0; --rows, x += n, y += n) {
        const T most = largest<T>(n, [&](Index i) { return x[i]; });
        const T total = std::log(pairwise<T>(0, n, [&](Index i) { return std::exp(x[i] - most); }));
        for (Index i = 0; i < n; ++i) y[i] = x[i] - most - total;
    }
}

template <Real T>
void softmax_vjp(const T* y, const T* g, T* dx, Index rows, Index n) {
    for (; rows > 0; --rows, y += n, g += n, dx += n) {
        const T dot = pairwise<T>(0, n, [&](Index i) { return g[i] * y[i]; });
        for (Index i = 0; i < n; ++i) dx[i] = y[i] * (g[i] - dot);
    }
}

template <Real T>
T square_sum(const T* x, T centre, Index n) {
    return pairwise<T>(0, n, [=](Index i) { return (x[i] - centre) * (x[i] - centre); });
}

template <Real T>
T dot(const T* a, const T* b, Index n) {
    return pairwise<T>(0, n, [=](Index i) { return a[i] * b[i]; });
}

template <Real T>
void standardize(const T* x, T mean, T scale, T* y, Index n) {
    for (Index i = 0; i < n; ++i) y[i] = (x[i] - mean) * scale;
}

template <Real T>
void standardize_vjp(const StandardizeTerms<T>& terms, const T* y, const T* g, T* dx, Index n) {
    for (Index i = 0; i < n; ++i) dx[i] = terms.scale * (g[i] - terms.mean_g - y[i] * terms.mean_gy);
}

template <Real T, Index R, Index C>
void tile(Index depth, const T* a, Index step_row, Index step_depth, const T* b, const Index* offsets, T* c,
          Index step_c, bool add) {
    T total[R][C] = {};
    for (Index p = 0; p < depth; ++p)
        for (Index r = 0; r < R; ++r)
            for (Index j = 0; j < C; ++j) total[r][j] += a[r * step_row + p * step_depth] * b[offsets[p] + j];
    for (Index r = 0; r < R; ++r)
        for (Index j = 0; j < C; ++j) c[r * step_c + j] = add ? c[r * step_c + j] + total[r][j] : total[r][j];
}

/// 2 vectors of 4 lanes of sum(row, place in b).
template <Real T>
void store_positions(Index rows, const PositionTile<T>& tile, const auto& sum) {
    for (Index i = 0; i < 8 * rows; ++i) {
        const Index r = i / 8, v = i / 4 % 2, lane = i % 4;
        T total = sum(r, tile.from[v] + lane);
        if (tile.before != nullptr) total = tile.before[i] + total;
        tile.c[tile.to == nullptr ? i : r * tile.step + tile.to[v] + lane] = total;
    }
}

template <Real T, Index R>
void position_tile(Index depth, const T* a, Index step_row, const T* b, const Index* offsets,
                   const PositionTile<T>& tile) {
    store_positions(R, tile, [=](Index r, Index place) {
        T total = 0;
        for (Index p = 0; p < depth; ++p) total += a[r * step_row + p] * b[offsets[p] + place];
        return total;
    });
}

template <Real T, Index R>
void image_tile(const TapRuns& runs, const T* a, Index step_row, const T* b, const PositionTile<T>& tile) {
    store_positions(R, tile, [=](Index r, Index place) {
        T total = 0;
        for (const TapRun* run = runs.first; run != runs.last; ++run)
            for (Index i = run->tap, at = run->offset + place; i < run->tap + run->count; ++i, at += runs.step)
                total += a[r * step_row + i] * b[at];
        return total;
    });
}

template <Real T, Index R, Index C>
void filter_tile(Index depth, const T* a, const Index* offsets, const T* b, T* c, Index step, bool add) {
    for (Index r = 0; r < R; ++r)
        for (Index f = 0; f < C; ++f) {
            T total = 0;
            for (Index p = 0; p < depth; ++p) total += a[r + offsets[p]] * b[p * step + f];
            c[r * step + f] = add ? c[r * step + f] + total : total;
        }
}

template <Real T>
void dots(Index n, const T* a, Index step_a, Index rows, const T* b, Index step_b, Index columns, T* c, Index step_c,
          bool add) {
    for (Index i = 0; i < rows; ++i)
        for (Index j = 0; j < columns; ++j) {
            const T total = pairwise<T>(0, n, [&](Index l) { return a[i * step_a + l] * b[j * step_b + l]; });
            c[i * step_c + j] = add ? c[i * step_c + j] + total : total;
        }
}

template <Real T>
void copy_lines(const T* from, Index step_from, Index lines, Index count, T* to, Index step_to) {
    for (Index l = 0; l < lines; ++l) std::copy_n(from + l * step_from, count, to + l * step_to);
}

template <Real T>
void turn(const T* const* rows, Index count, Index depth, T* to, Index step_to) {
    for (Index p = 0; p < depth; ++p)
        for (Index r = 0; r < count; ++r) to[p * step_to + r] = rows[r][p];
}

template <Real T>
void finish(T* c, Index step, Index rows, Index columns, const T* bias, bool relu) {
    for (Index r = 0; r < rows; ++r)
        for (Index j = 0; j < columns; ++j) {
            const T sum = bias == nullptr ? c[r * step + j] : c[r * step + j] + bias[j];
            c[r * step + j] = relu ? formula::Relu::forward(sum) : sum;
        }
}

template <Real T>
void adam(const AdamStep& o, const T* gradient, T* parameter, T* mean, T* variance, Index n) {
    const T beta1 = static_cast<T>(o.beta1), rest1 = static_cast<T>(1 - o.beta1), beta2 = static_cast<T>(o.beta2);
    const T rest2 = static_cast<T>(1 - o.beta2), rate = static_cast<T>(o.rate / o.correction1);
    const T scale = static_cast<T>(1 / o.correction2), epsilon = static_cast<T>(o.epsilon);
    const T kept = static_cast<T>(1 - o.rate * o.weight_decay);
    for (Index i = 0; i < n; ++i) {
        mean[i] = beta1 * mean[i] + rest1 * gradient[i];
        variance[i] = beta2 * variance[i] + rest2 * (gradient[i] * gradient[i]);
        parameter[i] = parameter[i] * kept - rate * mean[i] / (std::sqrt(variance[i] * scale) + epsilon);
    }
}

template <Real T>
void sgd(const SgdStep& o, const T* gradient, T* parameter, T* velocity, Index n) {
    const T rate = static_cast<T>(o.rate), momentum = static_cast<T>(o.momentum),
            decay = static_cast<T>(o.weight_decay);
    for (Index i = 0; i < n; ++i) {
        const T g = gradient[i] + decay * parameter[i];
        T step = g;
        if (o.momentum != 0) {
            velocity[i] = momentum * velocity[i] + g;
            step = o.nesterov ? g + momentum * velocity[i] : velocity[i];
        }
        parameter[i] -= rate * step;
    }
}

template <Real T>
void rms_prop(const RmsPropStep& o, const T* gradient, T* parameter, const RmsPropMoments<T>& moments, Index n) {
    const T kept = static_cast<T>(o.smoothing), rest = static_cast<T>(1 - o.smoothing), rate = static_cast<T>(o.rate);
    const T epsilon = static_cast<T>(o.epsilon), momentum = static_cast<T>(o.momentum);
    const T decay = static_cast<T>(o.weight_decay);
    for (Index i = 0; i < n; ++i) {
        const T g = gradient[i] + decay * parameter[i];
        T spread = moments.square[i] = kept * moments.square[i] + rest * (g * g);
        if (o.centered) {
            const T m = moments.mean[i] = kept * moments.mean[i] + rest * g;
            spread = T(0) > spread - m * m ? T(0) : spread - m * m;
        }
        T step = g / (std::sqrt(spread) + epsilon);
        if (o.momentum != 0) step = moments.velocity[i] = momentum * moments.velocity[i] + step;
        parameter[i] -= rate * step;
    }
}

/// The formulas' places in their lists are their places in the tables: the enumeration must agree.
template <class List>
constexpr bool in_order_of_op_code(OpCode first) {
    bool right = true;
    int place = static_cast<int>(first);
    List::each([&]<class Formula>() { right = right && static_cast<int>(Formula::info.code) == place++; });
    return right;
}
static_assert(in_order_of_op_code<formula::UnaryOps>(OpCode::neg),
              "UnaryOps and op_code.hpp list ops in different order");
static_assert(in_order_of_op_code<formula::BinaryOps>(OpCode::add),
              "BinaryOps and op_code.hpp list ops in different order");

template <Real T>
void multiply_add_chains(T* x, Index rounds) {
    for (Index i = 0; i < chain_group; ++i)
        for (Index round = 0; round < rounds; ++round) x[i] = x[i] * T(0.5) + T(1);
}

template <Real T>
void fill(Table<T>& table) {
    std::size_t place = 0;
    formula::UnaryOps::each([&]<class Formula>() { table.unary[place++] = &unary<Formula, T>; });
    place = 0;
    formula::BinaryOps::each([&]<class Formula>() { table.binary[place++] = &binary<Formula, T>; });
    table.sum = &sum<T>;
    table.max = &max<T>;
    table.logsumexp = &logsumexp<T>;
    table.softmax = &softmax<T>;
    table.log_softmax = &log_softmax<T>;
    table.softmax_vjp = &softmax_vjp<T>;
    table.square_sum = &square_sum<T>;
    table.dot = &dot<T>;
    table.standardize = &standardize<T>;
    table.standardize_vjp = &standardize_vjp<T>;
    table.gemm = {.rows = 4,
                  .columns = 8,
                  .depth = 256,
                  .wide = {&tile<T, 1, 8>, &tile<T, 2, 8>, &tile<T, 3, 8>, &tile<T, 4, 8>},
                  .narrow = {&tile<T, 1, 4>, &tile<T, 2, 4>, &tile<T, 3, 4>, &tile<T, 4, 4>}};
    table.conv = {
        .lanes = 4,
        .vectors = {2, 2, 2, 2},
        .positions = {&position_tile<T, 1>, &position_tile<T, 2>, &position_tile<T, 3>, &position_tile<T, 4>},
        .images = {&image_tile<T, 1>, &image_tile<T, 2>, &image_tile<T, 3>, &image_tile<T, 4>},
        .wide = {&filter_tile<T, 1, 8>, &filter_tile<T, 2, 8>, &filter_tile<T, 3, 8>, &filter_tile<T, 4, 8>},
        .narrow = {&filter_tile<T, 1, 4>, &filter_tile<T, 2, 4>, &filter_tile<T, 3, 4>, &filter_tile<T, 4, 4>}};
    table.dots = &dots<T>;
    table.copy_lines = &copy_lines<T>;
    table.turn = &turn<T>;
    table.finish = &finish<T>;
    table.adam = &adam<T>;
    table.sgd = &sgd<T>;
    table.rms_prop = &rms_prop<T>;
    table.multiply_add_chains = &multiply_add_chains<T>;
}

}  // namespace

void fill_reference(Tables& tables) {
    fill(tables.float32);
    fill(tables.float64);
}

}  // namespace gradpath::kernels

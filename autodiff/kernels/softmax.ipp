// Softmax along rows, shifted by the largest number so that nothing overflows. Each row is computed alone.
namespace gradpath::kernels {
namespace {

/// y[i] = map(lane at i) for a row.
template <class L, class T = typename L::Scalar>
void row_map(T* y, Index n, auto&& full, auto&& part) {
    Index i = 0;
    for (; i + L::size <= n; i += L::size) full(i).store(y + i);
    if (i < n) part(i, n - i).store_some(y + i, n - i);
}

template <class L, class T = typename L::Scalar>
void softmax_loop(const T* x, T* y, Index rows, Index n) {
    for (; rows > 0; --rows, x += n, y += n) {
        const L largest = L::all(row_of<Largest, L>(x, n));
        row_map<L>(
            y, n, [&](Index i) { return exp(L::load(x + i) - largest); },
            [&](Index i, Index m) { return exp(L::load_some(x + i, m) - largest); });
        const L total = L::all(row_of<Plus, L>(y, n));
        row_map<L>(
            y, n, [&](Index i) { return L::load(y + i) / total; },
            [&](Index i, Index m) { return L::load_some(y + i, m) / total; });
    }
}

template <class L, class T = typename L::Scalar>
void log_softmax_loop(const T* x, T* y, Index rows, Index n) {
    for (; rows > 0; --rows, x += n, y += n) {
        const L largest = L::all(row_of<Largest, L>(x, n));
        const L total = log(L::all(row_exp_sum(x, n, largest)));
        row_map<L>(
            y, n, [&](Index i) { return L::load(x + i) - largest - total; },
            [&](Index i, Index m) { return L::load_some(x + i, m) - largest - total; });
    }
}

template <class L, class T = typename L::Scalar>
void softmax_vjp_loop(const T* y, const T* g, T* dx, Index rows, Index n) {
    for (; rows > 0; --rows, y += n, g += n, dx += n) {
        const L dot = L::all(row_reduce<Plus, L>(
            n, [&](Index i) { return L::load(g + i) * L::load(y + i); },
            [&](Index i, Index m) { return L::load_some(g + i, m) * L::load_some(y + i, m); }));
        row_map<L>(
            dx, n, [&](Index i) { return L::load(y + i) * (L::load(g + i) - dot); },
            [&](Index i, Index m) { return L::load_some(y + i, m) * (L::load_some(g + i, m) - dot); });
    }
}

template <class L, class T = typename L::Scalar>
void fill_softmax(Table<T>& table) {
    table.softmax = &softmax_loop<L>;
    table.log_softmax = &log_softmax_loop<L>;
    table.softmax_vjp = &softmax_vjp_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels

// Softmax along rows, shifted by the largest number so that nothing overflows. Each row is computed alone: a long one
// by vectors along it, short ones side by side, a row in each place of a vector. The length alone decides which.
namespace gradpath::kernels {
namespace {

/// y[i] = map(lane at i) for a row.
template <class L, class T = typename L::Scalar>
void row_map(T* y, Index n, auto&& full, auto&& part) {
    Index i = 0;
    for (; i + L::size <= n; i += L::size) full(i).store(y + i);
    if (i < n) part(i, n - i).store_some(y + i, n - i);
}

constexpr Index short_row = 32;

/// Up to L::size short rows, turned: lane k holds number k of each.
template <class L, class T = typename L::Scalar>
class Turned {
public:
    Turned(const T* x, Index rows, Index n) : rows_(rows < L::size ? rows : L::size), n_(n) {
        if (rows_ < L::size) std::memset(at_, 0, static_cast<std::size_t>(n * L::size) * sizeof(T));
        for (Index r = 0; r < rows_; ++r)
            for (Index k = 0; k < n; ++k) at_[k * L::size + r] = x[r * n + k];
    }
    L operator[](Index k) const { return L::load(at_ + k * L::size); }
    void set(Index k, L lane) { lane.store(at_ + k * L::size); }
    /// lane k = f(lane k, k) for all of them.
    void each(auto&& f) {
        for (Index k = 0; k < n_; ++k) set(k, f((*this)[k], k));
    }
    template <class Op>
    L total() const {
        L sum = Op::template identity<L>();
        for (Index k = 0; k < n_; ++k) sum = Op::one(sum, (*this)[k]);
        return sum;
    }
    void write(T* y) const {
        for (Index r = 0; r < rows_; ++r)
            for (Index k = 0; k < n_; ++k) y[r * n_ + k] = at_[k * L::size + r];
    }

private:
    Index rows_, n_;
    alignas(64) T at_[static_cast<std::size_t>(short_row * L::size)];
};

template <class L, class T = typename L::Scalar>
void softmax_short(const T* x, T* y, Index rows, Index n) {
    for (Index r = 0; r < rows; r += L::size) {
        Turned<L> lanes(x + r * n, rows - r, n);
        const L largest = lanes.template total<Largest>();
        lanes.each([&](L lane, Index) { return exp(lane - largest); });
        const L total = lanes.template total<Plus>();
        lanes.each([&](L lane, Index) { return lane / total; });
        lanes.write(y + r * n);
    }
}

template <class L, class T = typename L::Scalar>
void log_softmax_short(const T* x, T* y, Index rows, Index n) {
    for (Index r = 0; r < rows; r += L::size) {
        Turned<L> lanes(x + r * n, rows - r, n);
        const L largest = lanes.template total<Largest>();
        L total = L::all(0);
        for (Index k = 0; k < n; ++k) total = total + exp(lanes[k] - largest);
        total = log(total);
        lanes.each([&](L lane, Index) { return lane - largest - total; });
        lanes.write(y + r * n);
    }
}

template <class L, class T = typename L::Scalar>
void softmax_vjp_short(const T* y, const T* g, T* dx, Index rows, Index n) {
    for (Index r = 0; r < rows; r += L::size) {
        const Turned<L> slopes(g + r * n, rows - r, n);
        Turned<L> lanes(y + r * n, rows - r, n);
        L dot = L::all(0);
        for (Index k = 0; k < n; ++k) dot = dot + slopes[k] * lanes[k];
        lanes.each([&](L lane, Index k) { return lane * (slopes[k] - dot); });
        lanes.write(dx + r * n);
    }
}

template <class L, class T = typename L::Scalar>
void softmax_loop(const T* x, T* y, Index rows, Index n) {
    if (n <= short_row) return softmax_short<L>(x, y, rows, n);
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
    if (n <= short_row) return log_softmax_short<L>(x, y, rows, n);
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
    if (n <= short_row) return softmax_vjp_short<L>(y, g, dx, rows, n);
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

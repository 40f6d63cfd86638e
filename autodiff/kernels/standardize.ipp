// One row of a group that is standardised: its squares around the mean, its products, and the two maps.
namespace gradpath::kernels {
namespace {

template <class L, class T = typename L::Scalar>
T square_sum_loop(const T* x, T centre, Index n) {
    const L middle = L::all(centre);
    const auto square = [middle](L lane) { return (lane - middle) * (lane - middle); };
    return row_reduce<Plus, L>(
        n, [&](Index i) { return square(L::load(x + i)); },
        [&](Index i, Index m) { return square(L::load_some(x + i, m, centre)); });
}

template <class L, class T = typename L::Scalar>
T dot_loop(const T* a, const T* b, Index n) {
    return row_reduce<Plus, L>(
        n, [&](Index i) { return L::load(a + i) * L::load(b + i); },
        [&](Index i, Index m) { return L::load_some(a + i, m) * L::load_some(b + i, m); });
}

template <class L, class T = typename L::Scalar>
void standardize_loop(const T* x, T mean, T scale, T* y, Index n) {
    const L middle = L::all(mean), factor = L::all(scale);
    row_map<L>(
        y, n, [&](Index i) { return (L::load(x + i) - middle) * factor; },
        [&](Index i, Index m) { return (L::load_some(x + i, m) - middle) * factor; });
}

template <class L, class T = typename L::Scalar>
void standardize_vjp_loop(const StandardizeTerms<T>& terms, const T* y, const T* g, T* dx, Index n) {
    const L scale = L::all(terms.scale), plain = L::all(terms.mean_g), along = L::all(terms.mean_gy);
    const auto slope = [&](L at, L arriving) { return scale * (arriving - plain - at * along); };
    row_map<L>(
        dx, n, [&](Index i) { return slope(L::load(y + i), L::load(g + i)); },
        [&](Index i, Index m) { return slope(L::load_some(y + i, m), L::load_some(g + i, m)); });
}

template <class L, class T = typename L::Scalar>
void fill_standardize(Table<T>& table) {
    table.square_sum = &square_sum_loop<L>;
    table.dot = &dot_loop<L>;
    table.standardize = &standardize_loop<L>;
    table.standardize_vjp = &standardize_vjp_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels

// Formulas over arrays. The tail of an array goes through the same formula in a padded copy, so f(x) does not depend on
// where x stands, and nothing outside the arrays is touched.
namespace gradpath::kernels {
namespace {

template <class Formula, class L, class T = typename L::Scalar>
void unary_loop(const T* x, T* y, Index n) {
    Index i = 0;
    for (; i + L::size <= n; i += L::size) Formula::forward(L::load(x + i)).store(y + i);
    if (i < n) Formula::forward(L::load_some(x + i, n - i)).store_some(y + i, n - i);
}

template <class Formula, class L, class T = typename L::Scalar>
void binary_loop(const T* a, Index step_a, const T* b, Index step_b, T* y, Index n) {
    const auto at = [n](const T* x, Index step, Index i) {
        if (step == 0) return L::all(*x);
        return i + L::size <= n ? L::load(x + i) : L::load_some(x + i, n - i);
    };
    if (n <= 0) return;
    Index i = 0;
    if (step_a == 1 && step_b == 1) {
        for (; i + L::size <= n; i += L::size) Formula::forward(L::load(a + i), L::load(b + i)).store(y + i);
    } else if (step_a == 1) {
        const L right = L::all(*b);
        for (; i + L::size <= n; i += L::size) Formula::forward(L::load(a + i), right).store(y + i);
    } else {
        for (; i + L::size <= n; i += L::size) Formula::forward(at(a, step_a, i), at(b, step_b, i)).store(y + i);
    }
    if (i < n) Formula::forward(at(a, step_a, i), at(b, step_b, i)).store_some(y + i, n - i);
}

template <class L, class T = typename L::Scalar>
void fill_elementwise(Table<T>& table) {
    std::size_t place = 0;
    formula::UnaryOps::each([&]<class Formula>() { table.unary[place++] = &unary_loop<Formula, L>; });
    place = 0;
    formula::BinaryOps::each([&]<class Formula>() { table.binary[place++] = &binary_loop<Formula, L>; });
}

}  // namespace
}  // namespace gradpath::kernels

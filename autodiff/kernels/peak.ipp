// The fastest that multiply-adds can go: ten chains side by side hide the latency of each (four cycles, two a cycle, on
// the processors of today), and ten accumulators with both operands fit the registers of every set.
namespace gradpath::kernels {
namespace {

template <class L, class T = typename L::Scalar>
void multiply_add_loop(T* x, Index rounds) {
    constexpr int chains = 10;
    static_assert(chain_group % (chains * L::size) == 0);
    const L half = L::all(T(0.5)), one = L::all(T(1));
    for (Index first = 0; first < chain_group; first += chains * L::size) {
        L chain[chains];
#pragma GCC unroll 10
        for (int i = 0; i < chains; ++i) chain[i] = L::load(x + first + i * L::size);
        for (Index round = 0; round < rounds; ++round)
#pragma GCC unroll 10
            for (int i = 0; i < chains; ++i) chain[i] = fma(chain[i], half, one);
#pragma GCC unroll 10
        for (int i = 0; i < chains; ++i) chain[i].store(x + first + i * L::size);
    }
}

template <class L, class T = typename L::Scalar>
void fill_peak(Table<T>& table) {
    table.multiply_add_chains = &multiply_add_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels

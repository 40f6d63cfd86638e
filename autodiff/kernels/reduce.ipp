// Sums and maxima in a fixed tree: leaves are short chains in vector registers, and leaves are joined in pairs, pairs
// in pairs and so on, like the carries of a binary counter (Higham 1993: the error grows with log n). The tree depends
// on the length alone.
namespace gradpath::kernels {
namespace {

struct Plus {
    template <class N>
    static N one(N a, N b) {
        return a + b;
    }
    template <class L>
    static L identity() {
        return L::all(0);
    }
};

struct Largest {  // NaN wins
    template <class N>
    static N one(N a, N b) {
        if constexpr (std::is_floating_point_v<N>) return a > b ? a : (a <= b ? b : a + b);
        else return select(a > b, a, select(a <= b, b, a + b));
    }
    template <class L>
    static L identity() {
        return L::all(-L::infinity);
    }
};

/// K lanes that are reduced side by side.
template <class Op, class L, int K>
class Tree {
public:
    struct Strip {
        L lane[K];
    };
    static Strip identity() {
        Strip strip;
        for (int k = 0; k < K; ++k) strip.lane[k] = Op::template identity<L>();
        return strip;
    }
    void push(Strip strip) {
        for (std::uint64_t bit = count_; bit & 1; bit >>= 1) strip = join(level_[--depth_], strip);
        level_[depth_++] = strip;
        ++count_;
    }
    Strip total() {
        if (depth_ == 0) return identity();
        while (depth_ > 1) {
            --depth_;
            level_[depth_ - 1] = join(level_[depth_ - 1], level_[depth_]);
        }
        return level_[0];
    }

private:
    static Strip join(const Strip& a, const Strip& b) {
        Strip strip;
        for (int k = 0; k < K; ++k) strip.lane[k] = Op::one(a.lane[k], b.lane[k]);
        return strip;
    }
    Strip level_[56];
    int depth_ = 0;
    std::uint64_t count_ = 0;
};

/// One row of n numbers: full(i) gives the lane at i, part(i, n - i) the padded last one.
template <class Op, class L>
typename L::Scalar row_reduce(Index n, auto&& full, auto&& part) {
    constexpr Index leaf = 1024;
    Tree<Op, L, 1> tree;
    for (Index first = 0; first < n; first += leaf) {
        const Index last = n - first < leaf ? n : first + leaf;
        L a = Op::template identity<L>(), b = a, c = a, d = a;
        Index i = first;
        for (; i + 4 * L::size <= last; i += 4 * L::size) {
            a = Op::one(a, full(i));
            b = Op::one(b, full(i + L::size));
            c = Op::one(c, full(i + 2 * L::size));
            d = Op::one(d, full(i + 3 * L::size));
        }
        for (; i + L::size <= last; i += L::size) a = Op::one(a, full(i));
        if (i < last) b = Op::one(b, part(i, last - i));
        tree.push({Op::one(Op::one(a, b), Op::one(c, d))});
    }
    return tree.total().lane[0].template across<Op>();
}

/// K lanes of columns of [length, inner], each number passed through map(lane, k) first. `width` is the number of
/// columns in the last lane.
template <class Op, class L, int K>
auto strip_reduce(const typename L::Scalar* x, Index length, Index inner, Index width, auto&& map) {
    constexpr Index leaf = 32;
    using Strips = Tree<Op, L, K>;
    Strips tree;
    for (Index first = 0; first < length; first += leaf) {
        const Index last = length - first < leaf ? length : first + leaf;
        auto strip = Strips::identity();
        for (Index l = first; l < last; ++l)
            for (int k = 0; k < K; ++k) {
                const auto* at = x + l * inner + k * L::size;
                const L lane = k + 1 < K || width == L::size ? L::load(at) : L::load_some(at, width);
                strip.lane[k] = Op::one(strip.lane[k], map(lane, k));
            }
        tree.push(strip);
    }
    return tree.total();
}

/// For strips of columns first .. last-1: f.template operator()<K>(column, width of its last lane).
template <class L>
void each_strip(Index first, Index last, auto&& f) {
    Index column = first;
    for (; column + 4 * L::size <= last; column += 4 * L::size) f.template operator()<4>(column, L::size);
    for (; column < last; column += L::size)
        f.template operator()<1>(column, last - column < L::size ? last - column : L::size);
}

template <class L, int K, class Strip>
void store_strip(const Strip& strip, typename L::Scalar* y, Index width) {
    for (int k = 0; k + 1 < K; ++k) strip.lane[k].store(y + k * L::size);
    if (width == L::size) strip.lane[K - 1].store(y + (K - 1) * L::size);
    else strip.lane[K - 1].store_some(y + (K - 1) * L::size, width);
}

template <class Op, class L, class T = typename L::Scalar>
T row_of(const T* x, Index n) {
    constexpr T rest = std::is_same_v<Op, Plus> ? T(0) : -L::infinity;
    return row_reduce<Op, L>(
        n, [x](Index i) { return L::load(x + i); }, [x](Index i, Index m) { return L::load_some(x + i, m, rest); });
}

template <class Op, class L, class T = typename L::Scalar>
void reduce(const T* x, T* y, Index length, Index inner, Index first, Index last) {
    if (inner == 1) {
        if (first < last) *y = row_of<Op, L>(x, length);
        return;
    }
    each_strip<L>(first, last, [&]<int K>(Index column, Index width) {
        const auto total = strip_reduce<Op, L, K>(x + column, length, inner, width, [](L lane, int) { return lane; });
        store_strip<L, K>(total, y + column, width);
    });
}

/// What to subtract before exp: the largest number, or 0 where that is infinite.
template <class L>
L shift_of(L largest) {
    return select(abs(largest) < L::all(L::infinity), largest, L::all(0));
}

/// Σ exp(x - shift) of a row.
template <class L, class T = typename L::Scalar>
T row_exp_sum(const T* x, Index n, L shift) {
    return row_reduce<Plus, L>(
        n, [&](Index i) { return exp(L::load(x + i) - shift); },
        [&](Index i, Index m) { return exp(L::load_some(x + i, m, -L::infinity) - shift); });
}

template <class L, class T = typename L::Scalar>
void logsumexp_loop(const T* x, T* y, Index length, Index inner, Index first, Index last) {
    if (inner == 1) {
        if (first >= last) return;
        const L shift = shift_of(L::all(row_of<Largest, L>(x, length)));
        (log(L::all(row_exp_sum(x, length, shift))) + shift).store_some(y, 1);
        return;
    }
    each_strip<L>(first, last, [&]<int K>(Index column, Index width) {
        auto shift = strip_reduce<Largest, L, K>(x + column, length, inner, width, [](L lane, int) { return lane; });
        for (L& lane : shift.lane) lane = shift_of(lane);
        auto total = strip_reduce<Plus, L, K>(x + column, length, inner, width,
                                              [&](L lane, int k) { return exp(lane - shift.lane[k]); });
        for (int k = 0; k < K; ++k) total.lane[k] = log(total.lane[k]) + shift.lane[k];
        store_strip<L, K>(total, y + column, width);
    });
}

template <class L, class T = typename L::Scalar>
void fill_reduce(Table<T>& table) {
    table.sum = &reduce<Plus, L>;
    table.max = &reduce<Largest, L>;
    table.logsumexp = &logsumexp_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels

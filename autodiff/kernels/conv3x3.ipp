// Convolution of planes with kernels of three by three numbers and unit steps, where they lie: what falls beside an
// image is left out by masks. Rows of the image come one after the other; each is read once for three rows of outputs.
namespace gradpath::kernels {
namespace {

constexpr Index far = 1024;  // numbers ahead, in the planes to come: an image's planes lie one behind the other

/// A vector of outputs of each row: its lanes, and those whose taps 0, 1 and 2 meet the image.
template <class L>
struct Strip {
    Index first, count;
    Index input;  ///< what tap 0 of the first output meets; -1 is just before the row
    typename L::Part meets[3];

    Strip(const ConvGeometry& g, Index first_output)
        : first(first_output),
          count(g.out_width - first < L::size ? g.out_width - first : L::size),
          input(first - g.padding_width) {
        for (Index j = 0; j < 3; ++j) meets[j] = L::part(within(-input - j), within(g.width - input - j));
    }

private:
    Index within(Index lane) const { return lane < 0 ? 0 : (lane > count ? count : lane); }
};

/// What three taps side by side meet in a row.
template <class L, class T = typename L::Scalar>
[[gnu::always_inline]] inline void load_taps(const Strip<L>& strip, const T* row, L (&met)[3]) {
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) met[j] = L::load_part(row + strip.input + j, strip.meets[j]);
}

/// One strip of one channel. An instance holds the sums of three rows of outputs at once.
template <class L, bool add, class T = typename L::Scalar>
class StripSums {
public:
    StripSums(const ConvGeometry& g, const Strip<L>& strip, const T* x, const T* weight, T* y)
        : strip_(strip), x_(x), y_(y), width_(g.width), out_width_(g.out_width) {
#pragma GCC unroll 9
        for (int k = 0; k < 9; ++k) tap_[k / 3][k % 3] = L::all(weight[k]);
    }

    /// Three rows of the image at a time while all that they meet is there; at the edges, one.
    [[gnu::always_inline]] void run(const ConvGeometry& g, Range rows) {
        L first = L::all(0), second = first, third = first;
        Index row = rows.first;
        const auto edge = [&](Index until) __attribute__((always_inline)) {
            for (; row < until; ++row) {
                third = row < rows.last ? before(row) : L::all(0);
                const Index input = row - g.padding_height;
                if (input >= 0 && input < g.height) add_row(input, first, second, third);
                if (row >= rows.first + 2) store(row - 2, first);
                first = second;
                second = third;
            }
        };
        const Index lower = rows.first + 2 > g.padding_height ? rows.first + 2 : g.padding_height;
        const Index upper = rows.last < g.height + g.padding_height ? rows.last : g.height + g.padding_height;
        edge(lower < rows.last + 2 ? lower : rows.last + 2);
        for (; row + 3 <= upper; row += 3) {
            third = inside(row, row - g.padding_height, first, second);
            first = inside(row + 1, row + 1 - g.padding_height, second, third);
            second = inside(row + 2, row + 2 - g.padding_height, third, first);
        }
        edge(rows.last + 2);
    }

private:
    [[gnu::always_inline]] L before(Index row) const {
        return add ? L::load_some(y_ + row * out_width_, strip_.count) : L::all(0);
    }
    [[gnu::always_inline]] void store(Index row, const L& sum) const {
        sum.store_some(y_ + row * out_width_, strip_.count);
    }
    [[gnu::always_inline]] void add_row(Index input, L& first, L& second, L& third) const {
        L met[3];
        load_taps(strip_, x_ + input * width_, met);
#pragma GCC unroll 3
        for (int j = 0; j < 3; ++j) {
            first = fma(tap_[2][j], met[j], first);
            second = fma(tap_[1][j], met[j], second);
            third = fma(tap_[0][j], met[j], third);
        }
    }
    [[gnu::always_inline]] L inside(Index row, Index input, L& first, L& second) const {
        __builtin_prefetch(x_ + input * width_ + strip_.first + far);
        __builtin_prefetch(y_ + row * out_width_ + far, 1);
        L third = before(row);
        add_row(input, first, second, third);
        store(row - 2, first);
        return third;
    }

    Strip<L> strip_;
    const T* x_;
    T* y_;
    Index width_, out_width_;
    L tap_[3][3];
};

/// The last vector of a row is moved back to end with it.
template <class L, class T = typename L::Scalar>
void convolve_3x3_loop(const ConvGeometry& g, const T* x, const T* weight, Range rows, T* y) {
    const Index last = g.out_width > L::size ? g.out_width - L::size : 0;
    for (Index first = 0; first < g.out_width; first += L::size) {
        const Strip<L> strip(g, first < last ? first : last);
        StripSums<L, false>(g, strip, x, weight, y + strip.first).run(g, rows);
        for (Index c = 1; c < g.channels / g.groups; ++c)
            StripSums<L, true>(g, strip, x + c * g.height * g.width, weight + 9 * c, y + strip.first).run(g, rows);
    }
}

/// sum[i][j] += the slopes of a row of outputs · what their taps in row i meet, for rows of taps first .. last - 1.
template <int first, int last, class L>
[[gnu::always_inline]] inline void add_slopes(const L (&slope)[3], const L (&met)[3], L (&sum)[3][3]) {
#pragma GCC unroll 3
    for (int i = first; i < last; ++i)
#pragma GCC unroll 3
        for (int j = 0; j < 3; ++j) sum[i][j] = fma(slope[i], met[j], sum[i][j]);
}

/// Adds the products of one strip: sum[i][j] belongs to the tap in row i and column j.
template <class L, class T = typename L::Scalar>
[[gnu::always_inline]] inline void add_strip(const ConvGeometry& g, const Strip<L> strip, const T* x, const T* dy,
                                             L (&sum)[3][3]) {
    L slope[3], met[3];  // slopes of the rows of outputs that meet the row of the image by taps 0, 1 and 2
    slope[0] = slope[1] = slope[2] = L::all(0);
    const Index low = g.padding_height, high = low + g.height;
    Index row = 0;
    const auto next = [&]() __attribute__((always_inline)) {
        slope[2] = slope[1];
        slope[1] = slope[0];
        if (row < g.out_height) slope[0] = L::load_some(dy + row * g.out_width, strip.count);
    };
    const auto edge = [&](Index until) __attribute__((always_inline)) {
        for (; row < until; ++row) {
            next();
            if (row < low || row >= high) continue;
            load_taps(strip, x + (row - low) * g.width, met);
            if (row < g.out_height) add_slopes<0, 1>(slope, met, sum);
            if (row >= 1 && row <= g.out_height) add_slopes<1, 2>(slope, met, sum);
            if (row >= 2) add_slopes<2, 3>(slope, met, sum);
        }
    };
    const Index upper = g.out_height < high ? g.out_height : high;
    edge(low > 2 ? (low < g.out_height + 2 ? low : g.out_height + 2) : 2);
    for (; row < upper; ++row) {
        __builtin_prefetch(x + (row - low) * g.width + strip.first + far);
        __builtin_prefetch(dy + row * g.out_width + far);
        next();
        load_taps(strip, x + (row - low) * g.width, met);
        add_slopes<0, 3>(slope, met, sum);
    }
    edge(g.out_height + 2);
}

template <class L, class T = typename L::Scalar>
void convolve_3x3_weight_vjp_loop(const ConvGeometry& g, const T* x, const T* dy, T* dw, bool add) {
    L sum[3][3];
    clear(sum);
    for (Index first = 0; first < g.out_width; first += L::size) add_strip(g, Strip<L>(g, first), x, dy + first, sum);
#pragma GCC unroll 9
    for (int k = 0; k < 9; ++k) {
        const T total = xsimd::hadd(sum[k / 3][k % 3].v);
        dw[k] = add ? dw[k] + total : total;
    }
}

/// Only where the loads of a set can be masked.
template <class L, class T = typename L::Scalar>
void fill_conv3x3(Table<T>& table) {
    if constexpr (L::size * static_cast<Index>(sizeof(T)) >= 32) {
        table.convolve_3x3 = &convolve_3x3_loop<L>;
        table.convolve_3x3_weight_vjp = &convolve_3x3_weight_vjp_loop<L>;
    }
}

}  // namespace
}  // namespace gradpath::kernels

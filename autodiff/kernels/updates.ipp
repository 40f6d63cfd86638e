// Steps of the optimisers, in place and element by element.
namespace gradpath::kernels {
namespace {

/// f(i, load, store) for each full lane, then once for the padded tail: load(x) reads x at i, store(lane, y) writes it.
template <class L, class T = typename L::Scalar>
void each_lane(Index n, auto&& f) {
    Index i = 0;
    for (; i + L::size <= n; i += L::size)
        f([i](const T* x) { return L::load(x + i); }, [i](L lane, T* y) { lane.store(y + i); });
    if (i < n)
        f([i, n](const T* x) { return L::load_some(x + i, n - i); },
          [i, n](L lane, T* y) { lane.store_some(y + i, n - i); });
}

/// Kingma & Ba 2015, algorithm 1; weight decay as in Loshchilov & Hutter 2019, algorithm 2.
template <class L, class T = typename L::Scalar>
void adam_loop(const AdamStep& o, const T* gradient, T* parameter, T* mean, T* variance, Index n) {
    const auto number = [](double value) { return L::all(static_cast<T>(value)); };
    const L beta1 = number(o.beta1), rest1 = number(1 - o.beta1), beta2 = number(o.beta2), rest2 = number(1 - o.beta2);
    const L rate = number(o.rate / o.correction1), scale = number(1 / o.correction2), epsilon = number(o.epsilon);
    const L kept = number(1 - o.rate * o.weight_decay);
    each_lane<L>(n, [&](auto load, auto store) {
        const L g = load(gradient);
        const L m = beta1 * load(mean) + rest1 * g;
        const L v = beta2 * load(variance) + rest2 * (g * g);
        store(m, mean);
        store(v, variance);
        store(load(parameter) * kept - rate * m / (sqrt(v * scale) + epsilon), parameter);
    });
}

/// Sutskever et al. 2013 in PyTorch's form: v = momentum · v + g, then p -= rate · v (Nesterov: g + momentum · v).
template <class L, class T = typename L::Scalar>
void sgd_loop(const SgdStep& o, const T* gradient, T* parameter, T* velocity, Index n) {
    const L rate = L::all(static_cast<T>(o.rate)), momentum = L::all(static_cast<T>(o.momentum));
    const L decay = L::all(static_cast<T>(o.weight_decay));
    each_lane<L>(n, [&](auto load, auto store) {
        const L p = load(parameter);
        const L g = load(gradient) + decay * p;
        L step = g;
        if (o.momentum != 0) {
            const L v = momentum * load(velocity) + g;
            store(v, velocity);
            step = o.nesterov ? g + momentum * v : v;
        }
        store(p - rate * step, parameter);
    });
}

/// Tieleman & Hinton 2012; centred as in Graves 2013, p. 23. Rounding must not make a variance negative.
template <class L, class T = typename L::Scalar>
void rms_prop_loop(const RmsPropStep& o, const T* gradient, T* parameter, const RmsPropMoments<T>& moments, Index n) {
    const auto number = [](double value) { return L::all(static_cast<T>(value)); };
    const L kept = number(o.smoothing), rest = number(1 - o.smoothing), rate = number(o.rate), zero = number(0);
    const L epsilon = number(o.epsilon), momentum = number(o.momentum), decay = number(o.weight_decay);
    each_lane<L>(n, [&](auto load, auto store) {
        const L p = load(parameter);
        const L g = load(gradient) + decay * p;
        L spread = kept * load(moments.square) + rest * (g * g);
        store(spread, moments.square);
        if (o.centered) {
            const L m = kept * load(moments.mean) + rest * g;
            store(m, moments.mean);
            const L variance = spread - m * m;
            spread = select(zero > variance, zero, variance);
        }
        L step = g / (sqrt(spread) + epsilon);
        if (o.momentum != 0) {
            step = momentum * load(moments.velocity) + step;
            store(step, moments.velocity);
        }
        store(p - rate * step, parameter);
    });
}

template <class L, class T = typename L::Scalar>
void fill_updates(Table<T>& table) {
    table.adam = &adam_loop<L>;
    table.sgd = &sgd_loop<L>;
    table.rms_prop = &rms_prop_loop<L>;
}

}  // namespace
}  // namespace gradpath::kernels

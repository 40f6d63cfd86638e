// Plain NCHW in and out. Two ways are tried and the faster counts: primitives on plain arrays, and primitives on the
// layouts that oneDNN likes best with its reorders from and to plain ones within each run.
#include <gradpath/tools/bench/peers/peer_work.hpp>

#include <memory>
#include <unordered_map>

#include <oneapi/dnnl/dnnl.hpp>

#include <gradpath/tools/bench/shapes.hpp>

namespace gradpath::bench {
namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

constexpr auto f32 = memory::data_type::f32;

Run product(int n) {
    const auto size = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
    const auto a = numbers(size), b = numbers(size);
    const auto c = std::make_shared<std::vector<float>>(size);
    return [=] { dnnl_sgemm('N', 'N', n, n, n, 1.0f, a.data(), n, b.data(), n, 0.0f, c->data(), n); };
}

/// The steps of one run, and what they work on.
struct Plan {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
    std::vector<std::pair<dnnl::primitive, Arguments>> steps = {};

    memory plain(const memory::desc& desc) {
        memory made(desc, engine);
        const auto values = numbers(desc.get_size() / sizeof(float));
        std::copy(values.begin(), values.end(), static_cast<float*>(made.get_data_handle()));
        return made;
    }
    /// What the primitive reads: the plain array itself, or a copy in its layout that each run makes first.
    memory input(const memory& from, const memory::desc& wanted) {
        if (from.get_desc() == wanted) return from;
        memory to(wanted, engine);
        steps.push_back({dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}});
        return to;
    }
    void output(const memory& from, const memory& to) {
        if (from.get_desc() != to.get_desc())
            steps.push_back({dnnl::reorder(from, to), {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}}});
    }
    memory result(const memory& plain, const memory::desc& wanted) {
        return plain.get_desc() == wanted ? plain : memory(wanted, engine);
    }
    void run() {
        for (auto& [primitive, arguments] : steps) primitive.execute(stream, arguments);
        stream.wait();
    }
};

struct Shapes {
    memory::desc x, weight, y;
    memory::dims stride{1, 1}, padding;
};

Shapes shapes(const Convolution& c, bool free) {
    using Tag = memory::format_tag;
    const memory::dims weight =
        c.groups > 1 ? memory::dims{c.groups, c.filters / c.groups, c.channels / c.groups, c.kernel, c.kernel}
                     : memory::dims{c.filters, c.channels, c.kernel, c.kernel};
    const Tag plain = c.groups > 1 ? Tag::goihw : Tag::oihw;
    return {{{c.rows, c.channels, c.size, c.size}, f32, free ? Tag::any : Tag::nchw},
            {weight, f32, free ? Tag::any : plain},
            {{c.rows, c.filters, c.out(), c.out()}, f32, free ? Tag::any : Tag::nchw},
            {1, 1},
            {c.padding, c.padding}};
}

constexpr auto direct = dnnl::algorithm::convolution_direct;

dnnl::convolution_forward::primitive_desc forward_desc(const Shapes& s, const dnnl::engine& engine) {
    return {{dnnl::prop_kind::forward_inference, direct, s.x, s.weight, s.y, s.stride, s.padding, s.padding}, engine};
}

void add_forward(Plan& plan, const Shapes& s, const memory& x, const memory& weight, const memory& y) {
    const auto desc = forward_desc(s, plan.engine);
    const memory source = plan.input(x, desc.src_desc()), filters = plan.input(weight, desc.weights_desc());
    const memory result = plan.result(y, desc.dst_desc());
    plan.steps.push_back({dnnl::convolution_forward(desc),
                          {{DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, filters}, {DNNL_ARG_DST, result}}});
    plan.output(result, y);
}

void add_input_adjoint(Plan& plan, const Shapes& s, const memory& x, const memory& weight, const memory& y) {
    const dnnl::convolution_backward_data::primitive_desc desc(
        {direct, s.x, s.weight, s.y, s.stride, s.padding, s.padding}, plan.engine, forward_desc(s, plan.engine));
    const memory slope = plan.input(y, desc.diff_dst_desc()), filters = plan.input(weight, desc.weights_desc());
    const memory result = plan.result(x, desc.diff_src_desc());
    plan.steps.push_back({dnnl::convolution_backward_data(desc),
                          {{DNNL_ARG_DIFF_DST, slope}, {DNNL_ARG_WEIGHTS, filters}, {DNNL_ARG_DIFF_SRC, result}}});
    plan.output(result, x);
}

void add_weight_adjoint(Plan& plan, const Shapes& s, const memory& x, const memory& weight, const memory& y) {
    const dnnl::convolution_backward_weights::primitive_desc desc(
        {direct, s.x, s.weight, s.y, s.stride, s.padding, s.padding}, plan.engine, forward_desc(s, plan.engine));
    const memory source = plan.input(x, desc.src_desc()), slope = plan.input(y, desc.diff_dst_desc());
    const memory result = plan.result(weight, desc.diff_weights_desc());
    plan.steps.push_back({dnnl::convolution_backward_weights(desc),
                          {{DNNL_ARG_SRC, source}, {DNNL_ARG_DIFF_DST, slope}, {DNNL_ARG_DIFF_WEIGHTS, result}}});
    plan.output(result, weight);
}

std::shared_ptr<Plan> plan_of(const Convolution& c, Pass pass, bool free) {
    const auto plan = std::make_shared<Plan>();
    const Shapes plain = shapes(c, false);
    const memory x = plan->plain(plain.x), weight = plan->plain(plain.weight), y = plan->plain(plain.y);
    const auto add = pass == Pass::forward         ? add_forward
                     : pass == Pass::input_adjoint ? add_input_adjoint
                                                   : add_weight_adjoint;
    add(*plan, shapes(c, free), x, weight, y);
    return plan;
}

Run convolution(const Convolution& c, Pass pass) {
    const auto plain = plan_of(c, pass, false), free = plan_of(c, pass, true);
    const auto cost = [](const std::shared_ptr<Plan>& plan) {
        return Stopwatch([plan] { plan->run(); }, 0.02).repetition().milliseconds;
    };
    const auto best = cost(plain) < cost(free) ? plain : free;
    return [best] { best->run(); };
}

}  // namespace

std::vector<PeerWork> onednn_work() {
    std::vector<PeerWork> list;
    for (const int n : products)
        if (n >= 64) list.push_back({product_name(n), "oneDNN", [n] { return product(n); }});
    for (const Convolution& c : convolutions)
        for (const Pass pass : passes)
            list.push_back({convolution_name(c, pass), "oneDNN", [&c, pass] { return convolution(c, pass); }});
    return list;
}

std::string onednn_version() {
    const dnnl_version_t* const v = dnnl_version();
    return std::to_string(v->major) + "." + std::to_string(v->minor) + "." + std::to_string(v->patch);
}

}  // namespace gradpath::bench

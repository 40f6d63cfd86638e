// Most ops are one operator; the rest are a few. Shapes that hold the number of rows become -1 (Reshape) or 1 (Expand).
#include <gradpath/models/onnx/phrases.hpp>

#include <cmath>
#include <numbers>

#include <gradpath/models/onnx/value.hpp>

namespace gradpath::models::onnx {
namespace {

using Phrase = void (*)(Writer&, const TwinStep&);
using Names = std::vector<std::string>;

const std::map<OpCode, const char*> words = {
    {OpCode::neg, "Neg"},           {OpCode::abs, "Abs"},         {OpCode::sign, "Sign"},
    {OpCode::sqrt, "Sqrt"},         {OpCode::exp, "Exp"},         {OpCode::log, "Log"},
    {OpCode::tanh, "Tanh"},         {OpCode::sigmoid, "Sigmoid"}, {OpCode::relu, "Relu"},
    {OpCode::softplus, "Softplus"}, {OpCode::erf, "Erf"},         {OpCode::sin, "Sin"},
    {OpCode::cos, "Cos"},           {OpCode::asin, "Asin"},       {OpCode::acos, "Acos"},
    {OpCode::atan, "Atan"},         {OpCode::sinh, "Sinh"},       {OpCode::cosh, "Cosh"},
    {OpCode::asinh, "Asinh"},       {OpCode::acosh, "Acosh"},     {OpCode::atanh, "Atanh"},
    {OpCode::floor, "Floor"},       {OpCode::round, "Round"},     {OpCode::sub, "Sub"},
    {OpCode::mul, "Mul"},           {OpCode::div, "Div"},         {OpCode::pow, "Pow"},
    {OpCode::maximum, "Max"},       {OpCode::minimum, "Min"},     {OpCode::determinant, "Det"},
    {OpCode::leaky_relu, "PRelu"},
};

std::string number(Writer& w, const TwinStep& s, double value) {
    return w.constant(scalar(value, s.output().two.dtype()));
}

std::vector<Index> range(Index first, Index last) {
    std::vector<Index> axes;
    for (Index i = first; i < last; ++i) axes.push_back(i);
    return axes;
}

void add_of(Writer& w, const TwinStep& s) {
    if (w.add_bias(s.output().two, s.two.inputs[0], s.two.inputs[1])) return;
    w.add("Add", inputs_of(w, s), {}, out(w, s));
}

void square_of(Writer& w, const TwinStep& s) {
    const std::string x = w.name(s.input(0));
    w.add("Mul", {x, x}, {}, out(w, s));
}

void rsqrt_of(Writer& w, const TwinStep& s) { w.add("Reciprocal", {w.add("Sqrt", inputs_of(w, s))}, {}, out(w, s)); }

void tan_of(Writer& w, const TwinStep& s) {
    const std::string x = w.name(s.input(0));
    w.add("Div", {w.add("Sin", {x}), w.add("Cos", {x})}, {}, out(w, s));
}

void expm1_of(Writer& w, const TwinStep& s) {
    w.add("Sub", {w.add("Exp", inputs_of(w, s)), number(w, s, 1)}, {}, out(w, s));
}

void log1p_of(Writer& w, const TwinStep& s) {
    w.add("Log", {w.add("Add", {w.name(s.input(0)), number(w, s, 1)})}, {}, out(w, s));
}

void silu_of(Writer& w, const TwinStep& s) {
    const std::string x = w.name(s.input(0));
    w.add("Mul", {x, w.add("Sigmoid", {x})}, {}, out(w, s));
}

// x (1 + inner) / 2
void half_of(Writer& w, const TwinStep& s, const std::string& inner) {
    const std::string raised = w.add("Add", {inner, number(w, s, 1)});
    w.add("Mul", {w.add("Mul", {w.name(s.input(0)), number(w, s, 0.5)}), raised}, {}, out(w, s));
}

void gelu_of(Writer& w, const TwinStep& s) {
    half_of(w, s, w.add("Erf", {w.add("Mul", {w.name(s.input(0)), number(w, s, 1 / std::numbers::sqrt2)})}));
}

void gelu_tanh_of(Writer& w, const TwinStep& s) {
    const std::string x = w.name(s.input(0)), cube = w.add("Mul", {w.add("Mul", {x, x}), x});
    const std::string bent = w.add("Add", {x, w.add("Mul", {cube, number(w, s, 0.044715)})});
    half_of(w, s, w.add("Tanh", {w.add("Mul", {bent, number(w, s, std::sqrt(2 / std::numbers::pi))})}));
}

// x where positive, else alpha (eˣ - 1)
void elu_of(Writer& w, const TwinStep& s) {
    const std::string x = w.name(s.input(0)), zero = number(w, s, 0);
    const std::string below = w.add("Sub", {w.add("Exp", {w.add("Min", {x, zero})}), number(w, s, 1)});
    const std::string bent = w.add("Mul", {below, w.name(s.input(1))});
    w.add("Where", {w.add("Greater", {x, zero}), x, bent}, {}, out(w, s));
}

// Comparisons give masks of numbers here and truths there.
template <int Which>
void compared(Writer& w, const TwinStep& s) {
    static constexpr const char* operators[] = {"Greater", "GreaterOrEqual", "Equal", "Less", "LessOrEqual"};
    const Element element = s.output().two.dtype() == DType::float32 ? Element::float32 : Element::float64;
    w.add("Cast", {w.add(operators[Which], inputs_of(w, s))}, {one("to", code_of(element))}, out(w, s));
}

void not_equal_of(Writer& w, const TwinStep& s) {
    const Element element = s.output().two.dtype() == DType::float32 ? Element::float32 : Element::float64;
    w.add("Cast", {w.add("Not", {w.add("Equal", inputs_of(w, s))})}, {one("to", code_of(element))}, out(w, s));
}

void where_of(Writer& w, const TwinStep& s) {
    Names names = inputs_of(w, s);
    names[0] = w.add("Cast", {names[0]}, {one("to", code_of(Element::boolean))});
    w.add("Where", names, {}, out(w, s));
}

std::vector<Index> reduced_axes(const TwinStep& s) {
    const auto& a = s.two.attributes->as<ReduceAttributes>();
    return range(a.first, a.last);
}

void sum_of(Writer& w, const TwinStep& s) {  // axes are an input of ReduceSum alone
    w.add("ReduceSum", {w.name(s.input(0)), w.constant(reduced_axes(s))}, {one("keepdims", 1)}, out(w, s));
}
void max_of(Writer& w, const TwinStep& s) {
    w.add("ReduceMax", inputs_of(w, s), {{"axes", reduced_axes(s)}, one("keepdims", 1)}, out(w, s));
}
void logsumexp_of(Writer& w, const TwinStep& s) {
    w.add("ReduceLogSumExp", inputs_of(w, s), {{"axes", reduced_axes(s)}, one("keepdims", 1)}, out(w, s));
}

void reshape_of(Writer& w, const TwinStep& s) {
    std::vector<Index> lengths = list(s.output().two.shape());
    if (const Index axis = s.output().rows_axis(); axis >= 0) lengths[static_cast<std::size_t>(axis)] = -1;
    w.add("Reshape", {w.name(s.input(0)), w.constant(lengths)}, {}, out(w, s));
}

void permute_of(Writer& w, const TwinStep& s) {
    w.add("Transpose", inputs_of(w, s), {{"perm", s.two.attributes->as<PermuteAttributes>().axes}}, out(w, s));
}

void expand_of(Writer& w, const TwinStep& s) {
    std::vector<Index> lengths = list(s.output().two.shape());
    const Index axis = s.output().rows_axis(), own = s.input(0).rows_axis();
    require(axis < 0 || (own >= 0 && axis - own == s.output().two.rank() - s.input(0).two.rank()),
            "export: rows must come from the input: a tensor is spread over them");
    if (axis >= 0) lengths[static_cast<std::size_t>(axis)] = 1;
    w.add("Expand", {w.name(s.input(0)), w.constant(lengths)}, {}, out(w, s));
}

void concat_of(Writer& w, const TwinStep& s) {
    w.add("Concat", inputs_of(w, s), {one("axis", s.two.attributes->as<ConcatAttributes>().axis)}, out(w, s));
}

void split_of(Writer& w, const TwinStep& s) {
    const auto& a = s.two.attributes->as<SplitAttributes>();
    Names outputs;
    for (const Tensor& output : s.two.outputs) outputs.push_back(w.result(output));
    w.add("Split", {w.name(s.input(0)), w.constant(a.lengths)}, {one("axis", a.axis)}, outputs);
}

void slice_of(Writer& w, const TwinStep& s) {
    const auto& a = s.two.attributes->as<SliceAttributes>();
    require(s.input(0).rows_axis() != a.axis, "export: rows must not be picked: one axis of a slice is the rows'");
    const Index end = a.last < 0 ? std::numeric_limits<Index>::min() : a.last;  // beyond the beginning, walking back
    w.add("Slice",
          {w.name(s.input(0)), w.constant(std::vector{a.first}), w.constant(std::vector{end}),
           w.constant(std::vector{a.axis}), w.constant(std::vector{a.step})},
          {}, out(w, s));
}

void pad_of(Writer& w, const TwinStep& s) {
    const auto& a = s.two.attributes->as<PadAttributes>();
    std::vector<Index> pads;
    for (const Padding& p : a.axes) pads.push_back(p.before);
    for (const Padding& p : a.axes) pads.push_back(p.after);
    w.add("Pad", {w.name(s.input(0)), w.constant(pads), number(w, s, a.value)}, {}, out(w, s));
}

void gather_of(Writer& w, const TwinStep& s) {
    const auto& a = s.two.attributes->as<GatherAttributes>();
    require(s.input(0).rows_axis() != a.axis, "export: rows must not be picked: one axis of a gather is the rows'");
    w.add("Gather", {w.name(s.input(0)), w.constant(a.positions)}, {one("axis", a.axis)}, out(w, s));
}

void cumsum_of(Writer& w, const TwinStep& s) {
    const auto& a = s.two.attributes->as<CumsumAttributes>();
    w.add("CumSum", {w.name(s.input(0)), w.constant(std::vector{a.axis})},
          {one("exclusive", a.options.exclusive), one("reverse", a.options.reverse)}, out(w, s));
}

// With transposes said as such; for a constant they are carried out.
std::string factor(Writer& w, const Twin& x, bool transposed) {
    if (!transposed) return w.name(x);
    std::vector<Index> axes = range(0, x.two.rank());
    std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
    return w.add("Transpose", {w.name(x)}, {{"perm", axes}});
}

void matmul_of(Writer& w, const TwinStep& s) {
    const auto& o = s.two.attributes->as<Matmul>();
    if (s.two.inputs[0].rank() == 2 && s.two.inputs[1].rank() == 2 && (o.transpose_a || o.transpose_b))
        w.add("Gemm", inputs_of(w, s), {one("transA", o.transpose_a), one("transB", o.transpose_b)}, out(w, s));
    else w.add("MatMul", {factor(w, s.input(0), o.transpose_a), factor(w, s.input(1), o.transpose_b)}, {}, out(w, s));
}

void softmax_of(Writer& w, const TwinStep& s) { w.add("Softmax", inputs_of(w, s), {one("axis", -1)}, out(w, s)); }
void log_softmax_of(Writer& w, const TwinStep& s) {
    w.add("LogSoftmax", inputs_of(w, s), {one("axis", -1)}, out(w, s));
}

void cast_of(Writer& w, const TwinStep& s) {
    const Element element = s.output().two.dtype() == DType::float32 ? Element::float32 : Element::float64;
    w.add("Cast", inputs_of(w, s), {one("to", code_of(element))}, out(w, s));
}

void tap_of(Writer& w, const TwinStep& s) { w.call(s.output().two, w.name(s.input(0))); }

const std::map<OpCode, Phrase> phrases = {
    {OpCode::add, add_of},
    {OpCode::square, square_of},
    {OpCode::rsqrt, rsqrt_of},
    {OpCode::tan, tan_of},
    {OpCode::expm1, expm1_of},
    {OpCode::log1p, log1p_of},
    {OpCode::silu, silu_of},
    {OpCode::gelu, gelu_of},
    {OpCode::gelu_tanh, gelu_tanh_of},
    {OpCode::elu, elu_of},
    {OpCode::greater, compared<0>},
    {OpCode::greater_equal, compared<1>},
    {OpCode::equal, compared<2>},
    {OpCode::less, compared<3>},
    {OpCode::less_equal, compared<4>},
    {OpCode::not_equal, not_equal_of},
    {OpCode::where, where_of},
    {OpCode::sum, sum_of},
    {OpCode::max, max_of},
    {OpCode::logsumexp, logsumexp_of},
    {OpCode::cumsum, cumsum_of},
    {OpCode::reshape, reshape_of},
    {OpCode::permute, permute_of},
    {OpCode::broadcast_to, expand_of},
    {OpCode::concat, concat_of},
    {OpCode::split, split_of},
    {OpCode::slice, slice_of},
    {OpCode::pad, pad_of},
    {OpCode::gather, gather_of},
    {OpCode::matmul, matmul_of},
    {OpCode::conv2d, conv_of},
    {OpCode::conv2d_input_vjp, transposed_conv_of},
    {OpCode::max_pool2d, max_pool_of},
    {OpCode::avg_pool2d, avg_pool_of},
    {OpCode::softmax, softmax_of},
    {OpCode::log_softmax, log_softmax_of},
    {OpCode::cast, cast_of},
    {OpCode::tap, tap_of},
};

}  // namespace

std::vector<std::string> inputs_of(Writer& w, const TwinStep& s) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < s.two.inputs.size(); ++i) names.push_back(w.name(s.input(i)));
    return names;
}

std::vector<std::string> out(Writer& w, const TwinStep& s) { return {w.result(s.output().two)}; }

bool write_step(Writer& w, const TwinStep& s) {
    if (const auto word = words.find(s.two.op); word != words.end()) {
        const Names inputs = inputs_of(w, s);
        w.add(word->second, inputs, {}, out(w, s));
        return true;
    }
    const auto phrase = phrases.find(s.two.op);
    if (phrase != phrases.end()) phrase->second(w, s);
    return phrase != phrases.end();
}

}  // namespace gradpath::models::onnx

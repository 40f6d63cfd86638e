// One row per operator: its name, the opsets in which it stands, its attributes with their types, and what computes it.
// Where opsets differ in meaning, the function asks Call::opset.
#include <gradpath/models/onnx/operators.hpp>

#include <algorithm>
#include <string_view>

#include <gradpath/models/onnx/elementwise.hpp>
#include <gradpath/models/onnx/families.hpp>

namespace gradpath::models::onnx {
namespace {

// clang-format off
const Operator table[] = {
    {"Abs", 1, 17, "", absolute},
    {"Acos", 7, 17, "", real<gradpath::acos>},
    {"Acosh", 9, 17, "", real<gradpath::acosh>},
    {"Add", 1, 17, "i axis, i broadcast", two<add>},
    {"And", 1, 17, "i axis, i broadcast", two<both>},
    {"ArgMax", 1, 17, "i axis, i keepdims, i select_last_index", argmax_of},
    {"ArgMin", 1, 17, "i axis, i keepdims, i select_last_index", argmin_of},
    {"Asin", 7, 17, "", real<gradpath::asin>},
    {"Asinh", 9, 17, "", real<gradpath::asinh>},
    {"Atan", 7, 17, "", real<gradpath::atan>},
    {"Atanh", 9, 17, "", real<gradpath::atanh>},
    {"AveragePool", 1, 17,
     "s auto_pad, i ceil_mode, i count_include_pad, I kernel_shape, I pads, I strides", average_pool},
    {"BatchNormalization", 1, 17, "f epsilon, i is_test, f momentum, i spatial, i training_mode", batch_normalization},
    {"BitShift", 11, 17, "s direction", bit_shift},
    {"Cast", 1, 17, "* to", cast_to},
    {"CastLike", 15, 17, "", cast_like},
    {"Ceil", 1, 17, "", ceil_of},
    {"Celu", 12, 17, "f alpha", celu},
    {"Clip", 1, 17, "f max, f min", clip},
    {"Compress", 9, 17, "i axis", compressed},
    {"Concat", 1, 17, "i axis", joined_along},
    {"Constant", 1, 17, "t value, f value_float, i value_int, I value_ints, F value_floats", constant},
    {"ConstantOfShape", 9, 17, "t value", constant_of_shape},
    {"Conv", 1, 17, "s auto_pad, I dilations, i group, I kernel_shape, I pads, I strides", conv},
    {"ConvTranspose", 1, 17,
     "s auto_pad, I dilations, i group, I kernel_shape, I output_padding, I output_shape, I pads, I strides",
     conv_transpose},
    {"Cos", 7, 17, "", real<gradpath::cos>},
    {"Cosh", 9, 17, "", real<gradpath::cosh>},
    {"CumSum", 11, 17, "i exclusive, i reverse", cumulative_sum},
    {"DepthToSpace", 1, 17, "i blocksize, s mode", depth_to_space},
    {"Det", 11, 17, "", det},
    {"Div", 1, 17, "i axis, i broadcast", two<div>},
    {"Dropout", 1, 17, "i is_test, f ratio, i seed", dropout},
    {"Einsum", 12, 17, "s equation", einsum},
    {"Elu", 1, 17, "f alpha", elu_of},
    {"Equal", 1, 17, "i axis, i broadcast", two<equal>},
    {"Erf", 9, 17, "", real<gradpath::erf>},
    {"Exp", 1, 17, "", real<gradpath::exp>},
    {"Expand", 8, 17, "", expanded},
    {"EyeLike", 9, 17, "i dtype, i k", eye_like},
    {"Flatten", 1, 17, "i axis", flattened},
    {"Floor", 1, 17, "", real<gradpath::floor>},
    {"Gather", 1, 17, "i axis", gather_along},
    {"GatherElements", 11, 17, "i axis", gather_elements},
    {"GatherND", 11, 17, "i batch_dims", gather_nd},
    {"Gemm", 1, 17, "f alpha, f beta, i broadcast, i transA, i transB", gemm},
    {"GlobalAveragePool", 1, 17, "", global_average_pool},
    {"GlobalLpPool", 1, 17, "* p", global_lp_pool},
    {"GlobalMaxPool", 1, 17, "", global_max_pool},
    {"Greater", 1, 17, "i axis, i broadcast", two<greater>},
    {"GreaterOrEqual", 12, 17, "", two<greater_or_equal>},
    {"GridSample", 16, 17, "i align_corners, s mode, s padding_mode", grid_sample},
    {"HardSigmoid", 1, 17, "f alpha, f beta", hard_sigmoid},
    {"HardSwish", 14, 17, "", hard_swish},
    {"Hardmax", 1, 17, "i axis", hardmax},
    {"Identity", 1, 17, "", identity},
    {"InstanceNormalization", 1, 17, "f epsilon", instance_normalization},
    {"IsInf", 10, 17, "i detect_negative, i detect_positive", is_inf},
    {"IsNaN", 9, 17, "", is_nan},
    {"LRN", 1, 17, "f alpha, f beta, f bias, i size", local_response_normalization},
    {"LayerNormalization", 17, 17, "i axis, f epsilon, i stash_type", layer_normalization},
    {"LeakyRelu", 1, 17, "f alpha", leaky},
    {"Less", 1, 17, "i axis, i broadcast", two<less>},
    {"LessOrEqual", 12, 17, "", two<less_or_equal>},
    {"Log", 1, 17, "", real<gradpath::log>},
    {"LogSoftmax", 1, 17, "i axis", log_softmax_of},
    {"LpNormalization", 1, 17, "i axis, i p", lp_normalization},
    {"LpPool", 1, 17, "s auto_pad, I kernel_shape, * p, I pads, I strides", lp_pool},
    {"MatMul", 1, 17, "", matmul_of},
    {"Max", 1, 17, "", several<larger>},
    {"MaxPool", 1, 17,
     "s auto_pad, i ceil_mode, I dilations, I kernel_shape, I pads, i storage_order, I strides", max_pool},
    {"MaxUnpool", 9, 17, "I kernel_shape, I pads, I strides", max_unpool},
    {"Mean", 1, 17, "", mean_of},
    {"MeanVarianceNormalization", 9, 17, "I axes", mean_variance_normalization},
    {"Min", 1, 17, "", several<smaller>},
    {"Mod", 10, 17, "i fmod", mod},
    {"Mul", 1, 17, "i axis, i broadcast", two<mul>},
    {"Neg", 1, 17, "", negated},
    {"NegativeLogLikelihoodLoss", 12, 17, "i ignore_index, s reduction", negative_log_likelihood},
    {"NonMaxSuppression", 10, 17, "i center_point_box", non_max_suppression},
    {"Not", 1, 17, "", not_of},
    {"OneHot", 9, 17, "i axis", one_hot_of},
    {"Or", 1, 17, "i axis, i broadcast", two<either>},
    {"PRelu", 1, 17, "", parametric_relu},
    {"Pad", 1, 17, "s mode, I pads, I paddings, f value", pad_around},
    {"Pow", 1, 17, "i axis, i broadcast", two<pow>},
    {"Range", 11, 17, "", range},
    {"Reciprocal", 1, 17, "", reciprocal},
    {"ReduceL1", 1, 17, "I axes, i keepdims", reduce_l1},
    {"ReduceL2", 1, 17, "I axes, i keepdims", reduce_l2},
    {"ReduceLogSum", 1, 17, "I axes, i keepdims", reduce_log_sum},
    {"ReduceLogSumExp", 1, 17, "I axes, i keepdims", reduce_log_sum_exp},
    {"ReduceMax", 1, 17, "I axes, i keepdims", reduce_max},
    {"ReduceMean", 1, 17, "I axes, i keepdims", reduce_mean},
    {"ReduceMin", 1, 17, "I axes, i keepdims", reduce_min},
    {"ReduceProd", 1, 17, "I axes, i keepdims", reduce_prod},
    {"ReduceSum", 1, 17, "I axes, i keepdims, i noop_with_empty_axes", reduce_sum},
    {"ReduceSumSquare", 1, 17, "I axes, i keepdims", reduce_sum_square},
    {"Relu", 1, 17, "", rectified},
    {"Reshape", 1, 17, "i allowzero, I shape", reshape_to},
    {"Resize", 10, 17,
     "s coordinate_transformation_mode, f cubic_coeff_a, i exclude_outside, f extrapolation_value, s mode, "
     "s nearest_mode", resize},
    {"ReverseSequence", 10, 17, "i batch_axis, i time_axis", reversed_sequences},
    {"Round", 11, 17, "", real<gradpath::round>},
    {"Scatter", 9, 10, "i axis", scatter_elements},
    {"ScatterElements", 11, 17, "i axis, s reduction", scatter_elements},
    {"ScatterND", 11, 17, "s reduction", scatter_nd},
    {"Selu", 1, 17, "f alpha, f gamma", selu_of},
    {"Shape", 1, 17, "i end, i start", shape_of},
    {"Shrink", 9, 17, "f bias, f lambd", shrink},
    {"Sigmoid", 1, 17, "", real<gradpath::sigmoid>},
    {"Sign", 9, 17, "", sign_of},
    {"Sin", 7, 17, "", real<gradpath::sin>},
    {"Sinh", 9, 17, "", real<gradpath::sinh>},
    {"Size", 1, 17, "", size_of_all},
    {"Slice", 1, 17, "I axes, I ends, I starts", sliced},
    {"Softmax", 1, 17, "i axis", softmax_of},
    {"SoftmaxCrossEntropyLoss", 12, 17, "i ignore_index, s reduction", softmax_cross_entropy},
    {"Softplus", 1, 17, "", real<gradpath::softplus>},
    {"Softsign", 1, 17, "", softsign},
    {"SpaceToDepth", 1, 17, "i blocksize", space_to_depth},
    {"Split", 1, 17, "i axis, I split", split_into},
    {"Sqrt", 1, 17, "", real<gradpath::sqrt>},
    {"Squeeze", 1, 17, "I axes", squeezed},
    {"Sub", 1, 17, "i axis, i broadcast", two<sub>},
    {"Sum", 1, 17, "", several<add>},
    {"Tan", 7, 17, "", real<gradpath::tan>},
    {"Tanh", 1, 17, "", real<gradpath::tanh>},
    {"ThresholdedRelu", 10, 17, "f alpha", thresholded},
    {"Tile", 1, 17, "", tiled},
    {"TopK", 1, 17, "i axis, i k, i largest, i sorted", top_k},
    {"Transpose", 1, 17, "I perm", transposed},
    {"Trilu", 14, 17, "i upper", triangle},
    {"Unique", 11, 17, "i axis, i sorted", unique},
    {"Unsqueeze", 1, 17, "I axes", unsqueezed},
    {"Upsample", 7, 9, "s mode, F scales", resize},
    {"Where", 9, 17, "", where},
    {"Xor", 1, 17, "i axis, i broadcast", two<one_of>},
};
// clang-format on

char letter_of(const Attribute& attribute) {
    static constexpr char letters[] = {'?', 'i', 'f', 's', 'I', 'F', 'S', 't'};  // in the order of the variant
    return letters[attribute.index()];
}

// The letter of an attribute in a row's list; '\0' if it is not there.
char wanted_letter(std::string_view attributes, std::string_view name) {
    while (!attributes.empty()) {
        const std::string_view entry = attributes.substr(0, attributes.find(','));
        if (entry.substr(2) == name) return entry[0];
        attributes.remove_prefix(std::min(entry.size() + 2, attributes.size()));
    }
    return '\0';
}

}  // namespace

const Operator* find_operator(const std::string& name) {
    const auto found = std::ranges::find(table, std::string_view(name), &Operator::name);
    return found != std::end(table) ? found : nullptr;
}

std::vector<std::string> operator_names() {
    std::vector<std::string> names;
    for (const Operator& row : table) names.emplace_back(row.name);
    return names;
}

std::string objection(const Node& node, Index opset) {
    const Operator* row = node.domain.empty() ? find_operator(node.type) : nullptr;
    if (row == nullptr) return described(node) + ": this operator is not known";
    if (opset < row->first || opset > row->last)
        return text(described(node), ": it is known in opsets ", row->first, " to ", row->last, ", not ", opset);
    for (const auto& [name, value] : node.attributes) {
        if (name == "consumed_inputs" && opset < 6) continue;  // a hint of old files about memory
        const char wanted = wanted_letter(row->attributes, name);
        if (wanted == '\0') return text(described(node), ": attribute \"", name, "\" is not known");
        if (wanted != '*' && wanted != letter_of(value))
            return text(described(node), ": attribute \"", name, "\" is of another type");
    }
    return "";
}

}  // namespace gradpath::models::onnx

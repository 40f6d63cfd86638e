// The evaluator: steps in the order of the file, values in slots. Constants are folded once; rows are found out by
// running two of them.
#include <gradpath/models/onnx/network.hpp>

#include <algorithm>
#include <set>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/memory_budget.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/autodiff/random.hpp>
#include <gradpath/autodiff/taps.hpp>
#include <gradpath/models/onnx/ending.hpp>
#include <gradpath/models/onnx/graph.hpp>
#include <gradpath/models/onnx/program.hpp>

namespace gradpath::models::onnx {
namespace {

// Real inputs that are settings of an operator, not weights.
bool is_setting(const ProgramStep& step) {
    static const std::set<std::string> operators = {
        "Clip",  "Dropout", "NegativeLogLikelihoodLoss", "NonMaxSuppression", "OneHot", "Pad",
        "Range", "Resize",  "SoftmaxCrossEntropyLoss",   "Upsample"};
    return operators.contains(step.node.type);
}

bool is_shape_argument(const ProgramStep& step, std::size_t input) {
    return input == 1 && (step.node.type == "Reshape" || step.node.type == "Expand");
}

// A leading 1 of a shape becomes the number of rows.
Value for_rows(const Value& shape, Index rows) {
    std::vector<Index> lengths = list(shape.whole());
    if (lengths.empty() || lengths[0] != 1) return shape;
    lengths[0] = rows;
    return {shape.shape(), std::move(lengths)};
}

Value in_dtype(const Value& value, const DType* dtype) {
    return dtype != nullptr && value.is_real() ? Value(value.real().to(*dtype)) : value;
}

Value tapped(const std::string& name, const Value& value) {
    return value.is_real() ? Value(tap(name, value.real())) : value;
}

// What runs inside goes by the name of the first output, so that costs are counted there.
std::vector<Value> computed(const ProgramStep& step, std::vector<Value> inputs, Index opset) {
    const std::string name = step.node.outputs.empty() ? "" : step.node.outputs[0];
    const TapPath path(name);  // a view of the name
    return run_step(step, std::move(inputs), opset);
}

// A step of opset 1 whose shape is an attribute runs for other numbers of rows, too.
ProgramStep attribute_for_rows(ProgramStep step, Index rows) {
    auto& shape = std::get<std::vector<Index>>(step.node.attributes.at("shape"));
    if (!shape.empty() && shape[0] == 1) shape[0] = rows;
    return step;
}

}  // namespace

Network::Network(const Graph& graph, const Import& options, const std::string& name) : wanted_(options.output) {
    auto program = std::make_shared<Program>(program_of(wanted_.empty() ? graph : ended_at(graph, wanted_), name));
    for (std::size_t slot = 1; slot < program->names.size(); ++slot)
        if (const auto found = graph.initializers.find(program->names[slot]); found != graph.initializers.end())
            constants_.push_back({found->first, slot, found->second, found->second.is_real()});
    program_ = program;
    try {
        const memory::Budget budget(options.memory, import_memory);
        fold(options);
        if (options.check_rows) find_batching();
    } catch (const IoError&) {
        throw;
    } catch (const Error& error) {
        throw IoError(text(error.what(), " (", name, ")"));
    }
}

// Steps whose inputs are all constants are run and dropped. What came of a parameter is one.
void Network::fold(const Import& options) {
    Program p = *program_;
    std::map<std::size_t, Constant> known;
    for (const Constant& constant : constants_) known.emplace(constant.slot, constant);
    std::vector<ProgramStep> left;
    const NoRecording plain;
    for (ProgramStep& step : p.steps) {
        const auto constant = [&](std::size_t slot) { return slot == 0 || known.contains(slot); };
        const bool folds = options.fold_constants || step.node.type == "Constant";
        if (!folds || !std::ranges::all_of(step.inputs, constant)) {
            left.push_back(std::move(step));
            continue;
        }
        std::vector<Value> inputs;
        bool parameter = false;
        for (const std::size_t slot : step.inputs) {
            inputs.push_back(slot == 0 ? Value() : known.at(slot).value);
            parameter = parameter || (slot != 0 && known.at(slot).parameter);
        }
        const std::vector<Value> results = run_step(step, std::move(inputs), p.opset);
        for (const Value& result : results)
            if (result && !result.is_real()) memory::Budget::take(result.whole().data().size_bytes());
        for (std::size_t i = 0; i < std::min(results.size(), step.outputs.size()); ++i)
            if (step.outputs[i] != 0)
                known.emplace(step.outputs[i], Constant{p.names[step.outputs[i]], step.outputs[i], results[i],
                                                        parameter && results[i].is_real()});
    }
    p.steps = std::move(left);
    if (options.fold_batch_norm)
        fold_batch_norm(p, [&](std::size_t slot) {
            const auto found = known.find(slot);
            return found != known.end() ? &found->second.value : nullptr;
        });
    find_last_uses(p);
    std::set<std::size_t> weights, statistics, used(p.output_slots.begin(), p.output_slots.end());
    for (const ProgramStep& step : p.steps)
        for (std::size_t i = 0; i < step.inputs.size(); ++i) {
            used.insert(step.inputs[i]);
            const bool statistic = step.node.type == "BatchNormalization" && i >= 3;
            if (statistic) statistics.insert(step.inputs[i]);
            else if (!is_setting(step)) weights.insert(step.inputs[i]);
        }
    constants_.clear();
    for (auto& [slot, constant] : known) {
        if (!used.contains(slot)) continue;
        constant.buffer = constant.parameter && statistics.contains(slot);
        constant.parameter = constant.parameter && weights.contains(slot) && !constant.buffer;
        constants_.push_back(std::move(constant));
    }
    std::ranges::sort(constants_, {}, &Constant::name);  // as a file that is written and read again has them
    program_ = std::make_shared<const Program>(std::move(p));
}

std::vector<Value> Network::run(const std::vector<Value>& inputs) const { return run(inputs, 1, nullptr); }

std::vector<Value> Network::run(const std::vector<Value>& inputs, Index rows, const DType* dtype) const {
    const Program& p = *program_;
    require(inputs.size() == p.inputs.size(), "onnx: there must be one value per input: got ", inputs.size(), " for ",
            p.inputs.size());
    std::vector<Value> slots(p.names.size());
    for (const Constant& constant : constants_) slots[constant.slot] = in_dtype(constant.value, dtype);
    for (std::size_t i = 0; i < inputs.size(); ++i) slots[p.input_slots[i]] = inputs[i];
    for (const ProgramStep& step : p.steps) {
        std::vector<Value> arguments;
        for (std::size_t i = 0; i < step.inputs.size(); ++i) {
            const Value& value = slots[step.inputs[i]];
            arguments.push_back(rows != 1 && value && is_shape_argument(step, i) ? for_rows(value, rows) : value);
        }
        const bool by_attribute = rows != 1 && step.node.type == "Reshape" && step.node.attributes.contains("shape");
        const ProgramStep changed = by_attribute ? attribute_for_rows(step, rows) : ProgramStep();
        const std::vector<Value> results = computed(by_attribute ? changed : step, std::move(arguments), p.opset);
        for (std::size_t i = 0; i < std::min(results.size(), step.outputs.size()); ++i)
            if (step.outputs[i] != 0)
                slots[step.outputs[i]] = tapped(step.node.outputs[i], in_dtype(results[i], dtype));
        for (const std::size_t slot : step.done) slots[slot] = {};
    }
    std::vector<Value> results;
    for (const std::size_t slot : p.output_slots) {
        require(static_cast<bool>(slots[slot]), "onnx: output \"", p.names[slot], "\" was not computed by its node");
        results.push_back(slots[slot]);
    }
    return results;
}

// What rows are mapped to, in the dtype of x and in the file's shape.
Tensor Network::output(const Tensor& x, Index rows) const {
    const DType dtype = x.dtype();
    const std::vector<Value> results = run({x}, rows, &dtype);
    const auto is_wanted = [&](std::size_t i) {
        return wanted_.empty() ? results[i].is_real() : program_->outputs[i].name == wanted_;
    };
    for (std::size_t i = 0; i < results.size(); ++i)
        if (is_wanted(i)) return real_of(results[i], dtype);
    throw ValueError(text("onnx: there is no ", wanted_.empty() ? "real output" : "output \"" + wanted_ + "\""));
}

Tensor Network::mapped(const Tensor& x, Batching how) const {
    if ((how == Batching::one_by_one || is_bare()) && x.rows() != 1) {
        std::vector<Tensor> rows;
        for (Index i = 0; i < x.rows(); ++i) rows.push_back(mapped(slice(x, 0, i, i + 1), Batching::together));
        require<ShapeError>(!rows.empty(), "onnx: there must be at least one row");
        return concat(rows);
    }
    const Tensor y = output(is_bare() ? reshape(x, row()) : x, how == Batching::generalised ? x.rows() : 1);
    require<ShapeError>(x.rows() > 0 && y.size() % x.rows() == 0 && (x.rows() == 1 || y.rows() == x.rows()),
                        "onnx: rows must be mapped to rows: ", x.rows(), " rows give ", y.shape());
    return reshape(y, Shape{x.rows(), y.size() / x.rows()});
}

Tensor Network::operator()(const Tensor& x) const {
    input();
    require<ShapeError>(fixed_rows_ == 0, "onnx: rows must be mapped to rows: the file is made for ", fixed_rows_,
                        " at once, and gives as much for one; export it with a free batch axis throughout");
    return mapped(x, batching_);
}

// Two rows together must give, bit for bit, what each gives alone: small numbers, and a small row beside one as large
// as pixels are, since a bound that holds for one may not hold for the other.
void Network::find_batching() {
    const Program& p = *program_;
    if (p.inputs.size() != 1 || !is_real(*p.inputs[0].element) || !p.inputs[0].lengths) return;
    const std::vector<Index>& lengths = *p.inputs[0].lengths;
    if (is_bare()) {
        bounded(lengths);
        batching_ = Batching::one_by_one;
        return;
    }
    if (lengths.empty() || std::ranges::find(lengths.begin() + 1, lengths.end(), -1) != lengths.end()) return;
    const NoRecording plain;
    const DType dtype = *p.inputs[0].element == Element::float32 ? DType::float32 : DType::float64;
    const Tensor small = random::uniform(bounded(list(Shape{2}.joined(row()))), -1, 1, {.seed = 1, .dtype = dtype});
    const Tensor both = concat({slice(small, 0, 0, 1), 255.0 * slice(small, 0, 1, 2)});
    std::vector<Tensor> alone;
    try {
        for (const Tensor& two : {small, both}) alone.push_back(mapped(two, Batching::one_by_one));
    } catch (const Error&) {
        return;  // not a function of single rows: what is wrong is told when it is run
    }
    for (const Batching how : {Batching::together, Batching::generalised}) {
        try {
            batching_ = how;
            if (same_bits(mapped(small, how), alone[0]) && same_bits(mapped(both, how), alone[1])) return;
        } catch (const Error&) {  // shapes made for one row
            continue;
        }
    }
    batching_ = Batching::one_by_one;
    if (lengths[0] != 1) fixed_rows_ = rows_made_for(slice(small, 0, 0, 1));
}

// A file that still holds how many rows it was exported with makes so many of one, and of so many no more.
Index Network::rows_made_for(const Tensor& one) const {
    const Shape alone = output(one, 1).shape();
    if (alone.rank() < 2 || alone[0] < 2 || alone[0] > 32) return 0;  // files are exported with few
    try {
        return output(broadcast_to(one, Shape{alone[0]}.joined(row())), 1).shape() == alone ? alone[0] : 0;
    } catch (const Error&) {
        return 0;
    }
}

std::vector<std::string> Network::inputs() const {
    std::vector<std::string> names;
    for (const Port& port : program_->inputs) names.push_back(port.name);
    return names;
}

std::vector<std::string> Network::outputs() const {
    std::vector<std::string> names;
    for (const Port& port : program_->outputs) names.push_back(port.name);
    return names;
}

// The one real input, or an error that names those there are.
const Port& Network::input() const {
    const std::vector<Port>& ports = program_->inputs;
    const bool one = ports.size() == 1 && is_real(*ports[0].element);
    std::string names;
    for (const Port& port : ports) names += text(names.empty() ? ": \"" : ", \"", port.name, "\" (", port.type, ")");
    require(one, "onnx: rows need a network of one real input: this one has ", ports.size(), names,
            ports.size() > 1 ? "; make the others constants when it is exported, or use" : "; use",
            " Network::run() in a program");
    return ports[0];
}

// Is the input a row by itself, without an axis of rows?
bool Network::is_bare() const {
    const std::optional<std::vector<Index>>& lengths = program_->inputs[0].lengths;
    return lengths && lengths->size() == 1 && lengths->front() != -1;
}

Shape Network::row() const {
    const Port& port = input();
    require(port.lengths && !port.lengths->empty(), "onnx: the input \"", port.name,
            "\" must have a shape whose leading axis is that of rows: the file gives it none");
    const std::span<const Index> inner = std::span(*port.lengths).subspan(is_bare() ? 0 : 1);
    require(std::ranges::find(inner, -1) == inner.end(), "onnx: the input \"", port.name,
            "\" must have fixed lengths behind the leading axis: export it with only that one free");
    return Shape(inner);
}

Index Network::nodes() const { return static_cast<Index>(program_->steps.size()); }

void Network::each(std::string& path, const nn::TensorVisitor& f) {
    for (Constant& constant : constants_) {
        if (!constant.parameter && !constant.buffer) continue;
        f(path.empty() ? constant.name : path + "." + constant.name, constant.value.real(),
          constant.buffer ? nn::Role::buffer : nn::Role::parameter);
    }
}

void Network::each(std::string& path, const nn::ConstTensorVisitor& f) const {
    for (const Constant& constant : constants_)
        if (constant.parameter || constant.buffer)
            f(path.empty() ? constant.name : path + "." + constant.name, constant.value.real(),
              constant.buffer ? nn::Role::buffer : nn::Role::parameter);
}

}  // namespace gradpath::models::onnx

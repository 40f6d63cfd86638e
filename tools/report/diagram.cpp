// From a recorded graph to boxes. Steps stand in the order in which they ran, so a run of them within that order can be
// one box: a way out of the run and back into it would need a step in between. Taps are names, not steps.
#include <gradpath/tools/report/diagram.hpp>

#include <algorithm>
#include <map>

#include <gradpath/autodiff/attributes.hpp>
#include <gradpath/tools/report/markup.hpp>

namespace gradpath::tools {
namespace {

constexpr std::size_t lines_of_ops = 2, widest_line = 40;

std::string size_text(const Size2& size) { return text(size.height, "×", size.width); }

/// What is unusual about a convolution or a pool.
std::string option(const char* name, const Size2& size, Index usual) {
    if (size == Size2(usual)) return "";
    return text(" ", name, " ", size.height == size.width ? text(size.height) : size_text(size));
}

std::string conv2d_words(const Conv2dAttributes& a) {
    const Conv2d& o = a.options;
    return text(size_text({a.weight[2], a.weight[3]}), option("stride", o.stride, 1), option("padding", o.padding, 0),
                option("dilation", o.dilation, 1), option("groups", Size2(o.groups), 1));
}

/// Column i of rows of numbers is the feature x1, x2, ..
std::string slice_words(const Step& step) {
    const auto& a = step.attributes->as<SliceAttributes>();
    const bool feature = step.inputs[0].rank() == 2 && a.axis == 1 && a.last == a.first + 1;
    return feature ? text("x", a.last) : text(a.first, " .. ", a.last - 1);
}

/// The shape of one row: (6, 28, 28), (120); nothing for a single number.
std::string row_text(const Shape& shape) {
    if (shape.rank() < 2 || shape.size() == shape[0]) return "";
    std::string lengths;
    for (Index axis = 1; axis < shape.rank(); ++axis) lengths += (axis > 1 ? ", " : "") + to_text(shape[axis]);
    return "(" + lengths + ")";
}

class Drawer {
public:
    explicit Drawer(std::string title) { diagram_.title = std::move(title); }

    void add_inputs(const std::vector<Tensor>& inputs) {
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            boxes_.push_back({.title = numbered("input", i, inputs.size()), .kind = Diagram::Kind::input});
            boxes_.back().shape = inputs[i].shape();
            owner_[inputs[i].node()] = boxes_.size() - 1;
        }
    }

    void add_step(const Step& step) {
        if (step.op == OpCode::tap) return add_tap(step);
        const bool goes_on = running_ && !step.tap.empty() && boxes_.back().path == step.tap;
        if (!goes_on) boxes_.push_back({.title = step.tap, .path = step.tap});
        running_ = true;
        boxes_.back().ops.push_back(words(step));
        boxes_.back().shape = step.outputs[0].shape();
        for (const Tensor& input : step.inputs) connect(input);
        owner_[step.outputs[0].node()] = boxes_.size() - 1;
    }

    void add_outputs(const std::vector<Tensor>& outputs) {
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            boxes_.push_back({.title = numbered("output", i, outputs.size()), .kind = Diagram::Kind::output});
            boxes_.back().shape = outputs[i].shape();
            connect(outputs[i]);
        }
    }

    /// To the box with the longest path that the name begins with; the first, where several have it.
    void add_parameter(const ParameterCount& parameter) {
        Box* best = nullptr;
        for (Box& box : boxes_) {
            const bool holds = !box.path.empty() && parameter.name.starts_with(box.path + ".");
            if (holds && (!best || box.path.size() > best->path.size())) best = &box;
        }
        if (!best) return;
        best->kind = Diagram::Kind::parameters;
        best->parameters += parameter.count;
    }

    Diagram finish() && {
        for (Box& box : boxes_) diagram_.boxes.push_back({box.title, lines(box), box.kind});
        return std::move(diagram_);
    }

private:
    struct Box {
        std::string title, path = {};
        Diagram::Kind kind = Diagram::Kind::step;
        std::vector<std::string> ops = {};
        Shape shape = {};
        Index parameters = 0;
    };

    static std::string numbered(const char* name, std::size_t i, std::size_t count) {
        return count == 1 ? name : text(name, " ", i + 1);
    }

    /// A tap names the box it stands behind, unless that has a name.
    void add_tap(const Step& step) {
        const auto behind = owner_.find(step.inputs[0].node());
        if (behind == owner_.end()) return;
        owner_[step.outputs[0].node()] = behind->second;
        Box& box = boxes_[behind->second];
        if (box.title.empty()) box.title = box.path = step.tap;
        running_ = false;
    }

    void connect(const Tensor& input) {
        const auto from = owner_.find(input.node());
        if (from == owner_.end() || from->second == boxes_.size() - 1) return;
        const Diagram::Arrow arrow{from->second, boxes_.size() - 1};
        if (std::ranges::find(diagram_.arrows, arrow) == diagram_.arrows.end()) diagram_.arrows.push_back(arrow);
    }

    /// The op's name with what a reader needs to know of it: sizes, and operands that are plain numbers.
    std::string words(const Step& step) const {
        const std::string name(step.name);
        switch (step.op) {
            case OpCode::conv2d: return name + " " + conv2d_words(step.attributes->as<Conv2dAttributes>());
            case OpCode::max_pool2d:
            case OpCode::avg_pool2d:
                return name + " " + size_text(step.attributes->as<Pool2dAttributes>().options.kernel);
            case OpCode::slice: return name + " " + slice_words(step);
            default: break;
        }
        std::string operands;
        bool any_number = false;
        for (const Tensor& input : step.inputs) {
            const bool number = input.rank() == 0 && !owner_.contains(input.node());
            any_number = any_number || number;
            operands += (operands.empty() ? "" : ", ") + (number ? number_text(input.item()) : "·");
        }
        return any_number ? name + "(" + operands + ")" : name;
    }

    static std::vector<std::string> lines(const Box& box) {
        std::vector<std::string> lines;
        std::size_t told = 0;
        for (; told < box.ops.size(); ++told) {
            const std::string& word = box.ops[told];
            if (told > 0 && letters(lines.back()) + letters(word) + 2 <= widest_line) lines.back() += ", " + word;
            else if (lines.size() < lines_of_ops) lines.push_back(word);
            else break;
        }
        if (told < box.ops.size()) lines.push_back(text("and ", box.ops.size() - told, " more"));
        const std::string shape = row_text(box.shape);
        const bool beside = !lines.empty() && letters(lines.back()) + letters(shape) + 3 <= widest_line;
        if (!shape.empty() && beside) lines.back() += " → " + shape;
        else if (!shape.empty()) lines.push_back(shape);
        if (box.parameters > 0)
            lines.push_back(text(box.parameters, box.parameters == 1 ? " parameter" : " parameters"));
        return lines;
    }

    Diagram diagram_;
    std::vector<Box> boxes_;
    std::map<const Node*, std::size_t> owner_;  ///< the box that a tensor comes out of
    bool running_ = false;                      ///< may the next step join the last box?
};

}  // namespace

Diagram diagram(const Graph& graph, const std::string& title, std::span<const ParameterCount> parameters) {
    Drawer drawer(title);
    drawer.add_inputs(graph.inputs);
    for (const Step& step : graph.steps) drawer.add_step(step);
    drawer.add_outputs(graph.outputs);
    for (const ParameterCount& parameter : parameters) drawer.add_parameter(parameter);
    return std::move(drawer).finish();
}

void require_ordered(const Diagram& diagram) {
    for (const Diagram::Arrow& arrow : diagram.arrows)
        require(arrow.from < arrow.to && arrow.to < diagram.boxes.size(),
                "diagram: an arrow must lead from an earlier box to a later one: it leads from ", arrow.from, " to ",
                arrow.to, " of ", diagram.boxes.size(), "; put the boxes in topological order");
}

}  // namespace gradpath::tools

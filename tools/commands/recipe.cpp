// Words are split at commas, a word's name from its argument at the first colon; the fields of a schedule come from its
// visit, so a new field is known here by itself.
#include <gradpath/tools/commands/recipe.hpp>

#include <utility>

#include <gradpath/tools/commands/arguments.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

using Shape = decltype(nn::Schedule::shape);

struct Pair {
    std::string name, argument;
    bool has_argument;
};

Pair cut_at(char mark, const std::string& text) {
    const std::size_t at = text.find(mark);
    if (at == text.npos) return {text, "", false};
    return {text.substr(0, at), text.substr(at + 1), true};
}

std::vector<std::string> split_at_commas(const std::string& text) {
    std::vector<std::string> parts{""};
    for (const char letter : text)
        if (letter == ',') parts.emplace_back();
        else parts.back() += letter;
    return parts;
}

const std::vector<std::pair<std::string, Shape>>& schedules() {
    static const std::vector<std::pair<std::string, Shape>> rows = {{"step", nn::StepDecay{}},
                                                                    {"cosine", nn::CosineDecay{}},
                                                                    {"one-cycle", nn::OneCycle{}},
                                                                    {"plateau", nn::PlateauDecay{}}};
    return rows;
}

template <class Rule>
void set_field(const std::string& what, const std::string& text, Rule& rule) {
    const auto [name, value, has_value] = cut_at('=', text);
    std::vector<std::string> names;
    bool found = false;
    Rule::visit(rule, [&, name = name, value = value, has_value = has_value](std::string_view field, auto& slot) {
        names.emplace_back(field);
        if (field != name) return;
        found = true;
        require<UsageError>(has_value, what, " ", name, " needs a value, as in ", name, "=1");
        read_value(what + " " + name, value, slot);
    });
    require<UsageError>(found, what, " there is no field \"", name, "\", it has ", either(names),
                        did_you_mean(name, names));
}

template <class T>
void add_word(std::string& words, const char* name, T value) {
    if (value > 0) words += (words.empty() ? "" : ",") + std::string(name) + ":" + to_text(value);
}

}  // namespace

std::string either(const std::vector<std::string>& names) {
    std::string joined;
    for (std::size_t i = 0; i < names.size(); ++i)
        joined += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
    return joined;
}

void require_one_of(const std::string& what, const std::string& name, const std::vector<std::string>& names) {
    for (const std::string& known : names)
        if (known == name) return;
    throw UsageError(text(what, " takes ", either(names), ": got \"", name, "\"", did_you_mean(name, names)));
}

Shape read_schedule(const std::string& what, const std::string& text) {
    const Pair word = cut_at(':', text);
    std::vector<std::string> names;
    Shape shape;
    for (const auto& [name, row] : schedules()) {
        names.push_back(name);
        if (name == word.name) shape = row;
    }
    require_one_of(what, word.name, names);
    if (!word.has_argument) return shape;
    std::visit(
        [&](auto& rule) {
            for (const std::string& field : split_at_commas(word.argument))
                set_field(what + " " + word.name + ":", field, rule);
        },
        shape);
    return shape;
}

std::string schedule_text(const nn::Schedule& schedule) {
    std::string fields;
    const auto add = [&](std::string_view name, const auto& value) {
        fields += (fields.empty() ? ":" : ",") + std::string(name) + "=" + to_text(value);
    };
    std::visit([&](const auto& rule) { rule.visit(rule, add); }, schedule.shape);
    for (const auto& [name, row] : schedules())
        if (row.index() == schedule.shape.index()) return name + fields;
    return "constant";
}

nn::Averaging read_average(const std::string& what, const std::string& text) {
    const Pair word = cut_at(':', text);
    require_one_of(what, word.name, {"ema", "last"});
    require<UsageError>(!word.argument.empty(), what, " ", word.name, " needs a number, as in ",
                        word.name == "ema" ? "ema:0.999" : "last:5");
    nn::MovingAverage moving;
    nn::TailAverage tail;
    if (word.name == "ema") return read_value(what + " ema", word.argument, moving.decay), moving;
    return read_value(what + " last", word.argument, tail.epochs), tail;
}

std::string average_text(const nn::Averaging& average) {
    if (const auto* moving = std::get_if<nn::MovingAverage>(&average)) return "ema:" + to_text(moving->decay);
    if (const auto* tail = std::get_if<nn::TailAverage>(&average)) return "last:" + to_text(tail->epochs);
    return "none";
}

nn::Augment read_augment(const std::string& what, const std::string& text) {
    nn::Augment augment;
    for (const std::string& part : split_at_commas(text)) {
        const Pair word = cut_at(':', part);
        require_one_of(what, word.name, {"flip", "shift", "rotate", "noise"});
        const bool flip = word.name == "flip";
        require<UsageError>(flip != word.has_argument, what, " ", word.name,
                            flip ? " takes no number" : " needs a number, as in " + word.name + ":2");
        if (flip) augment.flip = true;
        else if (word.name == "shift") read_value(what + " shift", word.argument, augment.shift);
        else read_value(what + " " + word.name, word.argument, word.name == "noise" ? augment.noise : augment.rotate);
    }
    return augment;
}

std::string augment_text(const nn::Augment& augment) {
    std::string words = augment.flip ? "flip" : "";
    add_word(words, "rotate", augment.rotate);
    add_word(words, "shift", augment.shift);
    add_word(words, "noise", augment.noise);
    return words;
}

ClassWeights read_class_weights(const std::string& what, const std::string& text) {
    if (text == "balanced") return {.balanced = true};
    ClassWeights weights;
    for (const std::string& part : split_at_commas(text)) {
        require<UsageError>(part.find_first_of("0123456789") != part.npos, what,
                            " takes balanced, or a number for each class joined by commas: got \"", text, "\"",
                            did_you_mean(text, {"balanced"}));
        read_value(what, part, weights.numbers.emplace_back());
        require<UsageError>(weights.numbers.back() > 0, what, " must be positive: got ", weights.numbers.back());
    }
    return weights;
}

std::string class_weights_text(const ClassWeights& weights) {
    if (weights.balanced) return "balanced";
    std::string joined;
    for (const double number : weights.numbers) joined += (joined.empty() ? "" : ",") + to_text(number);
    return joined;
}

std::vector<double> weights_for(const std::string& what, const ClassWeights& weights, const models::DataSet& data) {
    require<UsageError>(weights.numbers.empty() || weights.numbers.size() == data.classes.size(), what,
                        " takes a number for each class: there are ", weights.numbers.size(), ", ", data.name, " has ",
                        data.classes.size(), " classes");
    if (!weights.balanced) return weights.numbers;
    std::vector<double> balanced(data.classes.size());
    for (const Index label : data.labels.data()) ++balanced[static_cast<std::size_t>(label)];
    const double share = static_cast<double>(data.labels.size()) / static_cast<double>(data.classes.size());
    for (double& rows : balanced) rows = rows > 0 ? share / rows : 1;  // of a class without rows nothing is known
    return balanced;
}

}  // namespace gradpath::tools

// One table names the optimizers; everything else is one line where an option is declared, one where it is checked, and
// one where it is a setting.
#include <gradpath/tools/commands/train_options.hpp>

#include <algorithm>
#include <array>

#include <gradpath/models/model.hpp>
#include <gradpath/nn/loss.hpp>
#include <gradpath/tools/commands/data_options.hpp>
#include <gradpath/tools/commands/dry_run.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {
namespace {

struct NamedOptimizer {
    const char* name;
    double weight_decay;  ///< where none is given
    nn::Optimizer (*make)(const TrainOptions& options, double weight_decay);
};

nn::Optimizer adam(const TrainOptions& o, double decay) { return nn::Adam{.rate = o.rate, .weight_decay = decay}; }
nn::Optimizer sgd(const TrainOptions& o, double decay) {
    return nn::Sgd{.rate = o.rate, .momentum = o.momentum, .nesterov = o.nesterov, .weight_decay = decay};
}

nn::Optimizer rms_prop(const TrainOptions& o, double decay) {
    return nn::RmsProp{.rate = o.rate, .momentum = o.momentum, .weight_decay = decay};
}

const std::array optimizers{NamedOptimizer{"adam", 0, adam}, NamedOptimizer{"adamw", 0.01, adam},
                            NamedOptimizer{"rmsprop", 0, rms_prop}, NamedOptimizer{"sgd", 0, sgd}};

std::vector<std::string> optimizer_names() {
    std::vector<std::string> names;
    for (const NamedOptimizer& row : optimizers) names.emplace_back(row.name);
    return names;
}

const NamedOptimizer& optimizer_row(const TrainOptions& o) {
    return *std::ranges::find_if(optimizers, [&](const NamedOptimizer& row) { return row.name == o.optimizer; });
}

double weight_decay(const TrainOptions& o) { return o.weight_decay.value_or(optimizer_row(o).weight_decay); }

void read_setting(const std::string& text, std::map<std::string, std::string>& set) {
    const auto equals = text.find('=');
    require<UsageError>(equals != text.npos && equals > 0, "train: --set takes KEY=VALUE: got \"", text, "\"");
    set[text.substr(0, equals)] = text.substr(equals + 1);
}

/// An option whose text is read by one of the recipe's functions.
template <class T>
void word(Arguments& arguments, const char* name, const char* kind, T& field,
          T (*read)(const std::string& what, const std::string& text), const char* help) {
    arguments.value(name, kind, help, [&field, read, name](const std::string& text) {
        field = read(std::string("train: ") + name, text);
    });
}

void declare_recipe(Arguments& arguments, TrainOptions& o) {
    arguments.group("How to train");
    arguments.option("--optimizer", "NAME", o.optimizer, either(optimizer_names()) + " (adam)");
    arguments.option("--rate", "R", o.rate, "learning rate (0.001)");
    arguments.option("--momentum", "M", o.momentum, "of sgd and rmsprop (0)");
    arguments.flag("--nesterov", o.nesterov, "sgd looks ahead along its momentum");
    arguments.option("--weight-decay", "W", o.weight_decay,
                     "decoupled for adam (0) and adamw (0.01), added to the gradient for sgd and rmsprop (0)");
    word(arguments, "--schedule", "SHAPE", o.schedule.shape, read_schedule,
         "of the rate: step, cosine, one-cycle or plateau, with fields as in step:every=10,factor=0.1 (constant)");
    arguments.option("--warmup", "STEPS", o.schedule.warmup,
                     "in which the rate rises to where the schedule starts (0)");
    arguments.option("--clip-norm", "N", o.clip.norm, "longest gradient (no bound)");
    arguments.option("--clip-value", "V", o.clip.value, "largest number in a gradient (no bound)");
    word(arguments, "--average", "KIND", o.average, read_average,
         "of the weights, kept as the model: ema:DECAY or last:EPOCHS (none)");
    arguments.option("--patience", "EPOCHS", o.patience,
                     "end after so many without a lower loss, and keep the best epoch's weights (0: never)");
    word(arguments, "--augment", "LIST", o.augment, read_augment,
         "of the rows trained on: flip,shift:PIXELS,rotate:DEGREES,noise:DEVIATION (none)");
    arguments.option("--label-smoothing", "S", o.smoothing, "share of each label spread over all classes (0)");
    word(arguments, "--class-weights", "WEIGHTS", o.class_weights, read_class_weights,
         "balanced, or a number for each class: 1,2.5,1 (all alike)");
}

}  // namespace

void declare(Arguments& arguments, TrainOptions& o) {
    arguments.option("--model", "NAME", o.model, either(models::architectures()));
    arguments.option("--data", "DATA", o.data, data_help);
    arguments.value(
        "--set", "KEY=VALUE", "an option of the model, such as widths=2-32-2; may be repeated",
        [&](const std::string& text) { read_setting(text, o.set); }, true);
    arguments.option("--epochs", "N", o.epochs, "passes over the data (5)");
    arguments.option("--batch", "N", o.batch, "rows per step (64)");
    arguments.option("--validation", "F", o.validation,
                     "share of the rows kept back and evaluated after each epoch (0)");
    arguments.flag("--resume", o.resume, "go on from the checkpoint in --out, bit for bit");
    declare_recipe(arguments, o);
    add_table_options(arguments, o.table);
    add_common(arguments, o.common);
    add_dry_run(arguments, o.dry_run);
}

void check(const Arguments& arguments, const TrainOptions& o) {
    require_given(arguments, "--model", o.model);
    require_given(arguments, "--data", o.data);
    require_given(arguments, "--out", o.common.out.string());
    require<UsageError>(o.epochs >= 1, "train: --epochs must be at least 1: got ", o.epochs);
    require<UsageError>(o.batch >= 1, "train: --batch must be at least 1: got ", o.batch);
    require<UsageError>(o.rate > 0, "train: --rate must be positive: got ", o.rate);
    require_one_of("train: --optimizer", o.optimizer, optimizer_names());
    require<UsageError>(o.momentum == 0 || o.optimizer == "sgd" || o.optimizer == "rmsprop",
                        "train: --momentum is of sgd and rmsprop, the optimizer is ", o.optimizer);
    require<UsageError>(o.momentum >= 0 && o.momentum < 1, "train: --momentum must lie in [0, 1): got ", o.momentum);
    require<UsageError>(!o.nesterov || (o.momentum > 0 && o.optimizer == "sgd"),
                        "train: --nesterov needs sgd with a --momentum above 0");
    require<UsageError>(weight_decay(o) >= 0, "train: --weight-decay must not be negative: got ", weight_decay(o));
    require<UsageError>(o.validation >= 0 && o.validation < 1, "train: --validation must lie in [0, 1): got ",
                        o.validation);
    require<UsageError>(o.smoothing >= 0 && o.smoothing < 1, "train: --label-smoothing must lie in [0, 1): got ",
                        o.smoothing);
    nn::check(o.schedule);
    nn::check(o.clip);
    nn::check(o.average);
}

DType dtype_of(const TrainOptions& o) { return o.common.dtype.value_or(DType::float32); }

models::Settings settings_of(const TrainOptions& o) {
    models::Settings settings{{"model", o.model},
                              {"data", o.data},
                              {"batch", to_text(o.batch)},
                              {"rate", to_text(o.rate)},
                              {"optimizer", o.optimizer},
                              {"momentum", to_text(o.momentum)},
                              {"weight-decay", to_text(weight_decay(o))},
                              {"validation", to_text(o.validation)},
                              {"seed", to_text(o.common.seed)},
                              {"dtype", to_text(dtype_of(o))}};
    const auto name_where = [&](bool given, const char* name, const std::string& value) {
        if (given) settings.emplace(name, value);
    };
    const bool shaped = !std::holds_alternative<nn::ConstantRate>(o.schedule.shape);
    const bool tail = std::holds_alternative<nn::TailAverage>(o.average);
    name_where(o.nesterov, "nesterov", "yes");
    name_where(shaped, "schedule", schedule_text(o.schedule));
    name_where(o.schedule.warmup > 0, "warmup", to_text(o.schedule.warmup));
    name_where(o.clip.norm > 0, "clip-norm", to_text(o.clip.norm));
    name_where(o.clip.value > 0, "clip-value", to_text(o.clip.value));
    name_where(o.average.index() > 0, "average", average_text(o.average));
    name_where(o.patience > 0, "patience", to_text(o.patience));
    name_where(o.augment.moves() || o.augment.noise > 0, "augment", augment_text(o.augment));
    name_where(o.smoothing > 0, "label-smoothing", to_text(o.smoothing));
    name_where(o.class_weights.given(), "class-weights", class_weights_text(o.class_weights));
    name_where(tail || nn::needs_epochs(o.schedule), "epochs", to_text(o.epochs));  // such a run cannot be prolonged
    settings.merge(table_settings(o.data, o.table));
    return settings;
}

nn::Fit fit_of(const TrainOptions& o, const models::DataSet& data) {
    nn::Fit fit{.epochs = o.epochs,
                .batch = o.batch,
                .optimizer = optimizer_row(o).make(o, weight_decay(o)),
                .seed = o.common.seed,
                .schedule = o.schedule,
                .clip = o.clip,
                .average = o.average,
                .augment = o.augment,
                .patience = o.patience};
    if (o.smoothing == 0 && !o.class_weights.given()) return fit;
    const nn::CrossEntropy loss{o.smoothing, weights_for("train: --class-weights", o.class_weights, data)};
    fit.loss = [loss](const Tensor& output, const nn::Examples& batch) {
        return nn::mean_cross_entropy(output, batch.labels, loss);
    };
    return fit;
}

}  // namespace gradpath::tools

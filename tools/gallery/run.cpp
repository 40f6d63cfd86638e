// The checkpoint knows everything: weights, history, and by its settings the data.
#include <gradpath/tools/gallery/run.hpp>

#include <gradpath/autodiff/grad.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/models/data/load.hpp>
#include <gradpath/models/saved.hpp>
#include <gradpath/tools/commands/format.hpp>

namespace gradpath::tools {

FinishedRun open_run(const std::filesystem::path& folder) {
    models::Checkpoint checkpoint = models::load_checkpoint(folder / "checkpoint.safetensors");
    const std::string data = checkpoint.run.at("data");
    models::DataSet test = models::load(data, "test", checkpoint.state.seed);
    const nn::Evaluation result = nn::evaluate(checkpoint.model, {test.x, test.labels});
    return {std::move(checkpoint.model), std::move(checkpoint.state.history), data, std::move(test), result};
}

Facts facts_of(const FinishedRun& run) {
    return {{{"test accuracy", percent(run.result.accuracy), text("of ", run.result.rows, " rows it never saw")},
             {"test loss", fixed(run.result.loss, 4), "cross-entropy"},
             {"parameters", to_text(nn::count(run.model)), run.model.architecture},
             {"epochs", to_text(static_cast<Index>(run.history.size())), "passes over the training rows"}}};
}

Chart history_of(const FinishedRun& run) {
    Chart::Curve loss{"loss", {}, {}}, accuracy{"accuracy", {}, {}};
    for (const nn::EpochResult& e : run.history) {
        for (Chart::Curve* curve : {&loss, &accuracy}) curve->x.push_back(static_cast<double>(curve->x.size() + 1));
        loss.y.push_back(e.loss);
        accuracy.y.push_back(e.accuracy);
    }
    return {.title = "How it learned",
            .x_label = "epoch",
            .y_label = "mean over the training rows",
            .alt = "loss falls and accuracy rises with the epochs",
            .curves = {std::move(loss), std::move(accuracy)}};
}

std::vector<Index> right_rows(const FinishedRun& run, Index label, Index count) {
    const NoRecording plain;
    std::vector<Index> rows;
    for (Index i = 0; i < run.test.labels.size() && static_cast<Index>(rows.size()) < count; ++i) {
        if (run.test.labels[i] != label) continue;
        if (argmax(run.model(slice(run.test.x, 0, i, i + 1)), 1)[0] == label) rows.push_back(i);
    }
    return rows;
}

std::string class_of(const FinishedRun& run, Index label) {
    const auto k = static_cast<std::size_t>(label);
    return k < run.model.class_names.size() ? run.model.class_names[k] : "class " + to_text(label);
}

}  // namespace gradpath::tools

#include <gradpath/tools/experiments/trained.hpp>

#include <gradpath/nn/train.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {

models::Model trained(const ExperimentOptions& o, const models::DataSet& data, const std::string& architecture,
                      Index epochs) {
    models::Model net = models::make_for(data, architecture, {}, o.common.seed);
    const models::Task task = models::task_for(net, data);
    Progress progress(Progress::style(o.common.quiet), "rows");
    nn::Fit fit{.epochs = epochs, .seed = o.common.seed, .loss = task.loss, .cancel = &o.interrupted};
    fit.on_progress = [&](const nn::Progress& p) {
        progress.tell(text("training on ", data.name), p.epoch * task.examples.rows() + p.rows,
                      epochs * task.examples.rows());
        return nn::Next::go_on;
    };
    nn::fit(net, task.examples, fit);
    return net;
}

}  // namespace gradpath::tools

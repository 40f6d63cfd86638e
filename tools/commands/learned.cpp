#include <gradpath/tools/commands/learned.hpp>

#include <algorithm>

#include <gradpath/attribution/baselines/learn_baseline.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/output_stage.hpp>
#include <gradpath/tools/commands/progress.hpp>

namespace gradpath::tools {
namespace {

constexpr Index most_rows = 500;

}  // namespace

Tensor learned_baseline(const ExplainOptions& o, const Subject& subject, const ReadRows& reading) {
    const std::string words = o.baseline.substr(o.baseline.find(':') + 1);
    const Rows data = read_rows(words, subject.row, subject.dtype, reading);
    const Index rows = std::min(data.x.rows(), most_rows);
    attribution::LearnBaseline options = attribution::learning_for(subject.row.size());
    options.stage = asked_stage("explain", o.stage, subject).run;
    if (data.labels && options.stage.kind != attribution::Stage::margin) {
        const auto labels = data.labels->data();
        options.target = std::vector<Index>(labels.begin(), labels.begin() + rows);
    }
    options.seed = o.common.seed;
    Progress progress(Progress::style(o.common.quiet), "steps");
    options.run.memory = o.common.memory;
    options.run.cancel = o.interrupted;
    options.run.progress = [&](std::string_view stage, Index done, Index total) { progress.tell(stage, done, total); };
    return attribution::learn_baseline(subject.run, slice(data.x, 0, 0, rows), options).value;
}

}  // namespace gradpath::tools

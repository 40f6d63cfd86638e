#include <gradpath/tools/commands/soften.hpp>

#include <gradpath/attribution/core/soften.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {

void add_soften(Arguments& arguments, SoftenChoice& choice) {
    arguments.option("--soften", "BETA", choice.sharpness,
                     "softplus(BETA z) / BETA for every relu, a mean of exponentials for every maximum of a pool");
    arguments.flag("--keep-pools", choice.keep_pools, "with --soften: relu alone");
}

void soften(const std::string& command, Subject& subject, const SoftenChoice& choice) {
    require<UsageError>(choice.sharpness || !choice.keep_pools, command, ": --keep-pools goes with --soften");
    if (!choice.sharpness) return;
    const double sharpness = *choice.sharpness;
    require<UsageError>(sharpness > 0, command, ": --soften must be above 0: got ", sharpness);
    const attribution::Model soft =
        attribution::softened(subject.run, zeros(Shape{1}.joined(subject.row), subject.dtype),
                              {.sharpness = sharpness, .pools = !choice.keep_pools});
    require<UsageError>(static_cast<bool>(soft), command, ": --soften is for networks with relu",
                        choice.keep_pools ? ": " : " or max-pooling: ", subject.name, " has none");
    subject.run = soft;
}

}  // namespace gradpath::tools

#include <gradpath/tools/commands/soften.hpp>

#include <gradpath/attribution/core/soften.hpp>
#include <gradpath/autodiff/ops.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {

void add_soften(Arguments& arguments, std::optional<double>& sharpness) {
    arguments.option("--soften", "BETA", sharpness, "softplus(BETA z) / BETA for every relu, a mean of exponentials for every maximum of a pool");
}

void soften(const std::string& command, Subject& subject, const std::optional<double>& sharpness) {
    if (!sharpness) return;
    require<UsageError>(*sharpness > 0, command, ": --soften must be above 0: got ", *sharpness);
    const attribution::Model soft = attribution::softened(subject.run, zeros(Shape{1}.joined(subject.row), subject.dtype), {.sharpness = *sharpness});
    require<UsageError>(static_cast<bool>(soft), command, ": --soften is for networks with relu or max-pooling: ", subject.name,
                        " has none");
    subject.run = soft;
}

}  // namespace gradpath::tools

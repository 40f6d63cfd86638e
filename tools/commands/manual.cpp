// The manual page and the completion of shells: each command writes its own part, in the order of the overview.
#include <algorithm>

#include <gradpath/tools/commands/commands.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/pages.hpp>

namespace gradpath::tools {
namespace {

Exit write_all(const std::string& form, const std::atomic<bool>& interrupted) {
    std::vector<CommandName> names;
    for (const Command& command : commands()) names.push_back({command.name, command.summary});
    const Frame frame = frame_of(form, names);
    const std::string help = "--help=" + form;
    print(frame.head);
    for (const Command& command : commands()) command.run(Words(&help, 1), interrupted);
    print(frame.foot);
    return Exit::fine;
}

}  // namespace

Exit man(Words words, const std::atomic<bool>& interrupted) {
    Arguments arguments("man", "Prints the manual page, in roff.", "gradpath man | man -l -");
    arguments.add_standard();
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    return write_all("man", interrupted);
}

Exit completion(Words words, const std::atomic<bool>& interrupted) {
    std::string shell;
    Arguments arguments("completion", "Prints what a shell needs to complete commands, options and methods.",
                        "source <(gradpath completion bash)\ngradpath completion zsh >_gradpath");
    arguments.positional("SHELL", shell, "bash or zsh");
    arguments.add_standard();
    if (!arguments.parse(words)) return print(arguments.help()), Exit::fine;
    require_given(arguments, "SHELL", shell);
    require<UsageError>(shell == "bash" || shell == "zsh", "completion: SHELL is bash or zsh: got \"", shell, "\"");
    return write_all(shell, interrupted);
}

}  // namespace gradpath::tools

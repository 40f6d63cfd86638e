#pragma once
// What the commands take, for other programs to read: the manual page, and completion in shells. All of it comes from
// the declarations that also parse and make --help.
#include <string>
#include <vector>

#include <gradpath/tools/commands/arguments.hpp>

namespace gradpath::tools {

/// One command's part of the manual page ("man"), or its case in a shell's completion ("bash", "zsh").
std::string page_as(const std::string& form, const CommandPage& page);

struct CommandName {
    std::string name, summary;
};
/// What stands before and after the parts of the commands.
struct Frame {
    std::string head, foot;
};
Frame frame_of(const std::string& form, const std::vector<CommandName>& commands);

}  // namespace gradpath::tools

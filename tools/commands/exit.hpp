#pragma once
// What the program says to the shell that called it.
#include <gradpath/autodiff/error.hpp>

namespace gradpath::tools {

enum class Exit : int {
    fine = 0,
    failure = 1,   ///< something could not be done
    usage = 2,     ///< a command, option, name, target or formula that makes no sense
    not_met = 3,   ///< a requested check was not met
    bad_file = 4,  ///< an input file is missing or not what it should be
    interrupted = 130
};

class UsageError : public Error {
    using Error::Error;
};  ///< ends in Exit::usage
class WriteError : public Error {
    using Error::Error;
};  ///< ends in Exit::failure: the fault is not the input's

}  // namespace gradpath::tools

#pragma once
// What a note may advise: nothing that is in use already.
#include <initializer_list>
#include <string>

namespace gradpath::attribution::geometry {

struct Remedy {
    bool open;  ///< may it still help?
    const char* words;
};
/// "a", "a, or b", "a, b, or c" of those that are open, one of which must be.
std::string remedies(std::initializer_list<Remedy> all);

}  // namespace gradpath::attribution::geometry

// The version compiled into the library, which a header of another version cannot know.
#include <gradpath/autodiff/version.hpp>

namespace gradpath {

const char* version() { return GRADPATH_VERSION; }

}  // namespace gradpath

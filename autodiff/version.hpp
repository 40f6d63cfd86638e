#pragma once
// Which gradpath: the macros say what a program was compiled against, version() what it runs with. Semantic versioning.

#define GRADPATH_VERSION_MAJOR 0
#define GRADPATH_VERSION_MINOR 1
#define GRADPATH_VERSION_PATCH 0
#define GRADPATH_VERSION "0.1.0"

namespace gradpath {

const char* version();  ///< of the library in use, such as "0.1.0"

}  // namespace gradpath

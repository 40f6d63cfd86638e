#pragma once
// How every reader complains: "format: rule: facts (file name)".
#include <string>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::io {

struct Fault {
    const char* format;  ///< npy, safetensors, ..
    std::string name;    ///< of the file, or of the entry in it

    /// Throws IoError with the joined parts unless `ok`.
    template <class... Parts>
    void unless(bool ok, const Parts&... parts) const {
        if (!ok) [[unlikely]]
            throw IoError(text(format, ": ", parts..., " (", name, ")"));
    }
};

}  // namespace gradpath::io

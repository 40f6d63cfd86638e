#include <gradpath/tools/commands/groups.hpp>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/npy.hpp>
#include <gradpath/autodiff/io/npz.hpp>

namespace gradpath::tools {

void read_groups(const std::string& command, std::map<std::string, std::string>& options) {
    for (const char* name : {"groups", "unions"}) {
        const auto found = options.find(name);
        if (found == options.end()) continue;
        const std::string file = found->second;
        const bool npz = file.ends_with(".npz");
        if (!npz && !file.ends_with(".npy")) continue;
        const Indices players = npz ? io::read_npz_indices(file, name) : io::read_npy_indices(file);
        require<IoError>(players.size() > 0, command, ": --", name, ": ", file, " holds no numbers");
        found->second.clear();
        for (const Index player : players.data())
            found->second += (found->second.empty() ? "" : ",") + std::to_string(player);
    }
}

}  // namespace gradpath::tools

#include <gradpath/tools/commands/provenance.hpp>

#include <gradpath/models/sha256.hpp>

namespace gradpath::tools {

std::string command_line(const std::string& command, Words words) {
    std::string line = "gradpath " + command;
    for (const std::string& word : words) {
        const bool plain = word.find_first_of(" '\"$&|;()<>*?") == word.npos && !word.empty();
        line += plain ? " " + word : " '" + word + "'";
    }
    return line;
}

std::string data_hash(const Tensor& rows) {
    const Tensor numbers = rows.to(DType::float64);
    const std::span<const double> list = numbers.data<double>();
    models::Sha256 sha;
    sha.add({reinterpret_cast<const char*>(list.data()), list.size_bytes()});
    return sha.hex();
}

}  // namespace gradpath::tools

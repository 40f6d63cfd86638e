#include <gradpath/tools/commands/provenance.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>

#include <gradpath/models/sha256.hpp>

namespace gradpath::tools {

namespace {

/// As a shell reads it back.
std::string quoted(const std::string& word) {
    constexpr std::string_view harmless = "_-./:,=+@%";
    const auto plain = [&](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || harmless.find(c) != harmless.npos;
    };
    if (!word.empty() && std::ranges::all_of(word, plain)) return word;
    std::string out = "'";
    for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

}  // namespace

std::string command_line(const std::string& command, std::span<const std::string> words) {
    std::string line = "gradpath " + command;
    for (const std::string& word : words) line += " " + quoted(word);
    return line;
}

std::string data_hash(const Tensor& x) {
    const Tensor numbers = x.to(DType::float64);
    const std::span<const double> list = numbers.data<double>();
    models::Sha256 sha;
    sha.add({reinterpret_cast<const char*>(list.data()), list.size_bytes()});
    return sha.hex();
}

std::string prepared_text(const NetworkEnds& ends) {
    const std::string words = describe(ends);
    return words.empty() ? "as it is" : words;
}

}  // namespace gradpath::tools

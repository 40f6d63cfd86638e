// What all commands share.
#include <gradpath/tools/commands/common.hpp>

#include <array>
#include <charconv>
#include <cstdio>
#include <iostream>

#include <nlohmann/json.hpp>

#include <gradpath/autodiff/threads.hpp>
#include <gradpath/tools/commands/exit.hpp>

namespace gradpath::tools {

void add_common(Arguments& arguments, Common& common) {
    add_common_but_threads(arguments, common);
    arguments.value("--threads", "N", "how many to use; any number gives the same bits (all)",
                    [&](const std::string& text) {
                        read_value(arguments.command() + ": --threads", text, common.threads);
                        require<UsageError>(common.threads >= 1 && common.threads <= 1024, arguments.command(),
                                            ": --threads must lie in 1 .. 1024: got ", common.threads);
                    });
}

void add_common_but_threads(Arguments& arguments, Common& common) {
    arguments.group("Common options");
    arguments.option("--seed", "N", common.seed, "of everything that is drawn at random (0)");
    arguments.value("--dtype", "TYPE", "f32 or f64 (the model's own; else f32)", [&](const std::string& text) {
        require<UsageError>(text == "f32" || text == "f64", arguments.command(), ": --dtype takes f32 or f64: got \"",
                            text, "\"");
        common.dtype = text == "f64" ? DType::float64 : DType::float32;
    });
    arguments.value(
        "--memory", "BYTES", "for an explanation's work at one time, such as 16M or 2G (512M)",
        [&](const std::string& text) { common.memory = parse_bytes(arguments.command() + ": --memory", text); });
    arguments.value("--out", "DIR", "folder for the files to write", [&](const std::string& text) {
        require<UsageError>(!text.empty(), arguments.command(), ": --out takes the name of a folder: got \"\"");
        common.out = text;
    });
    arguments.flag("--json", common.json, "one JSON document on stdout instead of text");
    arguments.flag("--quiet", common.quiet, "no progress and no messages, only errors");
    arguments.add_standard();
}

std::size_t parse_bytes(const std::string& what, const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string unit(end, text.data() + text.size());
    if (unit.ends_with("iB")) unit.resize(unit.size() - 2);
    else if (unit.size() > 1 && unit.ends_with("B")) unit.pop_back();
    constexpr std::string_view units = "KMGT";
    const std::size_t power = unit.empty() ? 0 : units.find(unit[0]) + 1;
    const bool known = unit.empty() || (unit.size() == 1 && power > 0);
    const unsigned shift = known ? 10 * static_cast<unsigned>(power) : 0;
    require<UsageError>(fault == std::errc() && known && number > 0 && number <= (std::uint64_t{1} << 50) >> shift,
                        what, " takes bytes such as 512M, 16M or 2G: got \"", text, "\"");
    return static_cast<std::size_t>(number << shift);
}

std::string bytes_text(std::size_t bytes) {
    constexpr std::array<const char*, 5> units{"bytes", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    auto amount = static_cast<double>(bytes);
    for (; amount >= 1024 && unit + 1 < units.size(); ++unit) amount /= 1024;
    std::array<char, 32> line{};
    std::snprintf(line.data(), line.size(), unit == 0 ? "%.0f %s" : "%.1f %s", amount, units[unit]);
    return line.data();
}

void apply(const Common& common) {
    if (common.threads > 0) set_threads(static_cast<int>(common.threads));
}

void say(const Common& common, std::string_view line) {
    if (!common.quiet) std::cerr << line << '\n';
}

void print(std::string_view data) {
    std::cout << data << std::flush;
    require<WriteError>(std::cout.good(), "stdout: what was to be written did not get there");
}

std::string json_text(const nlohmann::ordered_json& document) {
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void print_json(const nlohmann::ordered_json& document) { print(json_text(document)); }

void make_folder(const std::filesystem::path& folder) {
    std::error_code fault;
    std::filesystem::create_directories(folder, fault);
    require<WriteError>(!fault && std::filesystem::is_directory(folder),
                        "--out: the folder must be there or can be made: ", folder.string(), ": ",
                        fault ? fault.message() : "it is a file");
}

void remove_file(const std::filesystem::path& file) {
    std::error_code fault;
    std::filesystem::remove(file, fault);
    require<WriteError>(!fault, "--out: an old file must give way: ", file.string(), ": ", fault.message());
}

void rethrow_as_write_error() {
    try {
        throw;
    } catch (const IoError& error) {
        throw WriteError(error.what());
    }
}

}  // namespace gradpath::tools

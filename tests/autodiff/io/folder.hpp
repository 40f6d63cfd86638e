#pragma once
// What the file tests share: a folder that goes away, and damage done to bytes in a repeatable way.
#include <filesystem>
#include <fstream>
#include <string>

#include <gradpath/autodiff/io/file.hpp>
#include <gradpath/autodiff/random.hpp>

#include "support/folder.hpp"

using gradpath::tests::TempFolder;

/// Writes without syncing, for thousands of short-lived files.
inline void put(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Calls read(damaged) with every truncation of `good` shorter than 600 bytes, then 3000 copies with up to three bits
/// flipped. Counts how often it succeeded and how often it threw IoError; any other exception escapes.
struct Outcome {
    int fine = 0, refused = 0;
};
template <class Read>
Outcome read_damaged(const std::string& good, const Read& read) {
    Outcome outcome;
    const auto attempt = [&](const std::string& bytes) {
        try {
            read(bytes);
            ++outcome.fine;
        } catch (const gradpath::IoError&) {
            ++outcome.refused;
        }
    };
    for (std::size_t size = 0; size < good.size() && size < 600; ++size) attempt(good.substr(0, size));
    const auto bits = static_cast<gradpath::Index>(good.size() * 8);
    const gradpath::Indices flips = gradpath::random::integers({3000, 3}, bits, 11);
    for (gradpath::Index i = 0; i < 3000; ++i) {
        std::string bytes = good;
        for (gradpath::Index k = 0; k <= i % 3; ++k) {
            const auto bit = static_cast<std::size_t>(flips[i * 3 + k]);
            bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
        }
        attempt(bytes);
    }
    return outcome;
}

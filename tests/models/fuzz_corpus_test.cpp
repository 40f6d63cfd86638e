// The fuzzers' corpus, replayed: each file of it, and each of its beginnings, is read or refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include <fuzz/targets.hpp>
#include <gradpath/autodiff/error.hpp>
#include <gradpath/autodiff/io/file.hpp>

namespace gradpath {

TEST_CASE("every file of the fuzzers' corpus is read or refused, whole and cut") {
    const std::filesystem::path corpus = std::filesystem::path(GRADPATH_SOURCE_DIR) / "tests/fuzz/corpus";
    for (const std::string& target : tests::fuzz_targets()) {
        CAPTURE(target);
        int files = 0;
        for (const auto& entry : std::filesystem::directory_iterator(corpus / target)) {
            const std::string bytes = io::read_file(entry.path());
            CAPTURE(entry.path().string());
            CHECK_NOTHROW(tests::run_fuzz_target(target, bytes));
            const std::size_t step = std::max<std::size_t>(bytes.size() / 64, 1);
            for (std::size_t length = 0; length < bytes.size(); length += step)
                CHECK_NOTHROW(tests::run_fuzz_target(target, std::string_view(bytes).substr(0, length)));
            ++files;
        }
        CHECK(files > 0);
    }
    CHECK_THROWS_WITH_AS(tests::run_fuzz_target("nothing", ""), "fuzz: there is no target \"nothing\"", ValueError);
}

}  // namespace gradpath

// The ONNX project's conformance cases, all of them. Debian's libonnx-testdata brings them.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>

#include <gradpath/autodiff/error.hpp>
#include <gradpath/models/onnx/conformance.hpp>
#include <gradpath/models/onnx/operators.hpp>

namespace gradpath {

using models::onnx::Case;

TEST_CASE("every conformance case passes that is made of listed operators and supported tensors") {
    if (!std::filesystem::exists(models::onnx::conformance_folder)) {
        MESSAGE("skipped: no ", models::onnx::conformance_folder, "; install libonnx-testdata");
        return;
    }
    std::map<Case::Verdict, int> counts;
    for (const std::filesystem::path& folder : models::onnx::conformance_cases()) {
        const Case one = models::onnx::run_case(folder);
        CHECK_MESSAGE(one.verdict != Case::Verdict::failed, one.suite, "/", one.name, ": ", one.note);
        ++counts[one.verdict];
    }
    CHECK(counts[Case::Verdict::passed] >= 893);
}

TEST_CASE("operators are listed in order, each once") {
    const std::vector<std::string> names = models::onnx::operator_names();
    for (std::size_t i = 1; i < names.size(); ++i) CHECK(names[i - 1] < names[i]);
}

TEST_CASE("a folder without cases is an error") {
    CHECK_THROWS_WITH_AS(models::onnx::conformance_cases("nowhere"),
                         "onnx: there are no conformance cases in nowhere; they come with Debian's libonnx-testdata",
                         IoError);
}

}  // namespace gradpath

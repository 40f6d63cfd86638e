#include "explained.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <gradpath/attribution/path/integrated_gradients.hpp>
#include <gradpath/tools/commands/common.hpp>
#include <gradpath/tools/commands/result.hpp>
#include <gradpath/tools/commands/subject.hpp>

namespace gradpath::tests {
namespace {

using Json = nlohmann::ordered_json;

/// So many numbers; those that the bytes do not hold are 0.
Tensor row_of(std::string_view bytes, Index count) {
    std::vector<double> numbers(static_cast<std::size_t>(count));
    const std::size_t held = std::min(numbers.size() * sizeof(double), bytes.size());
    if (held > 0) std::memcpy(numbers.data(), bytes.data(), held);
    return Tensor({1, count}, std::span<const double>(numbers));
}

void must(bool fact, const char* what) {
    if (!fact) throw std::logic_error(what);
}

}  // namespace

void explain_and_read(std::string_view bytes) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string formula = "expr:" + std::string(bytes.substr(0, end));
    const tools::Subject subject = tools::open_subject("explain", formula, DType::float64, "", {});
    const Index features = subject.row[0];
    if (features > 100) return;
    const std::string_view rest = bytes.substr(end);
    const tools::Rows rows{.x = row_of(rest.substr(std::min<std::size_t>(1, rest.size())), features),
                           .name = std::string(rest)};
    attribution::IntegratedGradients options;
    options.quadrature = {.steps = 3, .rule = attribution::QuadratureRule::midpoint};
    const tools::Explained explained{
        subject, rows, {{"text", formula}}, attribution::integrated_gradients(subject.run, rows.x, options)};
    const std::string text = tools::json_text(tools::result_json(explained, ""));
    const Json read = Json::parse(text, nullptr, false);
    must(read.is_object() && read["schema"] == "gradpath.result/1", "a result is a JSON document");
    must(read["values"]["shape"] == Json({1, features}), "its values have the shape of the input");
    must(!tools::result_text(explained).empty(), "it can be told in words");
}

}  // namespace gradpath::tests

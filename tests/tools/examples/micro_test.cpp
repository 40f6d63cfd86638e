// micro and the real engine, on the same formulas: the names are the same, so one template serves both.
#include <gradpath/tools/examples/micro/micro.hpp>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include <gradpath/attribution/attribution.hpp>
#include <gradpath/autodiff/autodiff.hpp>

#include "support/close.hpp"
#include "tools/program.hpp"

using namespace gradpath;

namespace {

namespace fs = std::filesystem;
constexpr DType f64 = DType::float64;

/// A formula of x by a list of moves, each of which makes a new value of two earlier ones.
template <class T>
T formula(const std::vector<T>& x, const std::vector<unsigned>& moves) {
    std::vector<T> values = x;
    for (const unsigned move : moves) {
        const T a = values[move / 8 % values.size()], b = values.back();
        switch (move % 8) {
            case 0: values.push_back(a + b); break;
            case 1: values.push_back(a - b); break;
            case 2: values.push_back(a * b); break;
            case 3: values.push_back(a / (b * b + 1.0)); break;
            case 4: values.push_back(tanh(a + b)); break;
            case 5: values.push_back(exp(tanh(a) - tanh(b))); break;
            case 6: values.push_back(-a * tanh(b)); break;
            default: values.push_back(a * (2.0 - b)); break;
        }
    }
    return values.back();
}

micro::Scalars slopes_of(const micro::Scalar& y, const micro::Scalars& x) { return micro::grad(y, x); }
std::vector<Tensor> slopes_of(const Tensor& y, const std::vector<Tensor>& x) {
    return grad(y, std::span(x), {.differentiable = true});
}

/// The value, and the gradients of three orders; between two orders, the slopes are mixed into one number.
template <class T>
std::vector<double> three_orders(const std::vector<T>& x, const std::vector<unsigned>& moves) {
    T y = formula(x, moves);
    std::vector<double> numbers{y.item()};
    for (int order = 1; order <= 3; ++order) {
        const std::vector<T> slopes = slopes_of(y, x);
        y = slopes[0] * 0.0;
        for (std::size_t i = 0; i < slopes.size(); ++i) {
            numbers.push_back(slopes[i].item());
            y = y + slopes[i] * (static_cast<double>(i) - 0.6);
        }
    }
    return numbers;
}

std::ptrdiff_t lines_of(const fs::path& file) {
    const std::string text = program::read(file);
    return std::count(text.begin(), text.end(), '\n');
}

}  // namespace

TEST_CASE("micro gives the engine's values and gradients of three orders, for any formula") {
    const bool law = rc::check([] {
        const auto moves = *rc::gen::container<std::vector<unsigned>>(*rc::gen::inRange<std::size_t>(0, 7),
                                                                      rc::gen::inRange(0u, 1000u));
        std::vector<Tensor> tensors;
        micro::Scalars scalars;
        const auto seed = *rc::gen::arbitrary<std::uint64_t>();
        for (std::uint64_t i = 0; i < 3; ++i) {
            const double number = 2 * random::uniform_at(seed, 0, i) - 1;
            tensors.push_back(tracked(scalar(number, f64)));
            scalars.push_back(micro::tracked(number));
        }
        const std::vector<double> theirs = three_orders(tensors, moves), ours = three_orders(scalars, moves);
        double size = 1;
        for (const double number : theirs) size = std::max(size, std::abs(number));
        for (std::size_t i = 0; i < theirs.size(); ++i)
            RC_ASSERT(tests::close(ours[i], theirs[i], 10 * tests::kernel<double>, size));
    });
    CHECK(law);
}

TEST_CASE("micro tracks as the engine does: constants have no history, a grad that finds no way is 0") {
    using micro::Scalar;
    const Scalar x = micro::tracked(2.0), w = micro::tracked(3.0), c = 5.0;
    CHECK(x.is_tracked());
    CHECK_FALSE((c * c).is_tracked());
    CHECK((c * c).node().inputs.empty());
    CHECK(grad(x * x, {x, w})[1].item() == 0);
    CHECK(micro::grad(c * c, x).item() == 0);
    CHECK(micro::grad(x, x).item() == 1);
    CHECK(micro::grad(x * x * x + x * w, x).item() == 15);
    const Scalar inner = x * w;
    CHECK(micro::grad(inner * inner, inner).item() == 12);  // with respect to a place inside
    CHECK_THROWS_WITH_AS(micro::grad(x * c, c), "grad: input is not tracked; make it a leaf with tracked()",
                         std::invalid_argument);
}

TEST_CASE("micro's chains may be a million steps long, and are shared without being eaten") {
    const micro::Scalar x = micro::tracked(1.0);
    micro::Scalar y = x, middle = x;
    for (int step = 1; step <= 1'000'000; ++step) {
        y = y + 1e-6;
        if (step == 500'000) middle = y * y;
    }
    CHECK(micro::grad(y, x).item() == 1);
    y = 0.0;  // frees the newer half; what `middle` needs stays
    CHECK(micro::grad(middle, x).item() == doctest::Approx(3));
}

TEST_CASE("micro's Integrated Gradients are the library's with the same rule") {
    const auto on_scalars = [](const micro::Scalars& x) { return tanh(x[0] * x[1]) + exp(x[0] - x[2]) / (x[1] + 4.0); };
    const auto on_tensors = [](const Tensor& x) {
        const auto column = [&](Index i) { return slice(x, 1, i, i + 1); };
        return tanh(column(0) * column(1)) + exp(column(0) - column(2)) / (column(1) + 4.0);
    };
    attribution::IntegratedGradients options;
    options.baseline = Tensor({1, 3}, {-1, 0.5, 1}, f64);
    options.quadrature = {.steps = 100, .rule = attribution::parse_rule("midpoint")};
    const Tensor theirs =
        attribution::integrated_gradients(on_tensors, Tensor({1, 3}, {0.5, 2, -1}, f64), options).values;
    const micro::Numbers ours = micro::integrated_gradients(on_scalars, {0.5, 2, -1}, {-1, 0.5, 1});
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(tests::close(ours[i], theirs.at(static_cast<Index>(i)), 10 * tests::kernel<double>, 1));
}

TEST_CASE("what micro's README quotes stands in its code, and the files it leads to are there") {
    const fs::path source = GRADPATH_SOURCE_DIR, folder = source / "tools/examples/micro";
    const std::string page = program::read(folder / "README.md");
    const std::string code = program::read(folder / "micro.hpp") + program::read(folder / "xor.cpp");
    int quotes = 0;
    for (std::size_t at = 0; (at = page.find("```cpp\n", at)) != std::string::npos; ++quotes) {
        at += 7;
        const std::string quote = page.substr(at, page.find("```", at) - at);
        CHECK_MESSAGE(code.find(quote) != std::string::npos, quote);
    }
    CHECK(quotes == 7);
    const std::string marker = "// Output:\n";
    const std::string printed =
        std::regex_replace(code.substr(code.find(marker) + marker.size()), std::regex("// "), "");
    CHECK(page.find("```text\n" + printed + "```") != std::string::npos);
    const std::regex path("`((?:autodiff|nn|attribution)/[a-z_0-9/]*(?:\\.[a-z]+)?)`");
    int paths = 0;
    for (std::sregex_iterator it(page.begin(), page.end(), path), end; it != end; ++it, ++paths)
        CHECK_MESSAGE(fs::exists(source / (*it)[1].str()), (*it)[1].str());
    CHECK(paths > 15);
    CHECK(page.find(std::to_string(lines_of(folder / "micro.hpp")) + " lines") != std::string::npos);
}

TEST_CASE("an example has at most 60 lines and is walked through in the README, and micro has at most 150") {
    const fs::path examples = fs::path(GRADPATH_SOURCE_DIR) / "tools/examples";
    const std::string page = program::read(examples / "README.md");
    int seen = 0;
    for (const fs::directory_entry& entry : fs::directory_iterator(examples)) {
        if (entry.path().extension() != ".cpp") continue;
        CHECK_MESSAGE(lines_of(entry.path()) <= 60, entry.path());
        CHECK_MESSAGE(page.find("`" + entry.path().filename().string() + "`\n") != std::string::npos, entry.path());
        ++seen;
    }
    CHECK(seen >= 10);
    CHECK(lines_of(examples / "micro/micro.hpp") <= 150);
    CHECK(lines_of(examples / "micro/xor.cpp") <= 60);
}

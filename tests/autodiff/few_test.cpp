#include <memory>
#include <numeric>
#include <span>
#include <string>

#include <doctest/doctest.h>

#include <gradpath/autodiff/few.hpp>

using gradpath::Few;

TEST_CASE("a short list holds what was put in, in order, within its room and beyond") {
    for (std::size_t count = 0; count < 7; ++count) {
        CAPTURE(count);
        Few<std::string, 2> list;
        std::vector<std::string> plain;
        for (std::size_t i = 0; i < count; ++i) {
            list.push_back("element number " + std::to_string(i));
            plain.push_back("element number " + std::to_string(i));
        }
        CHECK(list.size() == count);
        CHECK(list.empty() == (count == 0));
        CHECK(std::vector<std::string>(list.begin(), list.end()) == plain);
        const std::span<const std::string> view = list;
        CHECK(view.size() == count);
        Few<std::string, 2> copy = list, moved = std::move(list);
        CHECK(std::vector<std::string>(copy.begin(), copy.end()) == plain);
        CHECK(std::vector<std::string>(moved.begin(), moved.end()) == plain);
        CHECK(list.empty());
        CHECK(Few<std::string, 2>(plain).size() == count);
    }
}

TEST_CASE("a short list takes elements that can only be moved, and shares nothing with its copy") {
    using Owner = std::unique_ptr<int>;
    const auto owners = [](auto... numbers) { return Few<Owner, 2>{std::make_unique<int>(numbers)...}; };
    const auto sum = [](const Few<Owner, 2>& list) {
        return std::accumulate(list.begin(), list.end(), 0, [](int total, const Owner& one) { return total + *one; });
    };
    CHECK(sum(owners(1)) == 1);
    CHECK(sum(owners(1, 2)) == 3);
    CHECK(sum(owners(1, 2, 4, 8)) == 15);
    Few<std::string, 1> first{std::string("a"), std::string("b")}, second = first;
    second[0] = "c";
    CHECK(first[0] == "a");
    CHECK(second[0] == "c");
}

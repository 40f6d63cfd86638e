#pragma once
// Calls that must fail, each with the exact text of its error.
#include <doctest/doctest.h>

#include <functional>
#include <vector>

#include <gradpath/autodiff/error.hpp>

namespace gradpath::tests {

struct Refused {
    std::function<void()> call;
    const char* message;
};

inline void check_refused(const std::vector<Refused>& cases) {
    for (const Refused& refused : cases) CHECK_THROWS_WITH_AS(refused.call(), refused.message, Error);
}

}  // namespace gradpath::tests

// Chains of multiply-adds: x ← x/2 + 1 comes nearer to 2 by a half each round, without rounding for these numbers.
#include "sets.hpp"

using namespace gradpath;
using namespace gradpath::tests;

TEST_CASE_TEMPLATE("chains of multiply-adds halve the distance to 2 each round, on every set", T, float, double) {
    constexpr Index groups = 3, size = groups * kernels::chain_group;
    each_set([](const std::string&) {
        for (const Index rounds : {0, 1, 2, 7}) {
            std::vector<T> start(size);
            for (Index i = 0; i < size; ++i) start[static_cast<std::size_t>(i)] = static_cast<T>(i - 100);
            const Guarded<T> x(start);
            kernels::multiply_add_chains(x.data(), groups, rounds);
            for (Index i = 0; i < size; ++i)
                CHECK(x[i] == 2 + (static_cast<T>(i - 100) - 2) / static_cast<T>(Index{1} << rounds));
        }
    });
}

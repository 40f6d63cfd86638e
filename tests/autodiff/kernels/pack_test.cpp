#include <gradpath/autodiff/kernels/table.hpp>

#include "sets.hpp"

using namespace gradpath;
using namespace gradpath::tests;

TEST_CASE_TEMPLATE("lines are copied exactly, at any length and distance", T, float, double) {
    each_set([](const std::string&) {
        for (Index count = 0; count <= 70; ++count) {
            const Index lines = 3, step_from = count + 2, step_to = count + 5;
            const Guarded<T> from(uniform<T>(lines * step_from - 2, -1, 1, 1));
            std::vector<T> to(static_cast<std::size_t>(lines * step_to), T(7)), expected = to;
            for (Index l = 0; l < lines; ++l)
                std::copy_n(from.data() + l * step_from, count, &expected[static_cast<std::size_t>(l * step_to)]);
            kernels::table<T>().copy_lines(from.data(), step_from, lines, count, to.data(), step_to);
            CHECK(to == expected);
        }
    });
}

TEST_CASE_TEMPLATE("rows are turned into columns that keep within a tile's width", T, float, double) {
    each_set([](const std::string&) {
        const auto& table = kernels::table<T>();
        const Index widest = table.gemm.columns;
        for (Index count = 1; count <= widest; ++count)
            for (const Index depth : {0, 1, 2, 3, 4, 5, 16, 19}) {
                const Guarded<T> from(uniform<T>(count * depth, -1, 1, 2));
                std::vector<const T*> rows;
                for (Index r = count; r > 0; --r) rows.push_back(from.data() + (r - 1) * depth);
                std::vector<T> to(static_cast<std::size_t>(depth * count + widest));
                table.turn(rows.data(), count, depth, to.data(), count);
                bool right = true;
                for (Index p = 0; p < depth; ++p)
                    for (Index r = 0; r < count; ++r)
                        right = right &&
                                to[static_cast<std::size_t>(p * count + r)] == rows[static_cast<std::size_t>(r)][p];
                CHECK(right);
            }
    });
}

#include <doctest/doctest.h>

#include <gradpath/autodiff/kernels/windows.hpp>

using namespace gradpath;
using kernels::ceil_div, kernels::meets, kernels::window_count;

TEST_CASE("ceil_div is the number of pieces of at most b that make a") {
    for (Index a = 0; a <= 20; ++a)
        for (Index b = 1; b <= 7; ++b) {
            Index pieces = 0;
            for (Index left = a; left > 0; left -= b) ++pieces;
            CHECK(ceil_div(a, b) == pieces);
        }
}

TEST_CASE("as many windows are counted as fit into the padded length") {
    for (Index length = 1; length <= 7; ++length)
        for (Index kernel = 1; kernel <= 3; ++kernel)
            for (Index stride = 1; stride <= 4; ++stride)
                for (Index padding = 0; padding <= 2; ++padding)
                    for (Index dilation = 1; dilation <= 3; ++dilation) {
                        const Index span = dilation * (kernel - 1) + 1, padded = length + 2 * padding;
                        if (span > padded) continue;
                        Index fitting = 0;
                        for (Index first = 0; first + span <= padded; first += stride) ++fitting;
                        CHECK(window_count(length, kernel, stride, padding, dilation) == fitting);
                    }
}

TEST_CASE("the outputs that a tap meets are just those whose input lies inside, for every stride and shift") {
    for (Index outputs = 0; outputs <= 5; ++outputs)
        for (Index stride = 1; stride <= 3; ++stride)
            for (Index length = 0; length <= 8; ++length)
                for (Index shift = -20; shift <= 10; ++shift) {
                    const kernels::Range range = meets(outputs, stride, shift, length);
                    bool same = 0 <= range.first && range.first <= range.last && range.last <= outputs;
                    for (Index out = 0; out < outputs; ++out) {
                        const Index input = out * stride + shift;
                        const bool in_range = range.first <= out && out < range.last;
                        same = same && in_range == (0 <= input && input < length);
                    }
                    CAPTURE(outputs);
                    CAPTURE(stride);
                    CAPTURE(shift);
                    CAPTURE(length);
                    CHECK(same);
                }
}

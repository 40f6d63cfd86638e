#pragma once
// One question put to many methods: their option structs with what all of them share filled in.
#include <atomic>
#include <vector>

#include <gradpath/attribution/core/baseline.hpp>
#include <gradpath/attribution/core/model.hpp>

namespace gradpath::tools {

/// log p of a class for each row, from a baseline.
struct Question {
    std::vector<Index> classes;
    Tensor baseline;
    std::uint64_t seed = 0;
    const std::atomic<bool>* cancel = nullptr;
};
/// A method's options for it; a method without a baseline or a seed is not asked for one.
template <class Options>
Options options_for(const Question& question) {
    Options o;
    o.target = question.classes;
    o.stage = {.kind = attribution::Stage::log_probability};
    o.run.cancel = question.cancel;
    if constexpr (requires { o.baseline; }) o.baseline = question.baseline;
    if constexpr (requires { o.seed; }) o.seed = question.seed;
    return o;
}

}  // namespace gradpath::tools
